"""Risk of bias of single results in the layout of the R package robvis, one table a tool.

Source
------
McGuinness & Higgins 2021, Res Synth Methods 12:55-61; the columns of ``data_rob2`` and ``data_robins_i`` and
the words of ``get_judgements()`` in robvis (github.com/mcguinlu/robvis, June 2023).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from livingreview.evidence import Evidence
from livingreview.exchange.folder import README, as_csv, write_readme
from livingreview.tables.appraisals import Judged, judged_results

# A judgement in robvis' own words. One that a tool of robvis does not have makes the table ``Generic``.
WORDS = {
    "low": "Low",
    "some_concerns": "Some concerns",
    "moderate": "Moderate",
    "high": "High",
    "serious": "Serious",
    "critical": "Critical",
    "no_information": "No information",
    "unclear": "Unclear",
    "not_applicable": "Not applicable",
}
OVERALL = "Overall"


@dataclass(frozen=True)
class Template:
    """A tool of robvis: its name there, how many domains it has before the overall judgement, its words."""

    name: str
    domains: int | None
    words: frozenset[str]


ROB2 = Template("ROB2", 5, frozenset({"Low", "Some concerns", "High", "No information"}))
ROBINS_I = Template("ROBINS-I", 7, frozenset({"Low", "Moderate", "Serious", "Critical", "No information"}))
GENERIC = Template(
    "Generic",
    None,
    frozenset({"Low", "Moderate", "Some concerns", "High", "Unclear", "No information", "Not applicable"}),
)
# What a review may call these tools, letters and digits alone.
TOOLS = {"rob2": ROB2, "robinsi": ROBINS_I}
COLUMNS = {
    "Study": "report and result, as on the pages; a trial may stand with more than one result",
    "D1, D2 …": "the tool's domains in its order; in a table for `Generic` the domains by name",
    "Overall": "the overall judgement",
    "rows.csv: Study": "as in the table",
    "rows.csv: table": "the table",
    "rows.csv: result": "id of the evidence row whose risk of bias was judged",
}
USE = """## Use

```r
library(robvis)
dat <- read.csv("rob2.csv", check.names = FALSE)
rob_traffic_light(dat, tool = "ROB2")
rob_summary(dat, tool = "ROB2")
```

To be installed first, in R: `install.packages("robvis")`.
These tables are for reading only: nothing takes them back. Judgements are entered in `appraisals.csv`.

An empty cell: the domain was not judged (robvis draws it as not applicable). Nothing is filled in.
The reason of each judgement stands on the report's own page and in `appraisals.csv` of the review's data.

## Columns"""


def export(evidence: Evidence, record: Mapping) -> dict[str, bytes]:
    """The files of the export ``robvis``: a table a tool, the rows that were judged, a read-me."""
    files: dict[str, bytes] = {}
    told, rows, left = [], [], []
    for judged in judged_results(evidence):
        tool = judged.tool.rpartition(" (")[0]
        name = f"{re.sub(r'[^a-z0-9]+', '', tool.lower())}.csv"
        template, columns, table = _lay_out(judged)
        if template is None:
            left.append(f"{judged.tool}: robvis has no word for one of its judgements, so it is left out")
            continue
        files[name] = as_csv(columns, table)
        told.append(f'- `{name}`: {judged.tool}, {len(table)} results, `tool = "{template.name}"`')
        rows += [
            {"Study": line["Study"], "table": name, "result": row_id}
            for line, (_, row_id, _) in zip(table, judged.results, strict=True)
        ]
    what = "Risk of bias of single results, one table a tool:\n\n" + "\n".join(
        [*told, *(f"- {words}" for words in left)] or ["none was judged"]
    )
    files["rows.csv"] = as_csv(["Study", "table", "result"], rows)
    return {README: write_readme(record, "Risk of bias for robvis", [what, USE], COLUMNS)} | files


def _lay_out(judged: Judged) -> tuple[Template | None, list[str], list[dict]]:
    """The template of robvis that a tool fits, its columns and rows; None where no template has its words."""
    topics = list(judged.domains["topic"])
    used = {WORDS[answer["judgement"]] for _, _, told in judged.results for answer in told.values()
            if answer["judgement"] in WORDS}  # fmt: skip
    known = {answer["judgement"] for _, _, told in judged.results for answer in told.values()} <= set(WORDS)
    own = TOOLS.get(re.sub(r"[^a-z0-9]", "", judged.tool.rpartition(" (")[0].lower()))
    fits = own and topics[-1] == OVERALL and len(topics) == (own.domains or 0) + 1 and used <= own.words
    template = own if fits else GENERIC
    if not known or not used <= template.words:
        return None, [], []
    names = [f"D{place}" for place in range(1, len(topics))] + [OVERALL] if fits else topics
    return template, ["Study", *names], list(_rows(judged, names))


def _rows(judged: Judged, names: list[str]) -> Iterator[dict]:
    """One row a result; a name that stands twice is told apart by its row, as robvis needs."""
    told = [name for name, _, _ in judged.results]
    for name, row_id, answers in judged.results:
        cells = {
            column: WORDS[answers[item]["judgement"]]
            for column, item in zip(names, judged.domains.index, strict=True)
            if item in answers
        }
        yield {"Study": f"{name} [{row_id}]" if told.count(name) > 1 else name} | cells
