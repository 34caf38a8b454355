"""What a search brought is counted, each record stands once, and what is held is recognised."""

import pytest

from livingreview.evidence.upkeep import read_upkeep
from livingreview.surveillance.importing import import_files
from livingreview.surveillance.judging import judge, list_doubtful
from livingreview.surveillance.readers import ReadError
from livingreview.surveillance.tables import LoopError, open_loop
from tests.surveillance import exports
from tests.surveillance.example import DAY, HELD, bring, descriptor, ids


def test_each_record_stands_once_and_each_hit_is_counted(place):
    works = exports.make_works(5)
    done = bring(place, exports.scopus([*works, works[0]]))
    assert (done.new, done.repeated, done.known) == (5, 1, 0)
    loop = open_loop(place)
    (search,) = [row for row in loop.tables["searches"] if row["strategy_id"]]
    assert (search["search_id"], search["retrieved"]) == (f"main-{DAY}", "6")
    assert sorted(row["copies"] for row in loop.tables["hits"]) == ["1"] * 4 + ["2"]
    assert descriptor(place)["records"] == 5
    assert "abstract" not in loop.tables["records"][0]


def test_the_same_file_again_adds_nothing_and_neither_do_its_records(place):
    text = exports.scopus(exports.make_works(4))
    bring(place, text)
    before = {path.name: path.read_bytes() for path in (place / "data").iterdir()}
    again = bring(place, text, day="2026-05-09")
    assert again.already == f"main-{DAY}"
    assert {path.name: path.read_bytes() for path in (place / "data").iterdir()} == before
    other = bring(place, exports.embase(exports.make_works(4)), day="2026-05-09", name="y.ris")
    assert (other.new, other.known) == (0, 4)
    assert len(open_loop(place).tables["records"]) == 4


@pytest.mark.slow
def test_a_report_that_is_held_is_recognised_by_number_and_by_what_it_says(place):
    told = HELD[0] | {"pmid": "80000001", "doi": "", "abstract": "x"}
    meeting = HELD[1] | {"doi": "", "kind": "Conference Abstract"}
    done = bring(place, exports.scopus([told, meeting, *exports.make_works(2)]))
    assert done.held == 2
    rows = open_loop(place).tables["records"]
    assert {row["report_id"]: row["report_basis"] for row in rows if row["report_id"]} == {
        "able-2019": "number",
        "baker-2020-abstract": "matched",
    }


@pytest.mark.slow
def test_a_record_that_names_the_trial_of_a_study_is_linked_and_not_merged(place):
    done = bring(place, exports.trials_json(["NCT08888888", "NCT07777777"]), "trials")
    assert (done.linked, done.held) == (1, 0)
    rows = {row["record_id"]: row for row in open_loop(place).tables["records"]}
    assert (rows["trial-nct08888888"]["study_id"], rows["trial-nct08888888"]["study_basis"]) == (
        "first-study",
        "registry",
    )
    assert rows["trial-nct07777777"]["study_id"] == ""


@pytest.mark.slow
def test_what_two_sources_tell_alike_is_merged_an_abstract_and_its_article_are_not(place):
    works = exports.make_works(3)
    copy = works[0] | {"doi": "", "pmid": "", "pages": "", "volume": "", "issue": ""}
    meeting = works[1] | {"doi": "", "pmid": "", "pages": "S7", "kind": "Conference Abstract"}
    done = bring(place, exports.scopus([*works, copy, meeting]))
    assert done.merged == 1
    merged = {
        row["record_id"]: row["same_as"] for row in open_loop(place).tables["records"] if row["same_as"]
    }
    assert list(merged.values()) == [f"pmid-{works[0]['pmid']}"]
    assert any("perhaps of one study" in pair.why for pair in done.doubtful)


@pytest.mark.slow
def test_one_number_with_other_words_is_not_merged(place):
    work = exports.make_works(1)[0]
    other = work | {"title": "Proceedings of a congress", "pmid": ""}
    done = bring(place, exports.scopus([work, other]))
    assert done.new == 2
    assert [pair.why for pair in done.doubtful] == ["one number, other words"]
    assert not any(row["same_as"] for row in open_loop(place).tables["records"])


def test_records_that_a_third_shows_to_be_one_are_joined(place):
    """One source has the PubMed number, another the DOI; only a later one has both."""
    (work,) = exports.make_works(1)
    elsewhere = work | {"pmid": "", "title": work["title"] + ": a study of the example group", "pages": ""}
    elsewhere |= dict.fromkeys(("authors", "container", "year", "volume", "issue"), "")
    bring(place, exports.scopus([work | {"doi": ""}, elsewhere]))
    assert not any(row["same_as"] for row in open_loop(place).tables["records"])
    bring(place, exports.scopus([work]), name="y.ris", day="2026-05-09")
    assert sorted(row["same_as"] for row in open_loop(place).tables["records"]) == ["", *ids(1)]


def test_what_is_known_of_a_copy_goes_to_the_record_that_stands(found):
    """The copy of a record comes again and names a trial of a study."""
    (copy,) = [row for row in open_loop(found).tables["records"] if row["same_as"]]
    works = exports.make_works(4)
    again = works[3] | dict.fromkeys(("doi", "pmid", "pages", "volume", "issue"), "")
    bring(found, exports.scopus([again | {"abstract": "Of NCT08888888."}]), name="z.ris", day="2026-05-09")
    rows = open_loop(found).index.rows
    assert rows[copy["same_as"]]["study_id"] == "first-study"


@pytest.mark.slow
def test_what_a_person_judged_is_not_told_as_doubtful_again(place):
    work = exports.make_works(1)[0]
    other = work | {"title": "Proceedings of a congress", "pmid": ""}
    ((first, second, why),) = bring(place, exports.scopus([work, other])).doubtful
    loop = open_loop(place)
    assert [pair.why for pair in list_doubtful(loop)] == [why]  # the command shows what the import told
    judge(loop, first, second, "different")
    loop.save()
    assert list_doubtful(open_loop(place)) == []
    again = bring(place, exports.embase([work, other]), name="y.ris", day="2026-05-09")
    assert again.doubtful == []


def test_a_second_source_fills_what_the_first_lacked(place):
    bring(place, exports.ris(exports.make_works(1), DO="{doi}"))
    bring(place, exports.nbib(exports.make_works(1)), name="y.nbib", day="2026-05-09")
    (row,) = open_loop(place).tables["records"]
    assert (row["pmid"], row["trials"]) == ("90000001", "NCT09999999")


def test_a_dry_run_changes_nothing(place):
    before = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    done = bring(place, exports.scopus(exports.make_works(2)), dry_run=True)
    assert done.new == 2
    assert {path: path.read_bytes() for path in place.rglob("*") if path.is_file()} == before


def test_the_raw_file_stays_outside_the_data_and_its_digest_within(place):
    bring(place, exports.scopus(exports.make_works(2)))
    (search,) = [row for row in open_loop(place).tables["searches"] if row["strategy_id"]]
    (raw,) = (place / "records" / "raw").iterdir()
    assert raw.name == f"{search['file_sha256']}.ris"


def test_the_source_and_its_day_are_noted_in_review_yml(place):
    bring(place, exports.scopus(exports.make_works(1)))
    bring(place, exports.scopus(exports.make_works(2)), day="2026-06-01", name="y.ris")
    sources = dict(read_upkeep(place).sources)
    assert {name: day.isoformat() for name, day in sources.items()} == {
        "Hand": "2026-01-01",
        "Scopus": "2026-06-01",
    }
    assert (place / "review.yml").read_text(encoding="utf-8").startswith("# By hand.\n")


def test_a_count_that_does_not_agree_is_told(place):
    done = bring(place, exports.scopus(exports.make_works(2)), hits_told=3)
    assert "told 3 hits, the files hold 2" in done.told[0]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"strategy": "other"}, "no such strategy"),
        ({"day": "2026-5-2"}, "no day"),
        ({"day": "2926-05-02"}, "the future"),
        ({"from_day": "yesterday"}, "no day"),
        ({"from_day": "2026-05-01", "to_day": "2026-04-01"}, "swap the two"),
        ({"hits_told": -1}, "a number of hits"),
    ],
)
def test_a_wrong_call_is_told_and_changes_nothing(place, more, words):
    with pytest.raises(LoopError, match=words):
        bring(place, exports.scopus(exports.make_works(1)), **more)
    assert open_loop(place).tables["records"] == []


def test_of_several_files_all_are_taken_or_none(place):
    good, bad = place.parent / "good.ris", place.parent / "bad.ris"
    good.write_text(exports.scopus(exports.make_works(1)), encoding="utf-8")
    bad.write_text("nothing", encoding="utf-8")
    with pytest.raises(ReadError, match=r"bad\.ris: found a format that is not known"):
        import_files(open_loop(place), [good, bad], "main", day=DAY)
    assert open_loop(place).tables["records"] == []


def test_one_file_named_twice_is_counted_in_no_way(place):
    first, second = place.parent / "one.ris", place.parent / "two.ris"
    for path in (first, second):
        path.write_text(exports.scopus(exports.make_works(1)), encoding="utf-8")
    with pytest.raises(LoopError, match="are one file"):
        import_files(open_loop(place), [first, second], "main", day=DAY)
    assert open_loop(place).tables["hits"] == []
