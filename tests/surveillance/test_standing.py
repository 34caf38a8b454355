"""A record that is a copy names the one that stands for it; what it knew and what was decided goes over."""

import pytest

from livingreview.checks.surveillance import SURVEILLANCE_RULES
from livingreview.surveillance.decisions import read_decisions
from livingreview.surveillance.flow import count_flow
from livingreview.surveillance.judging import judge
from livingreview.surveillance.settling import settle
from livingreview.surveillance.standing import first_searches
from livingreview.surveillance.tables import LoopError, open_loop
from tests.checks.spoilt import told
from tests.surveillance import exports
from tests.surveillance.example import bring, check, ids, say, settle_all


def say_same(place, first, second):
    """What a person says, written."""
    loop = open_loop(place)
    judge(loop, first, second, "same")
    loop.save()
    return open_loop(place)


def test_a_person_who_joins_two_records_joins_their_hits_decisions_and_what_is_known_of_them(place):
    works = exports.make_works(2)
    bring(place, exports.scopus(works[:1]))
    bring(place, exports.scopus([works[1] | {"abstract": "Of NCT08888888."}]), name="y.ris", day="2026-05-09")
    one, two = ids(2)
    assert open_loop(place).index.rows[two]["study_id"] == "first-study"
    say(place, "ab", {one: "include"})
    say(place, "cd", {two: "include"})
    loop = say_same(place, one, two)
    rows = loop.index.rows
    assert (rows[two]["same_as"], rows[two]["same_as_basis"]) == (one, "person")  # the older one stands
    assert (rows[one]["study_id"], rows[one]["study_basis"]) == ("first-study", "registry")
    outcome, _ = settle(loop, read_decisions(place), readers=2)
    assert outcome.rows[one]["title_abstract"].decision == "sought"
    assert first_searches(loop) == {one: "main-2026-05-02"}
    arm = count_flow(settle_all(place).tables, [""]).arms["databases"]
    assert (arm.identified, arm.duplicates, arm.screened) == (2, 1, 1)


@pytest.mark.parametrize("turn", [1, -1])
def test_a_record_with_copies_that_becomes_a_copy_leaves_no_copy_of_a_copy(found, turn):
    *_, three, four = ids(4)
    (copy,) = [name for name, row in open_loop(found).index.rows.items() if row["same_as"] == four]
    loop = say_same(found, *(three, copy)[::turn])
    assert {name: row["same_as"] for name, row in loop.index.rows.items() if row["same_as"]} == {
        four: three,
        copy: three,
    }
    assert told(SURVEILLANCE_RULES, check(found)) == set()


@pytest.mark.slow
def test_neither_does_one_that_is_found_to_be_a_copy_by_what_it_says(place):
    """A search that was run before the one that was taken in first brings the oldest record of three."""
    (work,) = exports.make_works(1)
    bare = work | dict.fromkeys(("doi", "pmid"), "")
    bring(place, exports.scopus([bare | {"pages": ""}, bare | {"pages": "", "volume": ""}]))
    bring(place, exports.scopus([work]), name="y.ris", day="2026-04-09")
    (one,) = ids(1)
    assert sorted(row["same_as"] for row in open_loop(place).index.rows.values()) == ["", one, one]
    assert told(SURVEILLANCE_RULES, check(place)) == set()


@pytest.mark.slow
def test_the_same_records_come_to_the_same_in_whichever_order_they_stand(place, tmp_path):
    (work,) = exports.make_works(1)
    bare = work | dict.fromkeys(("doi", "pmid", "pages", "volume", "issue"), "")
    bring(place, exports.scopus([bare, work]))
    assert {name for name, row in open_loop(place).index.rows.items() if not row["same_as"]} == set(ids(1))


def test_two_reports_of_the_review_are_not_one_record(found):
    one, two, *_ = ids(4)
    loop = open_loop(found)
    judge(loop, one, "able-2019", "same")
    judge(loop, two, "baker-2020-abstract", "same")
    with pytest.raises(LoopError, match=r"able-2019.*baker-2020-abstract"):
        judge(loop, one, two, "same")
    assert not loop.index.rows[one]["same_as"]


@pytest.mark.slow
def test_what_a_person_told_apart_is_not_joined_through_a_third(place):
    (work,) = exports.make_works(1)
    bare = work | dict.fromkeys(("doi", "pmid"), "")
    first, second = bare | {"pages": "", "issue": ""}, work
    bring(place, exports.scopus([first]))
    (name,) = open_loop(place).index.rows
    bring(place, exports.scopus(exports.make_works(2)[1:]), name="y.ris", day="2026-05-03")
    loop = open_loop(place)
    judge(loop, name, ids(2)[1], "different")
    loop.tables["pairs"][0] |= {"pair_id": f"{name}.{ids(1)[0]}", "other_id": ids(1)[0]}
    loop.save()
    bring(place, exports.scopus([second]), name="z.ris", day="2026-05-09")
    assert not any(row["same_as"] for row in open_loop(place).index.rows.values())
