"""Is the review fit to publish? All problems at once, each with its place and its remedy."""

from __future__ import annotations

from pathlib import Path

from livingreview.checks.configuration import check_configuration
from livingreview.checks.manuscript import check_manuscript
from livingreview.checks.mending import mend_tables, record_rows
from livingreview.checks.problems import Problem, keep_first
from livingreview.checks.record import check_record
from livingreview.checks.releases import check_release, check_releases
from livingreview.checks.surveillance import check_decisions
from livingreview.checks.tables import check_data
from livingreview.checks.unconfirmed import confirm, find_unconfirmed
from livingreview.checks.unfilled import find_unfilled
from livingreview.checks.upkeep import check_upkeep
from livingreview.evidence.writing import write_rows

__all__ = [
    "DataError",
    "Problem",
    "check_project",
    "check_release",
    "confirm",
    "find_unconfirmed",
    "find_unfilled",
    "mend_tables",
    "record_rows",
    "require_sound",
    "write_rows",
]


class DataError(Exception):
    """The review is not fit to publish; ``problems`` says why."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(
            f"{len(problems)} problem(s) (nothing was built; the last good book is untouched):\n{lines}"
        )


def check_project(root: Path, *, sources: Path | None = None) -> list[Problem]:
    """Every problem in the files that a build reads: ``data/`` and what stands beside it.

    Parameters
    ----------
    root : Path
        The project folder.
    sources : Path, optional
        Folder of source texts, ``<report_id>.txt``: each `as_reported` is looked up in them.
    """
    root = Path(root)
    checked, problems = check_data(root, sources=sources)
    classes = rows = searches = terms = None
    settings: list[str] = []
    if checked is not None:
        classes = checked.frames["regimen_classes"]["class_id"].dropna().tolist()
        settings = checked.frames["settings"]["setting_id"].dropna().tolist()
        rows = {row["row_id"] for _, _, row in checked.rows("row_id", "locator", "basis")}
        if "glossary" in checked.package.tables:  # without one, a name cannot be told from a figure
            terms = checked.frames["glossary"]["term"].dropna().tolist()
        problems += check_decisions(root, checked)
        searches = checked.frames["searches"] if "searches" in checked.package.tables else None
    problems += check_upkeep(root, searches)
    problems += check_record(root)
    problems += check_configuration(root)
    problems += check_manuscript(root, classes=classes, rows=rows, terms=terms, settings=settings)
    problems += check_releases(root)
    return keep_first(problems)


def require_sound(root: Path) -> None:
    """Raise `DataError` unless the review is fit to publish."""
    if problems := check_project(root):
        raise DataError(problems)
