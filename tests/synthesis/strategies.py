"""Hypothesis strategies shared by the tests of this package."""

from hypothesis import settings
from hypothesis import strategies as st

# Fits differ in cost by orders of magnitude; a deadline would only make tests flaky.
quick = settings(max_examples=12, deadline=None, derandomize=True)


@st.composite
def counts(draw, *, min_k=1, max_k=6, max_n=40):
    """Return (events, totals) with edge cells drawn on purpose."""
    totals = draw(st.lists(st.integers(1, max_n), min_size=min_k, max_size=max_k))
    kinds = draw(
        st.lists(st.sampled_from(["none", "all", "any", "any"]), min_size=len(totals), max_size=len(totals))
    )
    events = [
        draw(st.integers(0, n)) if kind == "any" else {"none": 0, "all": n}[kind]
        for kind, n in zip(kinds, totals, strict=True)
    ]
    return events, totals
