"""The data for readers to take: the dictionary of every column, links, and the files behind them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from livingreview.citation import read_citation
from livingreview.display.html import Column, Fragment, HtmlTable, Row, Stack, link
from livingreview.evidence import Evidence, load_evidence, select_class
from livingreview.evidence.writing import format_rows
from livingreview.exchange.commands import FORMATS, make_export
from livingreview.files import make_zip
from livingreview.pages.report import code, mark_codes


def tabulate_dictionary(evidence: Evidence) -> Stack:
    """The data dictionary: every table and column as ``datapackage.json`` declares it."""
    tables = []
    for table in evidence.package.tables.values():
        rows = [
            Row(
                [
                    code(item.name),
                    item.type,
                    item.unit,
                    mark_codes(item.description),
                    "yes" if item.required else "",
                    Markup("; ").join(
                        Markup("{} = {}").format(code(name), words) for name, words in item.labels.items()
                    ),
                ]
            )
            for item in table.fields
        ]
        columns = [
            Column("Column"),
            Column("Type"),
            Column("Unit"),
            Column("Meaning"),
            Column("Required"),
            Column("Codes"),
        ]
        tables.append(HtmlTable(f"{table.title}: {table.description}", columns, rows))
    return Stack(tables)


def tabulate_downloads(evidence: Evidence) -> HtmlTable:
    """Links to the whole package, its schema, the bibliography, what other programs read, and each table."""
    whole = (
        ("Everything in one file", "all-data.zip", "the whole package"),
        ("Schema", "datapackage.json", "the declaration of every table and column"),
        ("Bibliography", "references.bib", "a report's bibliographic record, as BibTeX"),
    )
    exports = [(title, f"export-{name}.zip", words) for name, (_, title, words) in FORMATS.items()]
    rows = [
        Row([title, "", link(name, f"../data/{name}"), meaning])
        for title, name, meaning in (*whole, *exports)
    ]
    rows += [
        Row(
            [
                table.title,
                f"{len(evidence.tables[name])}",
                link(table.path, f"../data/{table.path}"),
                table.description,
            ]
        )
        for name, table in evidence.package.tables.items()
    ]
    columns = [Column("Table"), Column("Rows", True), Column("File"), Column("One row is")]
    return HtmlTable("Tables", columns, rows)


def link_downloads(class_id: str) -> Fragment:
    """Links to one chapter's data."""
    return Fragment("downloads.html.j2", {"class_id": class_id}, f"[data of {class_id}]")


def link_flow() -> Fragment:
    """Links to the flow of records as files."""
    return Fragment("flow_files.html.j2", {}, "[the flow of records as files]")


def write_downloads(root: Path, folder: Path) -> None:
    """The data beside the pages: the package as it is, as one zip, one zip a class, one an export."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    evidence = load_evidence(root)
    files = {
        path.name: path.read_bytes()
        for path in sorted((root / "data").iterdir())
        if path.is_file() and not path.name.startswith(".")
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "all-data.zip").write_bytes(make_zip(files))
    record = read_citation(root)
    for name in FORMATS:
        (folder / f"export-{name}.zip").write_bytes(make_zip(make_export(name, evidence, record)))
    shared = {name: files[name] for name in ("datapackage.json", "references.bib")}
    for class_id in evidence.tables["regimen_classes"]["class_id"]:
        part = select_class(evidence, class_id)
        own = {table.path: table_csv(part.tables[name]) for name, table in evidence.package.tables.items()}
        (folder / f"{class_id}.zip").write_bytes(make_zip(own | shared))


def table_csv(frame: pd.DataFrame) -> bytes:
    """A frame as CSV in the package's own form."""
    rows = (["" if pd.isna(value) else value for value in row] for row in frame.itertuples(index=False))
    return format_rows([list(frame.columns), *rows]).encode()
