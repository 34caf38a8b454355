"""What the start page and the methods page say of the review as a whole."""


def test_the_flow_of_records_adds_up(review):
    """What was found was read; what was read was left out or kept; what was kept are the reports (PRISMA 2020)."""
    from livingreview.pages.overview import show_flow

    found, read, left_out, kept, included, context = show_flow(review).values["boxes"]
    assert found["count"] == read["count"] == left_out["count"] + included["count"] + context["count"]
    assert (
        kept["count"]
        == included["count"] + context["count"]
        == review.tables["reports"]["status"].isin(["included", "context"]).sum()
    )
    assert sum(count for name, count in found["parts"] if "queries" not in name) == found["count"]
    assert sum(count for _, count in kept["parts"]) == kept["count"]
    assert review.tables["screening"]["reason"].notna().all(), "each decision says why"
