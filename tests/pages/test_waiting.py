"""What was found and waits stands on a page, oldest first; where nothing can wait, the page says why."""

import pytest

from livingreview.evidence import load_evidence
from livingreview.pages.waiting import NEVER_RUN, NOTHING, tabulate_waiting
from livingreview.surveillance.tables import open_loop
from livingreview.surveillance.waiting import list_waiting
from tests.surveillance import exports
from tests.surveillance.example import bring, ids, lay_out
from tests.tables.test_notices import with_rows


@pytest.fixture
def place(tmp_path):
    """The small review, without anything that was searched for."""
    return lay_out(tmp_path / "review")


def words(content) -> str:
    return str(content.__html__())


def test_the_page_shows_what_the_command_lists_in_its_order(worked):
    table = tabulate_waiting(load_evidence(worked), caption="Waits")
    waiting = list_waiting(open_loop(worked))
    assert [row.cells[1][0] for row in table.rows] == [item.title for item in waiting]
    assert [row.cells[0] for row in table.rows] == sorted(row.cells[0] for row in table.rows)
    assert {row.cells[3] for row in table.rows} == {
        "To be decided by title and abstract",
        "To be read in full",
        "Kept, to be entered",
        "For a text that could not be had",
    }


@pytest.mark.slow
def test_the_record_found_first_leads_and_is_led_to_by_its_number(place):
    late, early = exports.make_works(2)
    bring(place, exports.scopus([late]), day="2026-05-09")
    bring(place, exports.scopus([early]), day="2026-05-02", name="y.ris")
    table = tabulate_waiting(load_evidence(place), caption="Waits")
    assert [row.cells[0] for row in table.rows] == ["2026-05-02", "2026-05-09"]
    assert f'href="https://doi.org/{early["doi"]}"' in str(table.rows[0].cells[1][1])


@pytest.mark.slow
def test_where_nothing_was_run_or_nothing_is_left_the_page_says_which(review, place):
    assert NEVER_RUN in words(tabulate_waiting(review, caption="x"))
    bring(place, exports.scopus(exports.make_works(1)))
    evidence = load_evidence(place)
    assert len(tabulate_waiting(evidence, caption="x").rows) == 1
    (one,) = ids(1)
    left_out = {"record_id": one, "search_id": "main-2026-05-02", "stage": "title_abstract"}
    left_out |= {"decision": "excluded", "reason": "wrong", "basis": "agreed"}
    assert NOTHING in words(tabulate_waiting(with_rows(evidence, screening=[left_out]), caption="x"))


@pytest.mark.slow
@pytest.mark.parametrize("title", ["More & less: 5 < 6", ""])
def test_what_a_record_is_called_is_shown_as_text(place, title):
    bring(place, exports.scopus([exports.make_works(1)[0] | {"title": title}]))
    told = words(tabulate_waiting(load_evidence(place), caption="x"))
    assert ("More &amp; less: 5 &lt; 6" if title else "No title") in told
