"""What goes wrong with the files beside ``data/``, as functions of a project folder; see `damage.py`.

Each returns (file, line, key) that the check must name; line 0 stands for the file as a whole.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from pathlib import Path

from tests.checks.damage import Place
from tests.conftest import ROOT

DAMAGES: dict[str, Callable[[Path], Place]] = {}
CFF, CONFIG, TOC = "CITATION.cff", "_config.yml", "_toc.yml"
PAGE, PART = "chapters/bortezomib.md", "chapters/_class.md"
DAY = re.search(r'^date-released: "(.*)"$', (ROOT / CFF).read_text(encoding="utf-8"), re.MULTILINE)[1]
AUTHOR = '  - name: "The living review contributors"\n'


def damage(name: str):
    """Register a kind of damage under a name a maintainer would use."""

    def register(function):
        assert name not in DAMAGES, name
        DAMAGES[name] = function
        return function

    return register


def change(name: str, file: str, old: str, new: str, key: str = "", *, at: str | None = None) -> None:
    """Register the replacement of a text, the first time it stands there.

    Parameters
    ----------
    at : str, optional
        Words of the line that must be named, after the change (default: where the new text begins; '' for the
        file as a whole).
    """

    def spoil(project: Path) -> Place:
        path = project / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} has no {old!r}"
        changed = text.replace(old, new, 1)
        path.write_text(changed, encoding="utf-8")
        place = changed.index(at) if at else text.index(old)
        return file, 0 if at == "" else changed[:place].count("\n") + 1, key

    damage(name)(spoil)


def remove(file: str) -> None:
    """Register the deletion of a file."""

    def spoil(project: Path) -> Place:
        (project / file).unlink()
        return file, 0, ""

    damage(f"{file} deleted")(spoil)


def overwrite(name: str, file: str, content: bytes, line: int = 0) -> None:
    """Register other bytes in place of a whole file."""

    def spoil(project: Path) -> Place:
        (project / file).write_bytes(content)
        return file, line, ""

    damage(name)(spoil)


for _file in (CFF, CONFIG, TOC, "data/references.bib"):
    remove(_file)
    overwrite(f"{_file} in another encoding", _file, "a: é\n".encode("latin-1"), 1)
    overwrite(f"{_file} with a byte-order mark", _file, b"\xef\xbb\xbf" + b"a: b\n", 1)
for _file in (CFF, CONFIG, TOC):
    overwrite(f"{_file} emptied", _file, b"", 1)
    overwrite(f"{_file} that is a list", _file, b"- a\n- b\n", 1)
    overwrite(f"{_file} that is no YAML", _file, b"a: b\nc: [d\n", 3)
    overwrite(f"{_file} with a tab", _file, b"a:\n\tb: c\n", 2)

# The record.
change("version missing", CFF, 'version: "2026.11.0"\n', "", "version", at="")
change("version without quotes", CFF, 'version: "2026.11.0"', "version: 2026.11", "version")
change("version with a slash", CFF, 'version: "2026.11.0"', 'version: "2026/11"', "version")
change("version of another year", CFF, 'version: "2026.11.0"', 'version: "226.11.0"', "version")
change("version of a month that is none", CFF, 'version: "2026.11.0"', 'version: "2026.61.0"', "version")
change("version twice", CFF, "license:", 'version: "2"\nlicense:', "version")
change("title missing", CFF, "\ntitle: ", "\nabstract: ", "title", at="")
change("title emptied", CFF, "\ntitle: ", '\ntitle: ""\nabstract: ', "title", at="title: ")
change("title a list", CFF, "\ntitle: ", "\ntitle: [a, b]\nabstract: ", "title", at="title: ")
change("date missing", CFF, "date-released: ", "commit: ", "date-released", at="")
change("date in words", CFF, f'"{DAY}"', "21 November 2026", "date-released")
change("date of a day that does not exist", CFF, f'"{DAY}"', '"2026-11-31"', "date-released")
change("date of such a day without quotes", CFF, f'"{DAY}"', "2026-11-31", at="2026-11-31")
change("date of another year", CFF, f'"{DAY}"', f'"0{DAY[1:]}"', "date-released")
change("authors missing", CFF, "authors:\n" + AUTHOR, "", "authors", at="")
change("authors emptied", CFF, "authors:\n" + AUTHOR, "authors: []\n", "authors")
change("authors as text", CFF, "authors:\n" + AUTHOR, "authors: Linnaeus\n", "authors")
change("author as text", CFF, AUTHOR, "  - Carl Linnaeus\n", "authors.1")
change("author without a name", CFF, AUTHOR, "  - affiliation: Uppsala\n", "authors.1")
change(
    "author's particle a list",
    CFF,
    AUTHOR,
    "  - alias: L\n    name-particle: [of]\n",
    "authors.1.name-particle",
    at="    name-p",
)
change("licence of two that is none", CFF, "CC-BY-4.0", "[CC-BY-4.0, CC]", "license.2")
change(
    "address of an author that is a script",
    CFF,
    AUTHOR,
    f"{AUTHOR}    website: 'javascript:x'\n",
    "authors.1.website",
    at="    website",
)
change("author's key mistyped", CFF, AUTHOR, "  - family-name: Linnaeus\n", "authors.1.family-name")
change("author's name a number", CFF, AUTHOR, "  - family-names: 12\n", "authors.1.family-names")
ORCID = "  - family-names: Linnaeus\n    orcid: "
change("ORCID without address", CFF, AUTHOR, f"{ORCID}0000-0002-1825-0097\n", "authors.1.orcid", at="orcid:")
change(
    "ORCID with a digit wrong",
    CFF,
    AUTHOR,
    f"{ORCID}https://orcid.org/0000-0002-1825-0079\n",
    "authors.1.orcid",
    at="orcid:",
)
change("address that is a script", CFF, "license:", "url: 'javascript:alert(1)'\nlicense:", "url")
change("address without scheme", CFF, "license:", "url: example.org/review\nlicense:", "url")
change("address that ends an attribute", CFF, "license:", "url: 'https://a.b/\"onload='\nlicense:", "url")
change("address of files", CFF, "license:", "repository-code: ftp://a.b/c\nlicense:", "repository-code")
change("address without host", CFF, "license:", "repository-code: 'https://'\nlicense:", "repository-code")
change("key mistyped", CFF, "keywords:", "keyword:", "keyword")
change("licence that is none", CFF, "CC-BY-4.0", "CC-BY-4", "license")
change("licence missing", CFF, "license: CC-BY-4.0\n", "", "license", at="")
change("another version of the format", CFF, "cff-version: 1.2.0", "cff-version: 1.1.0", "cff-version")
change("a kind of work that is none", CFF, "type: dataset", "type: book", "type")
change("DOI as address", CFF, "license:", "doi: https://doi.org/10.5281/zenodo.1\nlicense:", "doi")
change("keywords as text", CFF, "keywords:\n", "keywords: a, b\nabstract: c\nx:\n", "keywords")
change(
    "a list written once and referred to", CFF, "keywords:", "references: &a [*a]\nkeywords:", "references"
)

# The configuration.
change("configuration's key mistyped", CONFIG, "exclude_patterns:", "exclude_pattern:", "exclude_pattern")
change("nested key mistyped", CONFIG, "execute_notebooks:", "execute_notebook:", "execute.execute_notebook")
change(
    "extension missing",
    CONFIG,
    ", livingreview.book.extension]",
    "]",
    "sphinx.config.extensions",
    at="    extensions:",
)
change(
    "extensions missing",
    CONFIG,
    "    extensions: [myst_nb, sphinx_external_toc, sphinx_book_theme, livingreview.book.extension]\n",
    "",
    "sphinx.extra_extensions",
    at="sphinx:",
)
change("icon missing", CONFIG, "docs/favicon.svg", "docs/icon.svg", "sphinx.config.html_favicon")
change("logo missing", CONFIG, "\nauthor:", "\nlogo: logo.png\nauthor:", "logo", at="logo:")
change(
    "icon of the book missing",
    CONFIG,
    "html:\n",
    "html:\n  favicon: icon.png\n",
    "html.favicon",
    at="  favicon",
)
change(
    "stock execution",
    CONFIG,
    "execute_notebooks: cache",
    "execute_notebooks: force",
    "execute.execute_notebooks",
)
change(
    "execution off", CONFIG, "execute_notebooks: cache", "execute_notebooks: off", "execute.execute_notebooks"
)
change(
    "execution set for Sphinx",
    CONFIG,
    "    language: en",
    "    nb_execution_mode: auto",
    "sphinx.config.nb_execution_mode",
)
change("title of the book a number", CONFIG, "title: ", "title: 5 # ", "title")
change("time limit in words", CONFIG, "timeout: 300", "timeout: long", "execute.timeout")
change(
    "pages beside the contents",
    CONFIG,
    "only_build_toc_files: true",
    "only_build_toc_files: false",
    "only_build_toc_files",
)
change(
    "section of the configuration as text",
    CONFIG,
    "latex:\n  use_jupyterbook_latex: false",
    "latex: none",
    "latex",
)

# The contents.
change("page that does not exist", TOC, "chapters/safety", "chapters/safty", "parts.3.chapters.2.file")
change("page outside the chapters", TOC, "chapters/safety", "README", "parts.3.chapters.2.file")
change("page twice", TOC, "chapters/safety", "chapters/comparison", "parts.3.chapters.2.file")
change("start page missing", TOC, "root: chapters/index\n", "", "root", at="")
change("start page that does not exist", TOC, "chapters/index", "chapters/start", "root")
change("format missing", TOC, "format: jb-book\n", "", "format", at="")
change("another format", TOC, "format: jb-book", "format: jb-boook", "format")
change(
    "reports not in the contents",
    TOC,
    "        sections:\n          - glob: chapters/reports/*\n",
    "",
    "chapters/reports/*",
    at="",
)
change("page not in the contents", TOC, "      - file: chapters/safety\n", "", "chapters/safety", at="")
change(
    "chapter of a class not in the contents",
    TOC,
    "      - file: chapters/bortezomib\n        sections:\n"
    "          - file: chapters/bortezomib-evidence\n          - file: chapters/bortezomib-comparators\n",
    "",
    "chapters/bortezomib",
    at="",
)
change(
    "key of an entry mistyped", TOC, "- file: chapters/safety", "- fil: chapters/safety", "parts.3.chapters.2"
)
change("key of a part mistyped", TOC, "  - caption: Across", "  - captoin: Across", "parts.3.captoin")
change("entry as text", TOC, "- file: chapters/safety", "- chapters/safety", "parts.3.chapters.2")
change(
    "part without pages",
    TOC,
    "  - caption: Across",
    "  - caption: Empty\n  - caption: Across",
    "parts.3.chapters",
    at="  - caption: Empty",
)
change("caption a list", TOC, "caption: By regimen", "caption: [By regimen]", at="")

# The chapters.
remove("chapters/index.md")
DAMAGES.pop("chapters/index.md deleted")


@damage("chapter of the contents deleted")
def _(project):
    (project / "chapters" / "safety.md").unlink()
    return TOC, line_of(project / TOC, "chapters/safety"), "parts.3.chapters.2.file"


@damage("chapter of a class deleted")
def _(project):
    (project / PAGE).unlink()
    return PAGE, 0, ""


@damage("chapters deleted")
def _(project):
    (project / "chapters").rename(project / "pages")
    return "chapters", 0, ""


@damage("chapter in another encoding")
def _(project):
    path = project / PAGE
    path.write_bytes(path.read_bytes() + "\nGöttingen\n".encode("cp1252"))
    return PAGE, path.read_bytes().count(b"\n"), ""


overwrite("chapter emptied", PAGE, b"\n\n")
change("chapter without title", PAGE, "# Bortezomib combinations", "Bortezomib combinations", at="")
change("chapter with two titles", PAGE, "% sections:", "# Another title\n\n% sections:")
change("title underlined, and another", PAGE, "% sections:", "Another title\n=====\n\n% sections:")
change("link to no page", "chapters/index.md", "(explorer.md)", "(explorers.md)", at="(explorers.md)")
change("front matter not closed", PAGE, "---\n\n# Bort", "\n# Bort", at="---\njupytext")
change("front matter taken out", "chapters/comparison.md", "---\njupytext:", "jupytext:", at="jupytext:")
change("front matter no YAML", PAGE, "kernelspec:", "kernelspec: [", at="  language")
change("front matter without kernel", PAGE, "kernelspec:", "kernel:", "kernelspec", at="")
change(
    "front matter of another format",
    PAGE,
    "format_name: myst",
    "format_name: markdown",
    "jupytext",
    at="jupytext:",
)
change("front matter's key twice", PAGE, "kernelspec:", "jupytext: {}\nkernelspec:", "jupytext")
change("file of sections missing", PAGE, "% sections: _class.md", "% sections: _clas.md")
change("file of sections elsewhere", PAGE, "% sections: _class.md", "% sections: ../review.yml")
change("heading that the sections lack", PAGE, "## Who was treated?", "## Who was treatd?")
change("heading with two blanks and a slip", PAGE, "## Who was treated?", "##  Who was treatd?")
change("heading twice", PAGE, "## Who was treated?", "## What is the regimen?")
change("cell not closed", PAGE, "```\n\n% sections:", "\n% sections:", at="```{code-cell} ipython3\nimport")
change("cell that is no Python", PAGE, "lr.open_chapter(class_id)", "lr.open_chapter(class_id")
change("magic command", PAGE, "import livingreview.chapter as lr", "%matplotlib inline")
change("command of the shell", PAGE, "import livingreview.chapter as lr", "!ls")
change("function in a cell", PAGE, "import livingreview.chapter as lr", "def f():\n    return 1")
change("class in a cell", PAGE, "import livingreview.chapter as lr", "class A:\n    x = 1")
change("lambda in a cell", PAGE, "import livingreview.chapter as lr", "f = lambda: 1")
change("loop in a cell", PAGE, "import livingreview.chapter as lr", "for i in (1, 2):\n    print(i)")
change("while in a cell", PAGE, "import livingreview.chapter as lr", "while False:\n    pass")
change("branch in a cell", PAGE, "import livingreview.chapter as lr", "if True:\n    pass")
change("star import", PAGE, "import livingreview.chapter as lr", "from livingreview.chapter import *")
IMPORT = "import livingreview.chapter as lr"
for _name, _code in {
    "table typed into a cell": "rows = {'CR': 12}",
    "list typed into a cell": "rows = ['a', 'b']",
    "comprehension in a cell": "rows = tuple(x for x in 'ab')",
    "calculation in a cell": "x = 1 + 1",
    "text put together in a cell": "x = f'{1}'",
    "file written by a cell": "open('x', 'w')",
    "words printed by a cell": "print('x')",
    "name mistyped in a cell": "lr.ttabulate_checklist(review)",
    "other module in a cell": "import os",
    "other names in a cell": "from pathlib import Path",
    "code run by a cell": "exec('x')",
    "private name in a cell": "lr.__loader__",
}.items():
    change(_name, PAGE, IMPORT, f"{IMPORT}\n{_code}", at=_code)
LATER = (datetime.date.today() + datetime.timedelta(days=2)).isoformat()
change("released the day after tomorrow", CFF, DAY, LATER, "date-released")
change("released in another age", CFF, 'date-released: "20', 'date-released: "25', "date-released")
change("share typed in prose", PAGE, "% sections:", "In all, 73.5% of 120.\n\n% sections:", at="In all")
change("result typed in words", PAGE, "% sections:", "Most of them died.\n\n% sections:", at="Most")
change("count typed in words", PAGE, "% sections:", "Twelve of thirty did well.\n\n% sections:", at="Twelve")
change("result in words", PART, "## What is known?", "## What is known?\n\nTwo patients died.", at="Two p")
change("figure in a heading", PAGE, "## Who was treated?", "## Who was treated?\n\n### All 12", at="### All")
change("options of a cell no YAML", PAGE, ":tags: [parameters]", ":tags: [parameters")
change(
    "invisible character in a chapter",
    PAGE,
    "These are two questions",
    "These are\u200b two questions",
    at="These are",
)
change(
    "figure of a row that is not there",
    PAGE,
    '"ramos-2025.outcome.all.early-death"',
    '"ramos-2025.outcome.all.early-deth"',
    "early",
)
change("figure that no cell provides", PAGE, "{glue:}`n_mrd`", "{glue:}`n_mdr`", "n_mdr")
change("loop in the shared sections", PART, "lr.list_claims(chapter, most=5)", "while True:\n    pass")
change("title in the shared sections", PART, "## What is known?", "# What is known?")
change("section twice in the shared sections", PART, "## Who was treated?", "## What is the regimen?")
change(
    "cell of the shared sections not closed",
    PART,
    "lr.list_claims(chapter, most=5)\n```",
    "lr.list_claims(chapter, most=5)",
    at="```{code-cell} ipython3\nlr.list_claims(chapter, most=5)",
)

# How the review is kept up.
change(
    "review.yml: key twice",
    "review.yml",
    "mode: living",
    "mode: living\nmode: paused",
    "mode",
    at="mode: paused",
)
change("review.yml: data of the future", "review.yml", "data_as_of:", "data_as_of: 2931-01-01", "data_as_of")
change("review.yml: unreadable", "review.yml", "mode: living", "mode: {living", at="search_every_months:")


def line_of(path: Path, words: str) -> int:
    """Line of a file on which words first stand."""
    text = path.read_text(encoding="utf-8")
    return text[: text.index(words)].count("\n") + 1
