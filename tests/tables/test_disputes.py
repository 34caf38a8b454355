"""What is unsettled is said beside the count that it touches."""

from livingreview.tables.disputes import disputes


def test_what_is_unsettled_stands_beside_the_count(review):
    """No treatment-related death in one report, four in another; limits that cannot be."""
    told = disputes(review, ["kantarjian-2016.ae.all.fatal-adverse-event-g5"])
    assert told == ["Not settled: No treatment-related death, or four"]
    assert disputes(review, ["kantarjian-2017.ae.blinatumomab.infection-g3"]) == []
    narrow = disputes(review, ["pethema-clofarabine-2012.survival.all.os-1y"])
    assert narrow == ["Not settled: Confidence interval too narrow for 31 patients"]
