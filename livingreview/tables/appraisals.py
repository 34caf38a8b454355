"""How good the reports are: checklists answered item by item, and the risk of bias of single results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from livingreview.display.html import Column, HtmlTable, Row, Stack, fold
from livingreview.display.marks import Figure
from livingreview.display.numbers import make_figure
from livingreview.evidence import Evidence, records
from livingreview.tables.common import short_name, text
from livingreview.tables.reports import of_report

# Table -> the columns that say what a result is of.
TOLD = {
    "outcomes": ("outcome",),
    "survival": ("endpoint", "statistic"),
    "adverse_events": ("term",),
    "figures": ("item",),
}
# Judgement -> the sign in its cell, so that colour alone tells nothing, and how dark its cell is.
SIGNS = {
    "low": ("+", 0),
    "some_concerns": ("!", 1),
    "moderate": ("!", 1),
    "high": ("\N{MULTIPLICATION SIGN}", 2),
    "serious": ("\N{MULTIPLICATION SIGN}", 2),
    "critical": ("\N{MULTIPLICATION SIGN}\N{MULTIPLICATION SIGN}", 3),
    "no_information": ("?", 1),
}


def tabulate_appraisals(evidence: Evidence, *, caption: str, of: str = "") -> Stack:
    """One table per report: every item of its tool, the answer, the reason and where it rests. No sum score.

    Parameters
    ----------
    of : str
        The one report whose table is wanted; '' = all.
    """
    items = evidence.tables["appraisal_tools"].set_index("item_id")
    columns = [Column("Item"), Column("Answer"), Column("Reason"), Column("Where")]
    tables = []
    for report_id, answers in of_report(_of_whole_reports(evidence), of).groupby("report_id"):
        order = answers["item_id"].map(items["position"]).argsort(kind="stable")
        tool = items.loc[answers["item_id"].iloc[0]]
        rows = [
            Row(
                [
                    f"{items.loc[row['item_id'], 'position']}. {items.loc[row['item_id'], 'topic']}",
                    evidence.label("appraisals", "judgement", row["judgement"]),
                    evidence.in_words(row["reason"]),
                    evidence.in_words(row["locator"]),
                ],
                anchor=row["row_id"],
            )
            for row in records(answers.iloc[order])
        ]
        answered = answers["judgement"].value_counts()
        summary = ", ".join(
            f"{answered[code]} {words}"
            for code, words in evidence.package.field("appraisals", "judgement").labels.items()
            if code in answered
        )
        name = evidence.report_names[report_id]
        title = f"{caption}: {name}, {tool['tool']} ({tool['tool_version']})"
        tables.append(fold(HtmlTable(title, columns, rows), f"{title}: {summary}"))
    return Stack(tables, "" if of else "No report of this class has been appraised as a whole.")


def _of_whole_reports(evidence: Evidence) -> pd.DataFrame:
    answers = evidence.tables["appraisals"]
    return answers.loc[answers["result"].isna()]


def tabulate_risk_of_bias(evidence: Evidence, *, caption: str, of: str = "") -> Stack:
    """The risk of bias of single results, a table a tool: under each result a row a domain, with its reason.

    A result is what a conclusion may rest on, so a trial can be in it more than once.

    Parameters
    ----------
    of : str
        The one report whose results are wanted, on its own page; '' = all.
    """
    tables = [
        reason_table(evidence, judged, f"{caption}, {judged.tool}", here=bool(of))
        for judged in judged_results(evidence, of)
    ]
    return Stack(tables, "")


class Judged(NamedTuple):
    """What one tool says of single results.

    Attributes
    ----------
    tool : str
        The tool and its version.
    domains : DataFrame
        Its items in their order (index: item_id).
    results : list of (str, str, dict)
        What each result is called, its row_id, and its answers by item.
    answers : DataFrame
        All of them, as they stand.
    """

    tool: str
    domains: pd.DataFrame
    results: list[tuple[str, str, dict[str, dict]]]
    answers: pd.DataFrame

    @property
    def agreement(self) -> str:
        """How often two independent readers gave the same answer; '' where one judged alone."""
        return _agreement(self.answers)


def judged_results(evidence: Evidence, of: str = "") -> list[Judged]:
    """The results whose risk of bias was judged, by tool; `of` is one report, '' = all."""
    items = evidence.tables["appraisal_tools"].set_index("item_id")
    answers = of_report(evidence.tables["appraisals"], of).dropna(subset=["result"])
    found = []
    for tool, part in answers.groupby(answers["item_id"].map(items["tool"])):
        domains = items.loc[items["tool"].eq(tool)].sort_values("position")
        results = [
            (_name_result(evidence, evidence.row(row_id)), row_id, _by_item(same))
            for row_id, same in part.groupby("result", sort=False)
        ]
        found.append(Judged(f"{tool} ({domains['tool_version'].iloc[0]})", domains, results, part))
    return found


def _find_result(evidence: Evidence, row_id: str, *, here: bool) -> Figure:
    """A result as the figure of its row, which on its report's page is further up (`here`)."""
    figure = make_figure(evidence, row_id)
    return replace(figure, href=f"#{row_id}") if here else figure


def _by_item(answers: pd.DataFrame) -> dict[str, dict]:
    return {row["item_id"]: row for row in records(answers)}


def reason_table(evidence: Evidence, judged: Judged, caption: str, *, here: bool = False) -> HtmlTable:
    """Every judgement with its reason, under its result; on the report's page (`here`) with an address."""
    rows = []
    for name, row_id, told in judged.results:
        rows.append(Row([[name, _find_result(evidence, row_id, here=here)]], heading=True))
        for item in judged.domains.index.intersection(list(told)):
            answer = told[item]
            words = evidence.label("appraisals", "judgement", answer["judgement"])
            reason = evidence.in_words(answer["reason"])
            other = answer["second_judgement"]
            if not pd.isna(other) and other != answer["judgement"]:
                reason += f" The other reader: {evidence.label('appraisals', 'judgement', other)}."
            cells = [judged.domains.loc[item, "topic"], words, reason, evidence.in_words(answer["locator"])]
            rows.append(Row(cells, anchor=answer["row_id"] if here else ""))
    columns = [Column("Domain"), Column("Judgement"), Column("Reason"), Column("Where")]
    return HtmlTable(caption, columns, rows, [judged.agreement] if judged.agreement else [])


def _name_result(evidence: Evidence, row: Mapping) -> str:
    """'TOWER (Kantarjian 2017): overall survival, hazard ratio': the report and what was measured."""
    table = evidence.row_tables[row["row_id"]]
    words = [
        evidence.label(table, column, row[column]) for column in TOLD.get(table, ()) if text(row[column])
    ]
    return f"{short_name(evidence, row['report_id'])}: {', '.join(words)}"


def _agreement(part: pd.DataFrame) -> str:
    """How often two readers who judged independently gave the same answer; '' where one judged alone."""
    both = part.dropna(subset=["second_judgement"])
    if both.empty:
        return ""
    same = int(both["judgement"].eq(both["second_judgement"]).sum())
    return f"Two readers judged independently and agreed in {same} of {len(both)} judgements."
