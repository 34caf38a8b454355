"""Whether a result rests on all patients of its group: those of a part may need a group of their own."""

from __future__ import annotations

from collections.abc import Iterator

from livingreview.evidence import records
from livingreview.extraction.reading import Book
from livingreview.extraction.resolving import Entry

SIZES = ("n_enrolled", "n_evaluable")


def tell_parts(entry: Entry, book: Book) -> Iterator[str]:
    """Survival of fewer patients than the group has, of which no note says whom it leaves out.

    A count says in its `denominator` whom it is of; survival of those in remission, entered for all who were
    treated, would be read as that of all.
    """
    cohorts = {row["cohort_id"]: row for row in records(book.evidence.tables["cohorts"])}
    cohorts |= {item.row["cohort_id"]: item.row for item in entry.rows.get("cohorts", [])}
    for item in entry.rows.get("survival", []):
        row, group = item.row, cohorts.get(item.row["cohort_id"], {})
        sizes = {_whole(group.get(name)) for name in SIZES}
        total = _whole(row["total"])
        if 0 < total < max(sizes) and total not in sizes and not row["note"]:
            name = str(group["cohort_id"]).removeprefix(f"{entry.report_id}.")
            where, page = f"{item.place.page}, row {item.place.row}", book.tables["cohorts"].title
            yield (
                f"{where}: rests on {total} of the {max(sizes)} patients of {name!r}. If they are a part of "
                f"them, such as those in remission, give them a group of their own on the page {page!r}, "
                f"with {name!r} as parent_cohort; else say in the note who is left out"
            )


def _whole(cell: object) -> int:
    """A cell of a sheet or of the data as a number of patients; 0 where it holds none."""
    return int(str(cell)) if str(cell).isdecimal() else 0
