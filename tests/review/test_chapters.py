"""Chapters are thin, type no figure, and run through papermill with the outputs they should have."""

import ast
import re
from pathlib import Path

import nbformat
import papermill
import pytest

from livingreview.citation import read_citation
from livingreview.display.numbers import make_figure
from livingreview.evidence import select_class
from livingreview.execution import read_chapter
from livingreview.manuscript import expand_chapter, find_pages
from tests.conftest import ROOT

PAGES = find_pages(ROOT / "chapters")
CLASSES = ("liposomal-mitoxantrone", "mitoxantrone-clofarabine", "bortezomib", "blinatumomab")
IDS = [path.stem for path in PAGES]


def prose(path: Path) -> str:
    """A page's own words: no front matter, no code cells, no roles, no link targets."""
    text = expand_chapter(path)
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    text = re.sub(r"^(`{3,}).*?^\1\s*$", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"\{[a-z:]+\}`[^`]*`", "", text)
    text = re.sub(r"`[^`]*`", "", text)
    return re.sub(r"\]\([^)]*\)", "]", text)


@pytest.mark.parametrize("path", PAGES, ids=IDS)
def test_prose_types_no_number(path, review):
    """A figure in prose would not follow the data.

    Names that hold digits (of trials, antigens, drugs) stand in the glossary, which the methods page prints.
    """
    text = prose(path)
    for name in sorted(review.tables["glossary"]["term"], key=len, reverse=True):
        text = text.replace(name, "")
    assert not re.search(r"\d", text), (
        f"typed number near {re.search(r'.{0,30}[0-9].{0,30}', text).group(0)!r}"
    )
    words = (
        "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
        "twenty|thirty|forty|fifty|sixty|half|third|quarter"
    )
    typed = re.search(
        rf"\b(?:{words})\b[^.\n]{{0,25}}\b(?:patients|children|adults|deaths|died|responded|remissions?)\b",
        text,
        re.IGNORECASE,
    )
    assert not typed or path.stem not in CLASSES, f"a result in words: {typed.group(0)!r}"


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES, ids=IDS)
def test_cells_import_call_and_show(path):
    chapter = read_chapter(path)
    assert chapter is not None, "every page of the book is a notebook"
    for cell in (cell for cell in chapter.notebook.cells if cell.cell_type == "code"):
        tree = ast.parse(cell.source)
        assert len(cell.source.splitlines()) <= 60
        for node in ast.walk(tree):
            assert not isinstance(
                node, (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If)
            ), f"{path.stem}: {ast.unparse(node)[:60]}"
            assert not (
                isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
            ), "star import"


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES, ids=IDS)
def test_a_page_imports_the_face_of_the_engine_once_and_nothing_else(path):
    cells = [cell.source for cell in read_chapter(path).notebook.cells if cell.cell_type == "code"]
    imported = [
        ast.unparse(node)
        for cell in cells
        for node in ast.walk(ast.parse(cell))
        if isinstance(node, (ast.Import, ast.ImportFrom))
    ]
    assert imported == (["import livingreview.chapter as lr"] if cells else [])


@pytest.mark.parametrize("path", PAGES, ids=IDS)
def test_one_sentence_per_line(path):
    for line in prose(path).splitlines():
        if line and not line.startswith(("#", "|", "-")):
            assert not re.search(r"[a-z)]\. [A-Z]", line), line


@pytest.mark.parametrize(
    ("term", "former"),
    [
        ("complete remission", "how-many-responded"),
        ("overall survival", "how-long-did-patients-live"),
        ("stem cell transplantation", "who-reached-transplant"),
        ("adverse events", "what-harm-was-seen"),
        ("MRD", "how-deep-was-the-response"),
    ],
)
def test_a_heading_gives_the_term_and_keeps_its_former_address(term, former):
    text = expand_chapter(ROOT / "chapters" / "blinatumomab.md")
    assert re.search(rf'<span id="{former}"></span>\n\n## [^\n]*\({term}\)\n', text)


def test_chapters_have_the_same_order():
    headings = {}
    for slug in CLASSES:
        text = expand_chapter(ROOT / "chapters" / f"{slug}.md")
        headings[slug] = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert len({tuple(value) for value in headings.values()}) == 1, headings


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Every page run through papermill, once."""
    from livingreview.execution import Store, execute_chapters

    return execute_chapters(ROOT, PAGES, store=Store(ROOT / "_build" / ".chapters"))


@pytest.mark.book
@pytest.mark.parametrize("path", PAGES, ids=IDS)
def test_chapter_runs(executed, path):
    notebook = executed[path]
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.output_type in ("error", "stream")], (
        "errors, or text printed into the page"
    )
    for output in outputs:
        assert "Traceback" not in str(output.get("data", ""))


@pytest.mark.book
def test_stock_papermill_runs_a_chapter_with_another_class(tmp_path):
    """The class is a papermill parameter, so one chapter's notebook serves any class."""
    chapter = read_chapter(ROOT / "chapters" / "bortezomib.md")
    nbformat.write(chapter.notebook, tmp_path / "in.ipynb")
    short = nbformat.read(tmp_path / "in.ipynb", 4)
    short.cells = [cell for cell in short.cells if cell.cell_type == "code"][:1]
    short.cells.append(
        nbformat.v4.new_code_cell(
            "import livingreview.chapter as lr\n"
            "print(*sorted(set(lr.open_chapter(class_id).tables['cohorts']['report_id'])))"
        )
    )
    nbformat.write(short, tmp_path / "in.ipynb")
    done = papermill.execute_notebook(
        tmp_path / "in.ipynb",
        tmp_path / "out.ipynb",
        parameters={"class_id": "blinatumomab"},
        cwd=str(ROOT / "chapters"),
        progress_bar=False,
    )
    reports = done.cells[-1].outputs[0].text.split()
    assert {"linder-2016", "kantarjian-2017"} <= set(reports)
    assert "ramos-2025" not in reports


def rendered(notebook) -> str:
    return "\n".join(
        "".join(output.get("data", {}).get("text/html", ""))
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )


# What a reader must find on each kind of page: beginnings of figures' titles, of tables' titles, parts.
RESULTS = ("Remission with ", "Severe adverse events and death on treatment with ")
EVIDENCE = ("From treatment with ", "Risk of bias of selected results on ")
CHAPTER = (
    ("Summary of findings", "Drugs, doses and days: ", "Transplants after "),
    (
        "lr-claims",
        "lr-discrepancy",
        "lr-cite",
        "lr-lead",
    ),
)
SURVIVAL, MRD = ("Survival with ",), ("MRD response with ",)
WHOLE = (
    ("Drugs and doses", "Reports of this class", "Cohorts", "Baseline counts", "Appraisal"),
    ("lr-references",),
)
EXPECTED = {
    "liposomal-mitoxantrone": ((), (CHAPTER[0][0], *SURVIVAL), CHAPTER[1]),
    "mitoxantrone-clofarabine": (RESULTS, (*CHAPTER[0], *SURVIVAL), CHAPTER[1]),
    "bortezomib": ((*RESULTS, *SURVIVAL), *CHAPTER),
    "blinatumomab": ((*RESULTS, *SURVIVAL, "Randomised trials of blinatumomab"), *CHAPTER),
    "bortezomib-evidence": (
        (*EVIDENCE, *MRD, "Days of each drug: ", "Kinds of response to bortezomib"),
        *WHOLE,
    ),
    "blinatumomab-evidence": ((*EVIDENCE, *MRD, "As studies became available: "), *WHOLE),
    "bortezomib-comparators": (
        ("Remission in groups shown for context of bortezomib, by population",),
        ("Cohorts, other regimens",),
        (),
    ),
    "adult-relapse": (
        (
            "Randomised trials: survival, response and severe harm; adults, relapsed or refractory ALL",
            "Remission, option by option; adults, relapsed or refractory ALL",
        ),
        (),
        (),
    ),
    "courses": (("Course: ",), (), ()),
    "index": (("Patients by population and regimen",), (), ()),
}


@pytest.mark.book
@pytest.mark.parametrize("slug", EXPECTED)
def test_expected_figures_and_tables_are_there(executed, slug):
    html = rendered(executed[ROOT / "chapters" / f"{slug}.md"])
    titles = re.findall(r"<figcaption><a [^>]*>Figure</a> ([^<]*)", html)
    captions = re.findall(r"<caption>([^<]*)", html)
    assert len(re.findall(r'<div class="lr-picture"[^>]* aria-label="', html)) == len(titles)
    drawn, tabulated, parts = EXPECTED[slug]
    for wanted, found in ((drawn, titles), (tabulated, captions)):
        for start in wanted:
            assert any(title.startswith(start) for title in found), f"no {start!r} among {found}"
    for part in parts:
        assert f'class="{part}' in html, part


@pytest.mark.book
@pytest.mark.parametrize("slug", CLASSES)
def test_a_chapter_draws_at_most_four_figures(executed, slug):
    """Response, randomised trials, survival, harm; the others are on the page of all the evidence."""
    html = rendered(executed[ROOT / "chapters" / f"{slug}.md"])
    titles = re.findall(r"<figcaption><a [^>]*>Figure</a> ([^<]*)", html)
    assert len(titles) <= 4, titles


@pytest.mark.book
def test_no_figure_is_called_by_its_outcome_alone(executed, review):
    """Titles once said "Remission" on ten pages alike: they name a drug, a trial or a population."""
    tables = review.tables
    words = {"four classes", "population", "course: "} | {
        name.lower() for name in review.report_names.values()
    }
    for table, column in (("drugs", "name"), ("regimens", "name"), ("regimen_classes", "short_title")):
        words |= {name.lower() for name in tables[table][column].dropna()}
    words |= {title.replace(": ", ", ").lower() for title in tables["settings"]["title"]}
    seen: dict[str, str] = {}
    for path, notebook in executed.items():
        for title in re.findall(r"<figcaption><a [^>]*>Figure</a> ([^<]*)", rendered(notebook)):
            assert any(word in title.lower() for word in words), (path.stem, title)
            assert seen.setdefault(title, path.stem) == path.stem, title


@pytest.mark.book
@pytest.mark.parametrize("slug", CLASSES)
def test_glued_figures_equal_the_engine(executed, review, slug):
    notebook = executed[ROOT / "chapters" / f"{slug}.md"]
    source = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    names = {
        keyword.arg: ast.literal_eval(keyword.value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "glue_figures"
        for keyword in node.keywords
    }
    used = set(re.findall(r"\{glue:\}`([^`]+)`", expand_chapter(ROOT / "chapters" / f"{slug}.md")))
    assert names
    assert used == set(names), "every figure glued is used, and the reverse"
    glued = {
        output.metadata.scrapbook.name: output.data
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "scrapbook" in output.get("metadata", {})
    }
    part = select_class(review, slug)
    for name, row_id in names.items():
        figure = make_figure(part, row_id)
        assert str(figure.__html__()) in "".join(glued[name]["application/papermill.record/text/html"])
        assert figure.text in "".join(glued[name]["application/papermill.record/text/plain"])


def test_the_shared_sections_of_a_class_open_no_other_class():
    """Else each change of that class runs the pages of all: what is borrowed has a name of its own."""
    for path in sorted((ROOT / "chapters").glob("_class*.md")):
        assert "open_chapter(" not in path.read_text(encoding="utf-8"), path.name


def test_cited_addresses_have_no_numbers():
    assert all(not re.search(r"\d", path.stem) for path in PAGES)
    assert read_citation(ROOT)["authors"] == [{"name": "The living review contributors"}]
