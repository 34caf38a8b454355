"""Can a page of the manuscript be read and run as its author means it?"""

from __future__ import annotations

import ast
import difflib
import re
import warnings
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

from livingreview.checks.documents import parse_document, read_text
from livingreview.checks.problems import Problem, quote
from livingreview.checks.wording import find_results
from livingreview.manuscript import SectionError, expand_text
from livingreview.manuscript.pages import Cell, Page, mask_prose, parse_page

# A page is a text about the data: it holds none of its own, and its cells touch no file.
_TYPED = {
    ast.Dict: "a dictionary typed in",
    ast.List: "a list typed in",
    ast.Set: "a set typed in",
    ast.ListComp: "a list made in the cell",
    ast.DictComp: "a dictionary made in the cell",
    ast.SetComp: "a set made in the cell",
    ast.GeneratorExp: "a loop in brackets",
    ast.JoinedStr: "text put together in the cell",
    ast.BinOp: "a calculation",
    ast.With: "a block (with)",
    ast.Delete: "a deletion (del)",
    ast.Global: "a global name",
    ast.Assert: "an assertion",
    ast.Raise: "an exception raised",
}
FACE = "lr"
_LINK = re.compile(r"\]\(([\w./-]+\.md)(?:#[^)\s]*)?\)")
_COUNT = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    r"seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-\w+)?"
)
_RESULT = re.compile(
    rf"\b{_COUNT} of (?:the )?{_COUNT}\b"
    rf"|\b(?:{_COUNT}|half|third|quarter)\b[^.\n]{{0,25}}"
    r"\b(?:patients|children|adults|deaths|died|responded|remissions?)\b",
    re.IGNORECASE,
)
_SHARE = re.compile(rf"\b{_COUNT} (?:out )?of (?:the )?{_COUNT}\b", re.IGNORECASE)
EXPECTED = "a page of the book"
TITLE = "one heading `# …`, the page's title"
NOTEBOOK = "front matter with `jupytext:` (text_representation, format_name: myst) and `kernelspec:`"
# What a cell may not hold: it imports, calls and shows.
_DEFINITIONS = {
    ast.FunctionDef: "a function (def)",
    ast.AsyncFunctionDef: "a function (async def)",
    ast.ClassDef: "a class",
    ast.Lambda: "a function (lambda)",
    ast.For: "a loop (for)",
    ast.AsyncFor: "a loop (async for)",
    ast.While: "a loop (while)",
    ast.If: "a branch (if)",
    ast.Match: "a branch (match)",
    ast.Try: "a branch (try)",
}


def check_page(
    path: Path,
    name: str,
    rows: Collection[str] | None = None,
    terms: Collection[str] | None = None,
    *,
    about_class: bool = False,
) -> list[Problem]:
    """Every problem in one page.

    Parameters
    ----------
    name : str
        Its path from the project's folder.
    rows : collection of str, optional
        Ids of all rows of evidence, to which the figures in its prose lead; None where they are not known.
    terms : collection of str, optional
        Names that may hold digits; None where they are not known.
    about_class : bool
        Whether it is a class's own page, on which results stand.
    """
    text, problems = _read(path, name)
    if text is None:
        return problems
    page = parse_page(text)
    problems += [*_check_page(page, name), *_check_links(text, name, path.parent)]
    problems += _check_prose(text, name, terms, about_class=about_class) if not page.unclosed else ()
    try:
        whole = parse_page(expand_text(text, path.parent))
    except SectionError as error:
        told = Problem(name, error.line, "", "sections", error.found, error.expected, error.mend)
        return [*problems, told]
    titles = [heading for heading in page.headings if heading.level == 1]
    if not titles and not page.unclosed:
        problems.append(Problem(name, 0, "", "no-title", "no heading of level one", TITLE, "give it a title"))
    for heading in titles[1:]:
        found, mend = f"a second one: {quote(heading.text)}", "begin it with `##`"
        problems.append(Problem(name, heading.line, "", "second-title", found, TITLE, mend))
    problems += _check_front(page, name, is_run=bool(whole.cells))
    problems += _check_figures(text, page, whole, name, rows)
    return problems


def check_part(path: Path, name: str, terms: Collection[str] | None = None) -> list[Problem]:
    """Every problem in a file of sections that pages share; `terms` as in `check_page`."""
    text, problems = _read(path, name)
    if text is None:
        return problems
    page = parse_page(text)
    problems += [*_check_page(page, name), *_check_links(text, name, path.parent)]
    problems += _check_prose(text, name, terms, about_class=True) if not page.unclosed else ()
    seen: set[str] = set()
    for heading in page.headings:
        if heading.level == 1:
            found, mend = quote(heading.text), "begin it with `##`: each page has a title of its own"
            problems.append(Problem(name, heading.line, "", "second-title", found, "sections, `## …`", mend))
        elif heading.level == 2 and heading.text in seen:
            found, mend = f"{quote(heading.text)} again", "put the two sections together"
            problems.append(
                Problem(name, heading.line, "", "section-twice", found, "each section once", mend)
            )
        seen.add(heading.text)
    return problems


def _read(path: Path, name: str) -> tuple[str | None, list[Problem]]:
    text, problems = read_text(path, name, expected=EXPECTED)
    if text is not None and not text.strip():
        mend = "write it, or delete the file and its entry in _toc.yml"
        return None, [*problems, Problem(name, 0, "", "page-empty", "an empty file", EXPECTED, mend)]
    return text, problems


def _check_page(page: Page, name: str) -> Iterator[Problem]:
    if page.unclosed:
        found, expected = "an opening line without a closing one", "```, ::: or --- that ends what it began"
        yield Problem(name, page.unclosed, "", "not-closed", found, expected, "add the closing line")
    for cell in page.cells:
        if cell.options.strip():
            _, problems = parse_document(cell.options, name, first=cell.options_line)
            yield from problems
        yield from _check_cell(cell, name)


def _parse(cell: Cell) -> ast.Module | Exception:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd backslashes: they stop nothing
            return ast.parse(cell.code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return error


def _check_cell(cell: Cell, name: str) -> Iterator[Problem]:
    tree = _parse(cell)
    if isinstance(tree, Exception) and re.search(r"^(?:```+\{|#{2,6} |% sections:)", cell.code, re.MULTILINE):
        found, mend = "a cell that runs on into text", "end the cell with a line ```"
        yield Problem(name, cell.start, "", "not-closed", found, "a line ``` after the code", mend)
        return
    if isinstance(tree, Exception):
        line = cell.line + (getattr(tree, "lineno", None) or 1) - 1
        words = str(getattr(tree, "msg", None) or tree or type(tree).__name__)
        text = (getattr(tree, "text", None) or "").strip()
        found = f"{words}: {quote(text)}" if text else words
        expected = "Python as it stands, without commands of IPython (% or !)"
        yield Problem(name, line, "", "cell-code", found, expected, "correct the cell")
        return
    for node in ast.walk(tree):
        line = cell.line + getattr(node, "lineno", 1) - 1
        if what := _DEFINITIONS.get(type(node)):
            mend = "move it into a module of livingreview/, with a test, and call it"
            yield Problem(name, line, "", "cell-definition", what, "cells that import, call and show", mend)
        elif what := _TYPED.get(type(node)):
            mend = "data stand in data/, what is worked out from them in livingreview/"
            yield Problem(name, line, "", "cell-content", what, "cells that import, call and show", mend)
        elif what := _check_call(node):
            expected = f"`import livingreview.chapter as {FACE}`, and calls of {FACE}.…"
            mend = "move it into a module of livingreview/, and offer it in livingreview/chapter/"
            yield Problem(name, line, "", "cell-call", what, expected, mend)


@cache
def _offered() -> frozenset[str]:
    """What the engine offers to chapters: read, not imported, since that room stands on a higher floor."""
    face = Path(__file__).parents[1] / "chapter" / "__init__.py"
    tree = ast.parse(face.read_text(encoding="utf-8"))
    (names,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    )
    return frozenset(ast.literal_eval(names))


def _check_call(node: ast.AST) -> str:
    """What a cell may not do: it calls what the engine offers to chapters, which touches no file."""
    if isinstance(node, ast.Import):
        names = [(alias.name, alias.asname) for alias in node.names]
        return "" if names == [("livingreview.chapter", FACE)] else ast.unparse(node)
    if isinstance(node, ast.ImportFrom):
        return ast.unparse(node)
    if isinstance(node, ast.Call):
        function = node.func
        if not isinstance(function, ast.Attribute) or ast.unparse(function.value) != FACE:
            return f"{ast.unparse(function)[:60]}(…)"
        if function.attr not in _offered() and not function.attr.startswith("_"):
            near = difflib.get_close_matches(function.attr, _offered(), 1)
            return f"{FACE}.{function.attr}, which is not offered" + (f" ({near[0]} is)" if near else "")
    if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
        return f"the private name {node.attr}"
    return ""


def _check_prose(
    text: str, name: str, terms: Collection[str] | None, *, about_class: bool
) -> Iterator[Problem]:
    """A figure typed in prose would not follow the data."""
    expected, mend = "no typed figure", 'lr.glue_figures(…, name="ROW_ID") and {glue:}`name` in its place'
    known = sorted(terms or (), key=len, reverse=True)
    written = text.split("\n")
    for number, line in enumerate(mask_prose(text).split("\n"), 1):
        left = line
        for term in known if any(sign.isdigit() for sign in line) else ():
            left = left.replace(term, "")
        found = re.search(r".{0,30}\d.{0,20}", left) if terms is not None else None
        found = found or (_RESULT if about_class else _SHARE).search(line)
        found = found or _find_bare_result(line, written[number - 1])
        if found:
            told = quote(found[0].strip())
            more = f"{mend}; a name that holds digits stands in glossary.csv"
            yield Problem(name, number, "", "typed-number", told, expected, more)


def _find_bare_result(line: str, written: str) -> re.Match | None:
    """A result in words whose sentence shows no figure; `line` is what is `written` without its roles."""
    for found in find_results(line):
        start = max((end.end() for end in re.finditer(r"[.!?]\s", line[: found.start()])), default=0)
        end = re.search(r"[.!?](?:\s|$)", line[found.end() :])
        if "{glue:}`" not in written[start : found.end() + end.start() if end else None]:
            return found
    return None


def _check_links(text: str, name: str, folder: Path) -> Iterator[Problem]:
    """Links to pages lead to pages; those of reports are made by a build."""
    for number, line in enumerate(text.splitlines(), 1):
        for target in _LINK.findall(line):
            if not target.startswith("reports/") and not (folder / target).is_file():
                pages = [path.name for path in folder.glob("*.md")]
                near = difflib.get_close_matches(target, pages, 1)
                mend = f"did you mean {near[0]!r}?" if near else "correct the link"
                found, expected = quote(target), "a page of the chapters' folder"
                yield Problem(name, number, "", "dead-link", found, expected, mend)


def _check_figures(
    text: str, page: Page, whole: Page, name: str, rows: Collection[str] | None
) -> Iterator[Problem]:
    """Every figure in prose is made available by a cell, from a row that there is."""
    for word, line in (found for cell in page.cells for found in glued_in(cell)):
        row_id = word.value.value if isinstance(word.value, ast.Constant) else None
        if rows is not None and isinstance(row_id, str) and row_id not in rows:
            near = difflib.get_close_matches(row_id, rows, 1, 0.8)
            mend = f"did you mean {near[0]!r}?" if near else "correct it, or take it and the sentence out"
            expected = "the row_id of a row of evidence"
            yield Problem(name, line, str(word.arg), "figure-without-row", quote(row_id), expected, mend)
    glued = {word.arg for cell in whole.cells for word, _ in glued_in(cell)}
    is_known = None not in glued and not any(isinstance(_parse(cell), Exception) for cell in whole.cells)
    for number, said in enumerate(text.split("\n") if is_known else (), 1):
        for figure in re.findall(r"\{glue:\}`([^`]+)`", said):
            if figure not in glued:
                found, expected = f"{{glue:}}`{figure}`", "a name that a cell gives to lr.glue_figures"
                mend = f'add {figure}="ROW_ID" there, or correct the name'
                yield Problem(name, number, figure, "figure-unknown", found, expected, mend)


def glued_in(cell: Cell) -> Iterator[tuple[ast.keyword, int]]:
    """The names that a cell gives to figures, each with its line in the file; None for ``**names``."""
    tree = _parse(cell)
    for node in ast.walk(tree) if isinstance(tree, ast.Module) else ():
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "glue_figures":
            yield from ((word, cell.line + word.value.lineno - 1) for word in node.keywords)


def _check_front(page: Page, name: str, *, is_run: bool) -> Iterator[Problem]:
    """The front matter, by which MyST-NB knows a page whose cells are to be run."""
    if page.front is None:
        if is_run and not page.unclosed:
            mend = "copy it from another chapter: without, no cell is run"
            yield Problem(name, 1, "", "front-matter", "no front matter", NOTEBOOK, mend)
        return
    document, problems = parse_document(page.front, name, first=2)
    yield from problems
    if document is None:
        return
    kernel, form = (document.content.get(key) for key in ("kernelspec", "jupytext"))
    told = form.get("text_representation") if isinstance(form, dict) else None
    is_myst = isinstance(told, dict) and told.get("format_name") == "myst"
    has_kernel = isinstance(kernel, dict) and all(
        isinstance(kernel.get(key), str) for key in ("name", "display_name")
    )
    for key, value, good in (("jupytext", form, is_myst), ("kernelspec", kernel, has_kernel)):
        if not good and (is_run or value is not None):
            mend = "copy the block from another chapter"
            yield document.problem(
                (key,), "front-matter", quote(value) if value else "nothing", NOTEBOOK, mend
            )
