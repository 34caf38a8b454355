"""What a chapter begins with: its class's evidence, figures for its prose, and how to cite it."""

from __future__ import annotations

import sys

from myst_nb import glue

from livingreview.citation import cite_chapter, cite_whole, read_citation
from livingreview.display.html import Fragment
from livingreview.display.marks import Figure, explain_marks
from livingreview.display.numbers import figures_in, make_figure
from livingreview.evidence import (
    Evidence,
    find_root,
    load_class,
    load_evidence,
    records,
    select_class,
    select_part,
    select_setting,
)
from livingreview.evidence.package import read_package
from livingreview.manuscript.pages import parse_page
from livingreview.tables.bounds import Benchmark, find_benchmarks
from livingreview.tables.common import in_sentence


def open_review() -> Evidence:
    """All the evidence of the review."""
    return load_evidence()


def open_chapter(class_id: str) -> Evidence:
    """The evidence of one regimen class; KeyError names the classes there are."""
    return load_class(class_id)


def open_benchmarks(class_id: str) -> list[Benchmark]:
    """The questions of a class that were answered with and without randomisation, for other classes' pages.

    A page that borrows them depends on them alone, not on every row of that class: `execution.inputs` hashes
    what this returns.
    """
    sys.audit("livingreview.slice", f"benchmarks:{class_id}")
    return find_benchmarks(select_class(read_package(None), class_id))


def open_parts(evidence: Evidence) -> tuple[Evidence, Evidence]:
    """A class's evidence in two: the regimens the chapter asks about, and what is set beside them."""
    return select_part(evidence, "core"), select_part(evidence, "beside")


def open_setting(setting_id: str) -> Evidence:
    """The evidence in one clinical setting, of every class; KeyError names the settings there are."""
    return select_setting(load_evidence(), setting_id)


def name_figure(evidence: Evidence, words: str, page: str) -> str:
    """A figure's title: `words` with the class's short title, or the setting's, in place of ``{}``.

    Parameters
    ----------
    evidence : Evidence
        What the page shows.
    page : str
        Id of the class or of the clinical setting that the page is about.
    """
    named = {
        **{row["setting_id"]: row["title"] for row in records(evidence.tables["settings"])},
        **{row["class_id"]: row["short_title"] for row in records(evidence.tables["regimen_classes"])},
    }
    if evidence.tables["settings"].empty:  # a page of a setting then has no other name than its own
        named.setdefault(page, page.replace("-", " "))
    return words.format(in_sentence(named[page]).replace(": ", ", "))


class _Shown:
    """A figure as MyST-NB's glue wants it: an object with HTML and plain text."""

    def __init__(self, figure: Figure | str | int):
        self.figure = figure

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        text = str(self.figure)
        return {
            "text/html": str(self.figure.__html__()) if isinstance(self.figure, Figure) else text,
            "text/plain": text,
        }


def glue_figures(evidence: Evidence, **names: str | int) -> Fragment | None:
    """Make figures available to the page's prose as ``{glue:}`name` ``.

    Parameters
    ----------
    evidence : Evidence
        Where the rows stand.
    names : str or int
        name = row_id of the figure, or a count that the chapter computed.

    Returns
    -------
    Fragment or None
        What the figures' marks mean, to be shown before the first of them; without those that the chapter's
        conclusions explain, None where nothing is left.

    Raises
    ------
    KeyError
        If a row_id does not exist: prose cannot state a figure that has no row.
    """
    figures = {name: make_figure(evidence, value) for name, value in names.items() if isinstance(value, str)}
    for name, value in names.items():
        glue(name, _Shown(figures.get(name, value)), display=False)
    claimed = [
        figure for words in evidence.tables["claims"]["text"] for figure in figures_in(evidence, words)
    ]
    told = {mark for figure in claimed for mark in figure.marks}
    own = {mark for figure in figures.values() for mark in figure.in_prose.marks} - told
    return Fragment("legend.html.j2", {"marks": explain_marks(own)}, "[legend]") if own else None


def cite_page(page: str, title: str = "", *, end: str = "") -> Fragment:
    """How to cite one chapter, with its reports as downloads where it is that of a regimen class.

    Parameters
    ----------
    page : str
        File name of the page without ending; for the chapter of a class its id.
    title : str, optional
        Title of the page; for the chapter of a class that of the data, for another page its heading.
    end : str
        What the page's name has behind `page`: ``-evidence`` of the page beside the chapter of a class.

    Raises
    ------
    KeyError
        If there is no such class or page.
    """
    page += end
    if title:
        return cite_chapter(review_record(), title=title, page=page)
    try:  # a class first: its chapter depends on nothing but its own part of the evidence
        evidence = load_class(page)
    except KeyError:
        path = find_root() / "chapters" / f"{page}.md"
        if not path.is_file():
            raise
        heading = next(text for level, text, _ in parse_page(path.read_text("utf-8")).headings if level == 1)
        return cite_chapter(review_record(), title=heading, page=page)
    titles = evidence.tables["regimen_classes"].set_index("class_id")["title"]
    return cite_chapter(review_record(), title=titles[page], page=page, reports=bool(evidence.included))


def review_record() -> dict:
    """The review's own bibliographic record."""
    return read_citation(find_root())


def cite_review() -> Fragment:
    """How to cite the review as a whole."""
    return cite_whole(review_record())
