"""How sure each number of the summary of findings is: its outcome's grade, and where a phone shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from markupsafe import Markup

from livingreview.display.html import Inline
from livingreview.evidence import Evidence, split_ids
from livingreview.tables.common import in_sentence
from livingreview.tables.reports import grade


def say_certainty(evidence: Evidence, row: Mapping, compared: Sequence[str]) -> list:
    """'OS against chemotherapy: ⨁⨁⨁◯ moderate': each outcome on a line with its grade.

    Beside numbers of two arms (`compared`: columns that show them) the rating of a rate is called that of a
    rate, so that it is not taken for one of the difference. Where more studies than one were rated together
    that is said: the number of the line may be of one of them.
    """
    rated = evidence.tables["certainty"].set_index("certainty_id")
    lines = []
    for rating in split_ids(row["ratings"]):
        words = rated["outcome"][rating].partition(",")[0]
        if compared and rated["question"][rating] == "absolute":
            words = f"Rate of {in_sentence(words)}"
        studies = _studies_under(evidence, split_ids(rated["rests_on"][rating]))
        of = f" ({studies} studies)" if studies > 1 else ""
        lines.append(Inline([Markup("<small>{}{}:</small>").format(words, of), " ", grade(evidence, rating)]))
    return lines or [grade(evidence, pd.NA)]


def _studies_under(evidence: Evidence, row_ids: Sequence[str]) -> int:
    """How many studies some rows are of."""
    rows = [evidence.row(row_id) for row_id in row_ids]
    return len(
        {
            evidence.report_studies[row["report_id"]]
            if pd.isna(cohort := row.get("cohort_id", pd.NA))
            else evidence.cohort_studies[cohort]
            for row in rows
        }
    )


def rated_column(evidence: Evidence, row: Mapping, columns: Sequence[str]) -> str:
    """A class of lr.css: behind which column a phone shows the certainty, the first whose number is rated."""
    rated = evidence.tables["certainty"].set_index("certainty_id")["rests_on"]
    under = {row_id for rating in split_ids(row["ratings"]) for row_id in split_ids(rated[rating])}
    told = [name for name in columns if split_ids(row[name])]
    first = next((name for name in told if under & set(split_ids(row[name]))), next(iter(told), None))
    place = columns.index(first) + 3 if first else 0  # after the option and its studies
    return f"lr-rated{place}" if place > 3 else ""
