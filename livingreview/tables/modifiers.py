"""What response and survival go with: published contrasts of the patients of one report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from livingreview.display.html import Column, HtmlTable, Row, Stack
from livingreview.display.numbers import Figure, make_figure
from livingreview.evidence import Evidence, records
from livingreview.tables.common import capitalise, short_name, text
from livingreview.tables.labels import refuse_twins

NOTHING = "No report of this chapter gives a ratio between groups of its patients other than by treatment."
MEANING = (
    "Patients were not assigned by these, and what goes with an outcome need not cause it. A ratio is of the "
    "patients of one report, of whatever treatments it compares; ratios of different reports are adjusted "
    "for different things, or for nothing. A hazard ratio above 1 means more deaths or events in the first "
    "group; an odds ratio of a response above 1, more responses."
)


class Contrast(NamedTuple):
    """A ratio of two kinds of patients of one report.

    modifier, what, which, whose : str
        What they are compared by; what the ratio is of; the kinds, the reference last; the cohort, told
        where one report makes the same contrast in two.
    figure : Figure
        The ratio as printed.
    report : str
    """

    modifier: str
    what: str
    which: str
    whose: str
    figure: Figure
    report: str


def find_contrasts(evidence: Evidence) -> Iterator[Contrast]:
    """Every ratio whose row says what it compares patients by, in the order of the schema's codes."""
    for name in ("survival", "figures"):
        table = evidence.table(name)
        for row in records(table.loc[table["modifier"].notna()] if "modifier" in table else table.iloc[:0]):
            if name == "survival":
                endpoint = evidence.label("survival", "endpoint", row["endpoint"])
                what, which = f"{endpoint}, hazard ratio", row["group"]
            else:
                what, _, which = text(row.get("item", "")).partition(", ")
            yield Contrast(
                row["modifier"],
                capitalise(what),
                text(which),
                evidence.cohort_labels.get(text(row["cohort_id"]), ""),
                make_figure(evidence, row),
                short_name(evidence, row["report_id"]),
            )


def tabulate_modifiers(evidence: Evidence, *, caption: str) -> HtmlTable | Stack:
    """Published contrasts within one report: by what, which patients, of what, ratio and report."""
    codes = {
        code: words
        for name in ("figures", "survival")
        if "modifier" in {item.name for item in evidence.package.table(name).fields}
        for code, words in evidence.package.field(name, "modifier").labels.items()
    }
    found = sorted(find_contrasts(evidence), key=lambda one: (list(codes).index(one.modifier), one.report))
    often = Counter((one.which, one.what, one.report) for one in found)
    rows, last = [], None
    for one in found:
        if one.modifier != last:
            rows.append(Row([capitalise(codes[one.modifier])], heading=True))
            last = one.modifier
        twice = often[one.which, one.what, one.report] > 1
        rows.append(Row([[one.which, one.whose] if twice else one.which, one.what, one.figure, one.report]))
    if not rows:
        return Stack([], NOTHING)
    refuse_twins(caption, [(" ".join(one[1:4]) + one.report, one.figure.row_id) for one in found])
    columns = [
        Column("Patients compared"),
        Column("Of what"),
        Column("Ratio (95% CI)", True),
        Column("Report"),
    ]
    return HtmlTable(caption, columns, rows, [MEANING])
