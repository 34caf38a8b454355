"""How good the reports are: checklists answered item by item, and the risk of bias of single results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from livingreview.display.html import Column, Folded, Fragment, HtmlTable, Row, Stack, fold, link
from livingreview.display.marks import Figure
from livingreview.display.numbers import format_count, make_figure
from livingreview.evidence import Evidence, records
from livingreview.evidence.names import trial_name
from livingreview.tables.common import short_name, study_name, text
from livingreview.tables.reports import of_report

# Table -> the columns that say what a result is of.
TOLD = {
    "outcomes": ("outcome",),
    "survival": ("endpoint", "statistic"),
    "adverse_events": ("term",),
    "figures": ("item",),
}
OUTCOMES = ("survival", "outcomes", "adverse_events", "figures")  # in this order under a trial
# Judgement -> the sign in its cell, so that colour alone tells nothing, and how dark its cell is.
SIGNS = {
    "low": ("+", 0),
    "some_concerns": ("!", 1),
    "moderate": ("!", 1),
    "high": ("\N{MULTIPLICATION SIGN}", 2),
    "serious": ("\N{MULTIPLICATION SIGN}", 2),
    "critical": ("\N{MULTIPLICATION SIGN}\N{MULTIPLICATION SIGN}", 3),
    "no_information": ("?", 1),
    "yes": ("+", 0),
    "no": ("\N{MULTIPLICATION SIGN}", 2),
    "unclear": ("?", 1),
    "not_applicable": ("\N{EN DASH}", 0),
}


def tabulate_appraisals(evidence: Evidence, *, caption: str, of: str = "") -> Stack:
    """Checklists answered for whole reports, a table a tool. No sum score.

    Of several reports a line a report and a sign an item; of one, on its own page, every answer with its
    reason and where it rests.

    Parameters
    ----------
    of : str
        The one report whose answers are wanted; '' = all.
    """
    items = evidence.tables["appraisal_tools"].set_index("item_id")
    answers = of_report(_of_whole_reports(evidence), of)
    parts: list = []
    for tool, part in answers.groupby(answers["item_id"].map(items["tool"])):
        asked = items.loc[items["tool"].eq(tool)].sort_values("position")
        title = f"{caption}: {tool} ({asked['tool_version'].iloc[0]})"
        table = _answer_table if of else _sign_table
        parts.append(table(evidence, part, asked, title))
    return Stack(parts, "" if of else "No report of this class has been appraised as a whole.")


def tabulate_appraised(review: Evidence, *, caption: str) -> HtmlTable:
    """How much was appraised by each tool, and how often two readers who answered apart agreed."""
    tools = review.tables["appraisal_tools"].set_index("item_id")["tool"]
    answers = review.tables["appraisals"]
    rows = []
    for tool, part in answers.groupby(answers["item_id"].map(tools)):
        same, twice = _alike(part)
        numbers = (part["report_id"].nunique(), part["result"].nunique() or "", len(part), twice)
        rows.append(Row([tool, *map(str, numbers), format_count(same, twice) if twice else ""]))
    names = ("Reports", "Single results", "Answers", "Answered twice", "Alike before settling")
    return HtmlTable(caption, [Column("Tool"), *(Column(name, True) for name in names)], rows)


def _answer_table(evidence: Evidence, part: pd.DataFrame, asked: pd.DataFrame, title: str) -> Folded | Stack:
    columns = [Column("Item"), Column("Answer"), Column("Reason"), Column("Where")]
    told = _by_item(part)
    rows = []
    for item_id in asked.index.intersection(list(told)):
        row = told[item_id]
        cells = [
            f"{asked.loc[item_id, 'position']}. {asked.loc[item_id, 'topic']}",
            evidence.label("appraisals", "judgement", row["judgement"]),
            _say_reason(evidence, row),
            evidence.in_words(row["locator"]),
        ]
        rows.append(Row(cells, anchor=row["row_id"]))
    agreed = _agreement(part)
    table = HtmlTable(title, columns, rows, [agreed] if agreed else ())
    return fold(table, f"{title}: {_count_answers(evidence, part)}")


def _count_answers(evidence: Evidence, part: pd.DataFrame) -> str:
    answered = part["judgement"].value_counts()
    labels = evidence.package.field("appraisals", "judgement").labels
    return ", ".join(f"{answered[code]} {words}" for code, words in labels.items() if code in answered)


def _sign_table(evidence: Evidence, part: pd.DataFrame, asked: pd.DataFrame, title: str) -> Folded | Stack:
    names = evidence.report_names
    rows = []
    for report_id, same in sorted(part.groupby("report_id"), key=lambda one: names[one[0]].casefold()):
        told = _by_item(same)
        rows.append(
            {
                "name": link(names[report_id], f"reports/{report_id}.html#{same['row_id'].iloc[0]}"),
                "figure": "",
                "cells": [_sign(evidence, told.get(item)) for item in asked.index],
            }
        )
    numbers = [str(number) for number in asked["position"]]
    questions = "; ".join(f"{row['position']} {row['topic'].rstrip('?')}" for row in records(asked))
    key = f"{_key(evidence, part)}. {questions}"
    values = {"title": title, "what": "Report", "domains": numbers, "rows": rows}
    values |= {"key": key, "agreed": _agreement(part)}
    shown = Fragment("risk_of_bias.html.j2", values, f"[{title}: {len(rows)} reports]")
    return fold(shown, f"{title}: {len(rows)} {'report' if len(rows) == 1 else 'reports'}")


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
    """The results whose risk of bias was judged, by tool, trial and outcome; `of` is one report, '' = all."""
    items = evidence.tables["appraisal_tools"].set_index("item_id")
    answers = of_report(evidence.tables["appraisals"], of).dropna(subset=["result"])
    found = []
    for tool, part in answers.groupby(answers["item_id"].map(items["tool"])):
        domains = items.loc[items["tool"].eq(tool)].sort_values("position")
        told = dict(list(part.groupby("result", sort=False)))
        names = {row_id: _name_result(evidence, evidence.row(row_id)) for row_id in told}
        often = Counter(names.values())
        results = [
            (name + (_whose(evidence, row_id) if often[name] > 1 else ""), row_id, _by_item(told[row_id]))
            for row_id, name in names.items()
        ]
        results.sort(key=lambda result: _trial_and_outcome(evidence, *result[:2]))
        found.append(Judged(f"{tool} ({domains['tool_version'].iloc[0]})", domains, results, part))
    return found


def _trial_and_outcome(evidence: Evidence, name: str, row_id: str) -> tuple:
    """Where a result stands: by its trial, whichever report tells it, then by its outcome, survival first."""
    row, table = evidence.row(row_id), evidence.row_tables[row_id]
    cohort = text(row.get("cohort_id", ""))
    trial = trial_name(study_name(evidence, cohort)) if cohort else ""
    trial = (trial or short_name(evidence, row["report_id"])).casefold()
    code, codes = "", []
    for column in TOLD.get(table, ())[:1]:
        code, codes = text(row[column]), list(evidence.package.field(table, column).labels)
    return (
        trial,
        OUTCOMES.index(table) if table in OUTCOMES else len(OUTCOMES),
        codes.index(code) if code in codes else len(codes),
        code,
        name,
    )


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
            where = evidence.in_words(answer["locator"])
            cells = [judged.domains.loc[item, "topic"], words, _say_reason(evidence, answer), where]
            rows.append(Row(cells, anchor=answer["row_id"] if here else ""))
    columns = [Column("Domain"), Column("Judgement"), Column("Reason"), Column("Where")]
    return HtmlTable(caption, columns, rows, [judged.agreement] if judged.agreement else [])


def _say_reason(evidence: Evidence, answer: Mapping) -> str:
    """The reason of an answer, and what the other reader had answered where that was another."""
    reason = evidence.in_words(answer["reason"])
    other = answer["second_judgement"]
    if not pd.isna(other) and other != answer["judgement"]:
        reason += f" The other reader: {evidence.label('appraisals', 'judgement', other)}."
    return reason


def _name_result(evidence: Evidence, row: Mapping) -> str:
    """'TOWER (Kantarjian 2017): overall survival, hazard ratio': the report and what was measured."""
    table = evidence.row_tables[row["row_id"]]
    told = [column for column in TOLD.get(table, ()) if text(row.get(column, ""))]
    words = [evidence.label(table, column, row[column]) for column in told]
    return f"{short_name(evidence, row['report_id'])}: {', '.join(words)}"


def _whose(evidence: Evidence, row_id: str) -> str:
    """' (marrow relapse)': the cohort, which parts two results of one report and measure."""
    return f" ({evidence.cohort_labels.get(text(evidence.row(row_id)['cohort_id']), '')})"


def _sign(evidence: Evidence, answer: dict | None) -> dict:
    if answer is None:
        return {"sign": "", "words": "not judged", "dark": 0}
    sign, dark = SIGNS[answer["judgement"]]
    return {
        "sign": sign,
        "words": evidence.label("appraisals", "judgement", answer["judgement"]),
        "dark": dark,
    }


def _agreement(part: pd.DataFrame) -> str:
    """How often two readers who judged independently gave the same answer; '' where one judged alone."""
    same, twice = _alike(part)
    made = f"{twice} judgements" if twice == len(part) else f"the {twice} judgements made twice"
    return f"Two readers judged independently and agreed in {same} of {made}." if twice else ""


def _alike(part: pd.DataFrame) -> tuple[int, int]:
    """How many answers two readers gave alike, and how many both gave."""
    both = part.dropna(subset=["second_judgement"])
    return int(both["judgement"].eq(both["second_judgement"]).sum()), len(both)


def _key(evidence: Evidence, part: pd.DataFrame) -> str:
    """What the signs of a table mean, only of those in it."""
    used = set(part["judgement"])
    return "; ".join(
        f"{sign} {evidence.label('appraisals', 'judgement', code)}"
        for code, (sign, _) in SIGNS.items()
        if code in used
    )
