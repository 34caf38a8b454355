"""The data package of a new review: every table that the engine knows, with words that fit any field.

Types, keys and what must be filled come from `livingreview.evidence.contract`; descriptions, codes and
further limits from ``package.yaml``; outcomes from the answers.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from livingreview.evidence.contract import ASKED, CONTROL
from livingreview.starting.answers import ANY_TIMES, UNNAMED, Answers

WORDS = Path(__file__).with_name("package.yaml")
FIRST = ("row_id", "report_id")  # of evidence; its other columns of provenance come last
ABOUT = (
    "Evidence tables of the review. One fact, one row, one place; "
    "every evidence row says where it was printed."
)


def describe_package(answers: Answers) -> dict:
    """``datapackage.json`` as plain values; each table with no rows but those of `first_rows`."""
    words = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    words["tables"]["outcomes"]["columns"] |= _outcome_columns(answers)
    disease = words["tables"]["cohorts"]["columns"]["disease"]
    disease["labels"] = {answers.condition_code: answers.condition, **disease["labels"]}
    findings = words["tables"]["findings"]["columns"]
    words["tables"]["findings"]["columns"] = _with_results(findings, answers)
    rows = first_rows(answers)
    return {
        "name": answers.slug,
        "title": answers.title,
        "description": ABOUT,
        "profile": "tabular-data-package",
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "path": "https://creativecommons.org/licenses/by/4.0/",
                "title": "Creative Commons Attribution 4.0",
            }
        ],
        "contributors": [{"title": name, "role": "author"} for name in answers.authors or (UNNAMED,)],
        "keywords": ["living systematic review"],
        "resources": [
            _resource(name, words, len(rows.get(name, ()))) for name in ASKED if name in words["tables"]
        ],
    }


def first_rows(answers: Answers) -> dict[str, list[list[str]]]:
    """The rows that a review begins with: its classes, and a family of regimens for each."""
    question = "[to fill in: the question of this chapter]"
    named = sorted(enumerate(answers.classes, 1), key=lambda item: item[1].id)
    return {
        "regimen_classes": [[name.id, name.title, name.title, question, str(place)] for place, name in named],
        "families": [[name.id, name.id, name.title, "core", "1"] for _, name in named],
    }


def _resource(name: str, words: dict, rows: int) -> dict:
    asked, table = ASKED[name], words["tables"][name]
    columns = table["columns"]
    if asked.evidence:
        told = words["provenance"]
        columns = (
            {key: told[key] for key in FIRST} | columns | {k: v for k, v in told.items() if k not in FIRST}
        )
    keys = {key.field: (key.table, key.target) for key in asked.foreign_keys}
    keys |= {column: tuple(target.split(".")) for column, target in table.get("keys", {}).items()}
    return {
        "name": name,
        "path": f"{name}.csv",
        "title": table["title"],
        "description": table["description"],
        "profile": "tabular-data-resource",
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "evidence": asked.evidence,
        "rows": rows,
        "schema": {
            "fields": [_column(name, column, said, words["patterns"]) for column, said in columns.items()],
            "primaryKey": asked.primary_key,
            "foreignKeys": [
                {
                    "fields": column,
                    "reference": {"resource": "" if other == name else other, "fields": target},
                }
                for column, (other, target) in keys.items()
            ],
        },
    }


def _column(table: str, name: str, said: str | dict, patterns: dict[str, str]) -> dict:
    said = {"description": said} if isinstance(said, str) else dict(said)
    asked = {item.name: item for item in ASKED[table].fields}.get(name)
    limits = {} if asked is None else dict(asked.constraints)
    limits |= said.pop("constraints", {})
    if "labels" in said:
        limits["enum"] = list(said["labels"])
    if limits.get("pattern") in patterns:
        limits["pattern"] = patterns[limits["pattern"]]
    kind = said.pop("type", asked.type if asked else "string")
    return {"name": name, "type": kind, **said} | ({"constraints": limits} if limits else {})


def _outcome_columns(answers: Answers) -> dict[str, dict]:
    """What is counted, and when: codes, groups, rules and directions as they were asked for."""
    rules = {
        group.id: {"title": group.title, "any": f"Any of: {group.title}", "time": answers.time_of(group)}
        for group in answers.groups
    }
    of = {group.title: group.id for group in answers.groups}
    times = {item.id: (item.title, "timed") for item in answers.times} | ANY_TIMES
    return {
        "outcome": {
            "description": "What was counted.",
            "labels": {item.code: item.label for item in answers.outcomes},
            "groups": {item.code: of[item.group] for item in answers.outcomes},
            "rules": rules,
            "directions": {item.code: item.direction for item in answers.outcomes},
        },
        "assessed_at": {
            "description": "When it was looked for: counts of each `timed` code are pooled apart.",
            "default": "not_reported",
            "labels": {code: label for code, (label, _) in times.items()},
            "groups": {code: group for code, (_, group) in times.items()},
        },
    }


def _with_results(columns: dict, answers: Answers) -> dict:
    """The columns of the summary of findings, with one for each group of outcomes and its control."""
    shown: dict = {}
    for group in answers.groups:
        shows = {
            "name": group.title,
            "heading": f"{group.title}, of 100",
            "group": group.id,
            "direction": answers.main_direction(group),
        }
        said = f'Results that tell {group.title} (row ids separated by "; ").'
        shown |= {
            group.id: {"description": said, "shows": shows},
            f"{group.id}{CONTROL}": "The same in the comparator of the same report.",
        }
    names = list(columns)
    at = names.index("on_start") + 1
    return {name: columns[name] for name in names[:at]} | shown | {name: columns[name] for name in names[at:]}
