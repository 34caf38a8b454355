"""Are contents and chapters sound: can every page be found, read and run?"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from livingreview.checks.documents import Document, read_document
from livingreview.checks.pages import check_page, check_part
from livingreview.checks.problems import Problem, quote
from livingreview.manuscript import find_pages
from livingreview.manuscript.contents import CONTENTS, Entry, Slip, list_entries

FOLDER = "chapters"
REPORTS = f"{FOLDER}/reports/*"


def check_manuscript(
    root: Path,
    *,
    classes: Collection[str] | None,
    rows: Collection[str] | None,
    terms: Collection[str] | None = None,
    settings: Collection[str] = (),
) -> list[Problem]:
    """Every problem in ``<root>/_toc.yml`` and in the chapters.

    Parameters
    ----------
    classes, rows : collection of str or None
        Ids of the regimen classes, each of which has a chapter, and of the rows of evidence, to which figures
        lead; None where they are not known.
    terms : collection of str, optional
        Names that may hold digits, as the glossary has them; None where they are not known.
    settings : collection of str
        Ids of the clinical settings, each of which has a page.
    """
    root = Path(root)
    folder = root / FOLDER
    if not folder.is_dir():
        mend = "restore it from version control"
        missing = Problem(FOLDER, 0, "", "folder-missing", "no such folder", "the pages of the book", mend)
        return [missing, *_check_contents(root, set(), None, ())]
    pages = find_pages(folder)
    problems = _check_contents(root, {path.stem for path in pages}, classes, settings)
    for path in pages:
        about_class = path.stem in {*(classes or ()), *settings}
        problems += check_page(path, f"{FOLDER}/{path.name}", rows, terms, about_class=about_class)
    for path in sorted(folder.glob("_*.md")):
        problems += check_part(path, f"{FOLDER}/{path.name}", terms)
    return problems


def _check_contents(
    root: Path, pages: set[str], classes: Collection[str] | None, settings: Collection[str]
) -> list[Problem]:
    document, problems = read_document(root / CONTENTS, CONTENTS, expected="the contents of the book")
    if document is None:
        return problems
    items = list(list_entries(document.content))
    slips = [item for item in items if isinstance(item, Slip)]
    if slips:
        return [*problems, *(_tell_slip(document, slip) for slip in slips)]
    entries = [item for item in items if isinstance(item, Entry)]
    told = [
        *_check_files(document, entries, pages),
        *_check_own_pages(pages, classes or (), "class", "regimen_classes.csv"),
        *_check_own_pages(pages, settings, "setting", "settings.csv"),
        *_check_lacking(document, entries, pages),
        *_check_stock(document, entries),
    ]
    return [*problems, *told]


def _tell_slip(document: Document, slip: Slip) -> Problem:
    near = difflib.get_close_matches(str(slip.found), slip.expected.replace(",", " ").split(), 1, 0.75)
    mend = f"did you mean {near[0]!r}?" if near and slip.found != near[0] else "correct the entry"
    return document.problem(slip.path, "contents", quote(slip.found), slip.expected, mend)


def name_of(target: str) -> str:
    """A page of the chapters' folder by its entry; '' where the entry names a place elsewhere."""
    path = PurePosixPath(target.removesuffix(".md"))
    return path.name if str(path.parent) == FOLDER else ""


def _check_files(document: Document, entries: list[Entry], pages: set[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for entry in entries:
        if entry.kind != "file":
            continue
        name = name_of(entry.target)
        if name not in pages:
            near = difflib.get_close_matches(name or entry.target, pages, 1)
            expected = f"a page {FOLDER}/NAME.md, as {FOLDER}/NAME"
            mend = (
                f"did you mean '{FOLDER}/{near[0]}'?" if near else "correct the path, or take the entry out"
            )
            yield document.problem(entry.path, "no-such-page", quote(entry.target), expected, mend)
        elif name in seen:
            expected, mend = "each page once", "take one of the two out"
            yield document.problem(entry.path, "page-twice", f"{entry.target!r} again", expected, mend)
        seen.add(name)


def _check_own_pages(pages: set[str], names: Collection[str], what: str, table: str) -> Iterator[Problem]:
    """A page for each class and each setting."""
    for name in names:
        if name not in pages:
            expected = f"{FOLDER}/{name}.md, a page for each {what} of {table}"
            mend = "write it as the others are, and name it in the contents"
            yield Problem(
                f"{FOLDER}/{name}.md", 0, "", f"{what}-without-page", "no such page", expected, mend
            )


def _check_lacking(document: Document, entries: list[Entry], pages: set[str]) -> Iterator[Problem]:
    """Pages that are written, or that others link to, and that the contents lack."""
    listed = {name_of(entry.target) for entry in entries if entry.kind == "file"}
    globs = [entry.target for entry in entries if entry.kind == "glob"]
    for name in sorted(pages - listed):
        if not any(fnmatchcase(f"{FOLDER}/{name}", pattern) for pattern in globs):
            found, mend = f"{FOLDER}/{name} in no entry", f"add `- file: {FOLDER}/{name}`, or delete the page"
            expected = "every page of the chapters' folder"
            yield Problem(document.name, 0, f"{FOLDER}/{name}", "page-not-listed", found, expected, mend)
    if not any(fnmatchcase(REPORTS.replace("*", "any-1999"), pattern) for pattern in globs):
        expected = f"`- glob: {REPORTS}`: one page for each report, to which every figure leads"
        mend = "add it as a section of the page about the data"
        yield Problem(document.name, 0, REPORTS, "reports-not-listed", "no such entry", expected, mend)


def _check_stock(document: Document, entries: list[Entry]) -> Iterator[Problem]:
    """What else Sphinx would refuse, asked of its own reader of contents."""
    from sphinx_external_toc.parsing import MalformedError, parse_toc_data  # light: it loads no Sphinx

    try:
        parse_toc_data(document.content)
    except (MalformedError, TypeError, ValueError, LookupError, AttributeError, RecursionError) as error:
        mend = "correct the entry"
        yield document.problem((), "contents", quote(error, 160), "contents that Sphinx can read", mend)
