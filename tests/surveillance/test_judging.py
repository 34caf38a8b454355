"""What a person says of two records is kept, and is not asked again."""

import pytest

from livingreview.cli import main
from livingreview.surveillance.judging import judge, list_doubtful
from livingreview.surveillance.tables import LoopError, open_loop
from tests.surveillance import exports
from tests.surveillance.example import HELD, bring, ids, lay_out, settle_all


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    place = lay_out(tmp_path_factory.mktemp("pairs") / "review")
    work = exports.make_works(1)[0]
    meeting = work | {"doi": "", "pmid": "", "pages": "S7", "kind": "Conference Abstract"}
    bring(place, exports.scopus([work, meeting]))
    return place


@pytest.mark.slow
def test_a_pair_is_asked_until_a_person_answers(told):
    loop = open_loop(told)
    ((first, second, why),) = list_doubtful(loop)
    assert why == "abstract and article: perhaps of one study"
    judge(loop, first, second, "same_study")
    assert list_doubtful(loop) == []
    judge(loop, second, first, "different")
    (row,) = loop.tables["pairs"]
    assert row["relation"] == "different"  # the last answer stands
    judge(loop, first, second, "same")
    assert [row["same_as_basis"] for row in loop.index.rows.values() if row["same_as"]] == ["person"]


def test_a_record_may_be_said_to_be_a_report_or_of_its_study(told):
    loop = open_loop(told)
    name = next(iter(loop.index.rows))
    judge(loop, name, "able-2019", "same_study")
    assert (loop.index.rows[name]["study_id"], loop.index.rows[name]["study_basis"]) == (
        "first-study",
        "person",
    )
    judge(loop, "able-2019", name, "same")
    assert (loop.index.rows[name]["report_id"], loop.index.rows[name]["report_basis"]) == (
        "able-2019",
        "person",
    )


@pytest.mark.parametrize("other", ["nobody", "able-2019"])
def test_what_is_no_record_is_told(told, other):
    with pytest.raises(LoopError, match=r"no record|expected two records"):
        judge(open_loop(told), "able-2019", other, "same")


def test_two_that_were_joined_are_parted_again_and_what_came_from_the_copy_goes(found):
    one, two, *_ = ids(4)
    loop = open_loop(found)
    judge(loop, two, "able-2019", "same")
    judge(loop, one, two, "same")
    rows = loop.index.rows
    assert (rows[one]["same_as"], rows[one]["report_id"]) == (two, "")  # a report stands
    judge(loop, one, two, "different")
    assert (rows[one]["same_as"], rows[one]["same_as_basis"]) == ("", "")
    assert (rows[two]["report_id"], rows[one]["report_id"]) == ("able-2019", "")
    judge(loop, two, "able-2019", "different")
    assert rows[two]["report_id"] == rows[two]["report_basis"] == ""
    judge(loop, one, two, "same")
    assert [(row["record_id"], row["other_id"]) for row in loop.tables["pairs"]] == [(two, "able-2019")]


def test_of_two_copies_of_a_third_a_person_says_which_is_none(found):
    one, two, three, _ = ids(4)
    loop = open_loop(found)
    judge(loop, one, two, "same")
    judge(loop, three, two, "same")
    with pytest.raises(LoopError, match="are both copies of"):
        judge(loop, two, three, "different")
    assert loop.tables["pairs"] == []


@pytest.mark.slow
def test_a_report_that_a_person_says_a_record_is_not_is_not_recognised_again(place):
    bring(place, exports.scopus([HELD[0]]))
    loop = open_loop(place)
    (name,) = loop.index.rows
    assert loop.index.rows[name]["report_id"] == "able-2019"
    judge(loop, name, "able-2019", "different")
    loop.save()
    assert settle_all(place).index.rows[name]["report_id"] == ""
    bring(place, exports.embase([HELD[0]]), name="y.ris", day="2026-05-09")
    assert open_loop(place).index.rows[name]["report_id"] == ""


def test_two_records_that_are_one_report_are_one_record(found):
    one, two, *_ = ids(4)
    loop = open_loop(found)
    loop.index.rows[two] |= {"pmid": "", "doi": ""}
    judge(loop, one, "able-2019", "same")
    judge(loop, two, "able-2019", "same")
    assert {loop.canonical(one), loop.canonical(two)} == {one}


def test_a_study_whose_trial_both_of_two_name_stays_with_both_when_they_are_parted(place):
    works = [work | {"abstract": "Of NCT08888888."} for work in exports.make_works(2)]
    bring(place, exports.scopus(works))
    one, two = ids(2)
    loop = open_loop(place)
    for relation in ("same", "different"):
        judge(loop, one, two, relation)
    assert [loop.index.rows[name]["study_id"] for name in (one, two)] == ["first-study"] * 2


def test_several_answers_go_into_one_call_and_are_kept_together_or_not_at_all(found, capsys):
    one, two, three, four = ids(4)
    before = (found / "data" / "records.csv").read_bytes()
    call = ["--root", str(found), "pairs", "--same", one, two, "--different", three, four]
    assert main([*call, "--same", one, "nobody"]) == 2
    assert (found / "data" / "records.csv").read_bytes() == before
    assert main(call) == 0
    loop = open_loop(found)
    assert loop.canonical(one) == loop.canonical(two)
    assert [row["relation"] for row in loop.tables["pairs"]] == ["different"]
    assert capsys.readouterr().out.splitlines()[-1].startswith("next: livingreview pairs, until")


def test_reports_are_shown_as_they_read_and_not_as_bibtex_writes_them(place):
    path = place / "data" / "references.bib"
    text = path.read_text(encoding="utf-8").replace("A meeting tells", "A {MRD} meeting \\& more tell", 1)
    path.write_text(text, encoding="utf-8")
    loop = open_loop(place)
    row = loop.held.rows["baker-2020-abstract"]
    assert row["title"].startswith("A MRD meeting & more tell")
    assert row["pages"] == HELD[1]["pages"]


@pytest.mark.slow
def test_an_abstract_that_two_records_have_is_seen_in_files_of_two_imports(place):
    words = "What was done and what came of it is told in these words, which two records have in common. " * 2
    bare = {"doi": "", "pmid": "", "pages": "", "volume": "", "issue": "", "abstract": words}
    one, two = exports.make_works(2)
    bring(place, exports.ris([one | bare | {"title": "The prevalent predicament of a relapsed"}]))
    title = "The prevalent predicament of a relapsed acute leukaemia in adults after two courses"
    again = two | bare | {"title": title, "year": "", "authors": "", "container": ""}
    bring(place, exports.ris([again]), name="y.ris")
    ((_, _, why),) = list_doubtful(open_loop(place))
    assert why == "one abstract, and a title that begins the other's"
