"""A file of another database than the strategy's is told; one that fits, or of unknown origin, is not."""

import pytest

from livingreview.surveillance.origin import tell_origin, tell_window
from livingreview.surveillance.readers import read_export
from tests.surveillance import exports

EMBASE = {"strategy_id": "e", "source": "Embase", "platform": "Embase, on Ovid", "window_field": "dc"}
PUBMED = {"strategy_id": "p", "source": "PubMed", "platform": "PubMed, E-utilities", "window_field": "crdt"}
CENTRAL = {"strategy_id": "c", "source": "CENTRAL", "platform": "Cochrane Library", "window_field": ""}
ALL = [EMBASE, PUBMED, CENTRAL]


@pytest.mark.parametrize(
    ("make", "fitting"),
    [
        (exports.ovid, "e"),
        (exports.embase, "e"),
        (exports.nbib, "p"),
        (exports.scopus, ""),
        (exports.bibtex, "epc"),
    ],
)
def test_a_file_is_told_where_its_marks_are_of_another_database(make, fitting):
    export = read_export(make(exports.make_works(2)).encode(), "x")
    said = {row["strategy_id"]: tell_origin("x", export, row, ALL) for row in ALL}
    assert "".join(name for name, words in said.items() if not words) == fitting
    for words in filter(None, said.values()):
        wanted = f"with --strategy {fitting}" if fitting else "with --source '"
        assert wanted in words


def test_days_are_asked_only_where_a_later_search_goes_by_them():
    run = {"strategy_id": "p", "from_day": "", "to_day": "", "date": "2026-05-02"}
    assert "will begin on 2026-04-25" in tell_window([run], PUBMED, "2026-05-02", "")
    assert tell_window([run], PUBMED, "2026-05-02", "2026-04-01") == ""
    assert tell_window([run | {"strategy_id": "e"}], EMBASE, "2026-05-02", "") == ""  # searched by hand
    # An earlier search went further than the day of this one.
    later = run | {"date": "2026-06-02"}
    assert "will begin on 2026-05-26" in tell_window([run, later], PUBMED, "2026-05-02", "")
