"""A project with one release, and what is done to it."""

from tests.checks.damage import find, read, write
from tests.conftest import ROOT

FIRST, SECOND = "2031.1.0", "2031.2.0"
REPORT = "lipomit-clag-2025"
ROW = "lipomit-clag-2025.outcome.all.crc"
CLAIM = "liposomal-mitoxantrone.claim.aml"


def prepare(folder, version=FIRST):
    """Let changelog and citation know a version."""
    (folder / "CHANGELOG.md").write_text(
        f"# Changes\n\n## {version}\n\n- Something a reader should know.\n", encoding="utf-8"
    )
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    head, _, tail = text.partition('\nversion: "')
    (folder / "CITATION.cff").write_text(
        f'{head}\nversion: "{version}"{tail[tail.index(chr(10)) :]}', encoding="utf-8"
    )


def remove_report_rows(folder, table, keep):
    """Leave only some rows of a table."""
    rows = read(folder, table)
    write(folder, table, [rows[0], *[row for row in rows[1:] if keep(dict(zip(rows[0], row, strict=True)))]])


def correct_a_row(folder, row_id=ROW):
    """One patient less in an outcome that a conclusion rests on, in the count and in the fragment."""
    rows = read(folder, "outcomes")
    index = find(rows, row_id=row_id)
    place = {name: rows[0].index(name) for name in rows[0]}
    before = int(rows[index][place["events"]])
    rows[index][place["events"]] = str(before - 1)
    rows[index][place["percent_reported_pct"]] = ""
    rows[index][place["as_reported"]] = f"{before - 1} of {rows[index][place['total']]}"
    rows[index][place["note"]] = "Corrected."
    write(folder, "outcomes", rows)
    return before
