"""What a person says of two records is kept, and is not asked again."""

import pytest

from livingreview.surveillance.judging import judge, list_doubtful
from livingreview.surveillance.tables import LoopError, open_loop
from tests.surveillance import exports
from tests.surveillance.example import bring, lay_out


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    place = lay_out(tmp_path_factory.mktemp("pairs") / "review")
    work = exports.make_works(1)[0]
    meeting = work | {"doi": "", "pmid": "", "pages": "S7", "kind": "Conference Abstract"}
    bring(place, exports.scopus([work, meeting]))
    return place


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
