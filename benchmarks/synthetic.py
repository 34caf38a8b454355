"""A book of any size out of made-up regimens, in a copy of the project; every number is marked so."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from string import ascii_lowercase

import yaml

from livingreview.checks import mend_tables, record_rows
from livingreview.evidence import load_package
from livingreview.starting.project import FRONT

SECTION = 20  # chapters under one entry of the contents, as a book of this size would have
HEADER = f"{FRONT}\n\n"
CHAPTER = (
    HEADER
    + """# {title}

Made up, to measure the build.

```{{code-cell}} ipython3
:tags: [parameters]

class_id = "{class_id}"
```

```{{code-cell}} ipython3
import livingreview.chapter as lr

chapter = lr.open_chapter(class_id)
lr.list_claims(chapter)
```
"""
)
CELLS = (
    ("Which reports is this based on?", 'lr.tabulate_reports(chapter, caption="Reports of this class")'),
    ("Who was treated?", 'lr.tabulate_populations(chapter, caption="Cohorts")'),
    ("How many responded?", 'lr.draw_response(chapter, "response", title="Response")'),
    ("How deep was the response?", 'lr.draw_response(chapter, "mrd", title="Measurable residual disease")'),
    ("How long did patients live?", 'lr.draw_landmarks(chapter, title="Survival")'),
    ("Who reached transplant?", 'lr.draw_funnel(chapter, title="From treatment to transplant and survival")'),
    ("What harm was seen?", 'lr.draw_harms(chapter, title="Severe adverse events and death on treatment")'),
    ("References", "lr.list_references(chapter)"),
    ("Cite this chapter", "lr.cite_page(class_id)"),
)
INDEX = (
    HEADER
    + """# A made-up review

```{code-cell} ipython3
import livingreview.chapter as lr

review = lr.open_review()
lr.show_status(review)
```

```{code-cell} ipython3
lr.list_classes(review)
```
"""
)
DATA = (
    HEADER
    + """# Data

```{code-cell} ipython3
import livingreview.chapter as lr

review = lr.open_review()
lr.list_reports(review)
```
"""
)
NUMBERS = ("events", "total", "n_enrolled", "estimate", "time_months", "grade_min", "grade_max")


def grow(project: Path, chapters: int, seed: int = 1) -> None:
    """Turn a copy of the project into a review of that many made-up regimen classes."""
    names = [f"made-up-{number:03}" for number in range(1, chapters + 1)]
    write_tables(project, names, random.Random(seed))
    write_pages(project, names)


def title_of(name: str) -> str:
    """'Made up bac' for 'made-up-102': a figure in a title would be a figure without a row."""
    letters = str.maketrans("0123456789", ascii_lowercase[:10])
    return name.translate(letters).replace("-", " ").capitalize()


def write_pages(project: Path, names: list[str]) -> None:
    """Chapters, a start page, a data page and their table of contents."""
    folder = project / "chapters"
    for path in folder.glob("*.md"):
        path.unlink()
    for name in names:
        cells = "".join(
            f"\n## {heading}\n\n```{{code-cell}} ipython3\n{code}\n```\n" for heading, code in CELLS
        )
        (folder / f"{name}.md").write_text(
            CHAPTER.format(title=title_of(name), class_id=name) + cells, encoding="utf-8"
        )
    (folder / "index.md").write_text(INDEX, encoding="utf-8")
    (folder / "data.md").write_text(DATA, encoding="utf-8")
    (folder / "discrepancies.md").write_text("# Discrepancies\n\nNone.\n", encoding="utf-8")
    sections = []
    for start in range(0, len(names), SECTION):
        head = f"section-{start // SECTION + 1:02}"
        (folder / f"{head}.md").write_text(
            f"# {title_of(names[start])} and more\n\nMade up.\n", encoding="utf-8"
        )
        sections.append(
            {
                "file": f"chapters/{head}",
                "sections": [{"file": f"chapters/{name}"} for name in names[start : start + SECTION]],
            }
        )
    data = {"file": "chapters/data", "sections": [{"glob": "chapters/reports/*"}]}
    toc = {
        "format": "jb-book",
        "root": "chapters/index",
        "parts": [
            {"caption": "Regimens", "chapters": sections},
            {"caption": "About", "chapters": [{"file": "chapters/discrepancies"}, data]},
        ],
    }
    (project / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False), encoding="utf-8")


def write_tables(project: Path, names: list[str], chance: random.Random) -> None:
    """Every table of the package anew: per class one report of two cohorts."""
    rows: dict[str, list[dict]] = {}
    bibliography = []
    for position, name in enumerate(names, 1):
        report = f"{name}-report"
        bibliography.append(
            f"@misc{{{report},\n  title = {{Made-up report {position}}},\n  year = {{2026}}\n}}\n"
        )
        for table, row in class_rows(name, report, position, chance):
            if "locator" in row:
                row["as_reported"] = print_numbers(row)
            rows.setdefault(table, []).append(row)
    rows["drugs"] = [{"drug_id": "made-up", "name": "Made-up drug", "short_name": "Made-up"}]
    rows["searches"] = [{"search_id": "made-up", "source": "Made up", "query": "Made up", "hits": "0"}]
    data = project / "data"
    (data / "references.bib").write_text("\n".join(bibliography), encoding="utf-8")
    for table, spec in load_package(data).tables.items():
        if table == "appraisal_tools":
            continue
        with open(data / spec.path, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, spec.columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows.get(table, []))
    (project / "review.yml").write_text("mode: living\n", encoding="utf-8")
    mend_tables(project)
    record_rows(project)


def print_numbers(row: dict) -> str:
    """The fragment a report would have printed: every number of the row."""
    told = (row[name] for name in NUMBERS if row.get(name, "") != "")
    return " … ".join(["Made up", *map(str, told)])


def class_rows(name: str, report: str, position: int, chance: random.Random):
    """(table, row) of one class."""
    proof = {"report_id": report, "locator": "Made up", "basis": "reported", "verification": "single_reading"}
    yield (
        "regimen_classes",
        {
            "class_id": name,
            "title": title_of(name),
            "short_title": name,
            "question": "How long does a build take?",
            "position": position,
        },
    )
    yield "families", {"family_id": name, "class_id": name, "name": name, "part": "core", "position": 1}
    yield "studies", {"study_id": name, "name": f"Study {position}", "design": "single_arm"}
    yield (
        "reports",
        {
            "report_id": report,
            "study_id": name,
            "kind": "article",
            "text_seen": "abstract",
            "status": "included",
            "status_reason": "Made up",
        },
    )
    yield (
        "screening",
        {
            "record_id": report,
            "search_id": "made-up",
            "report_id": report,
            "stage": "title_abstract",
            "decision": "included",
            "reason": "Made up",
            "basis": "before_log",
        },
    )
    yield (
        "regimens",
        proof
        | {
            "row_id": f"{report}.regimen.{name}",
            "regimen_id": name,
            "family_id": name,
            "name": "Made-up regimen",
            "role": "studied",
        },
    )
    claim = f"{report}.outcome.adults.cr"
    yield (
        "claims",
        {
            "claim_id": f"{name}.remission",
            "class_id": name,
            "position": 1,
            "text": f"Made up: {{{claim}}} reached remission.",
            "rests_on": claim,
            "certainty": "very_low",
            "certainty_reason": "Made up",
            "overturned_by": "Anything",
        },
    )
    for group in ("adults", "children"):
        cohort, total = f"{report}.{group}", chance.randint(12, 90)
        yield (
            "cohorts",
            proof
            | {
                "row_id": f"{report}.cohort.{group}",
                "cohort_id": cohort,
                "study_id": name,
                "regimen_id": name,
                "label": group.capitalize(),
                "disease": "all",
                "setting": "relapsed_refractory",
                "age_group": "adult" if group == "adults" else "paediatric",
                "n_enrolled": total,
            },
        )
        for outcome, definition in (
            ("cr", "made-up remission"),
            ("mrd_negative", "made-up MRD"),
            ("transplant", "made-up transplant"),
            ("treatment_death", "made-up death"),
        ):
            yield (
                "outcomes",
                proof
                | {
                    "row_id": f"{report}.outcome.{group}.{outcome.replace('_', '-')}",
                    "cohort_id": cohort,
                    "outcome": outcome,
                    "events": chance.randint(0, total),
                    "total": total,
                    "denominator": "treated",
                    "assessed_at": "courses_2",
                    "definition": definition,
                },
            )
        for months in (12, 24):
            yield (
                "survival",
                proof
                | {
                    "row_id": f"{report}.survival.{group}.os-{months}m",
                    "cohort_id": cohort,
                    "endpoint": "OS",
                    "statistic": "landmark",
                    "time_months": months,
                    "estimate": chance.randint(20, 80),
                    "unit": "pct",
                    "origin": "not_reported",
                },
            )
        for term in ("Febrile neutropenia", "Sepsis"):
            yield (
                "adverse_events",
                proof
                | {
                    "row_id": f"{report}.ae.{group}.{term.lower().replace(' ', '-')}",
                    "cohort_id": cohort,
                    "term": term,
                    "group": "infection",
                    "grade_min": 3,
                    "grade_max": 5,
                    "events": chance.randint(0, total),
                    "total": total,
                    "attribution": "any",
                    "period": "",
                },
            )
