"""Paper: dark on light from any scheme, a title, whole pictures under their titles, a foot on every page."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from livingreview import display
from livingreview.book.paper import css_string, foot_style, named_foot_style
from livingreview.book.schemes import DARK, settle_sheet
from livingreview.book.slim_css import parse
from tests.visit import Visit

PAGES = ("index", "bortezomib", "explorer", "reports/kantarjian-2017")
RECORD = {"title": "A review", "version": "2026.1.0", "date-released": "2026-01-31", "draft": True}
# Words that stand out too little from white; a word in a picture has its colour from `fill`.
FAINT = """() => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d');
  const light = colour => {
    canvas.fillStyle = '#fff'; canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map(part => part / 255)
      .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
      .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  };
  const found = {}, walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let words = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.data.trim() || !parent.checkVisibility({ visibilityProperty: true })) continue;
    if (parent.closest('script, style, math')) continue;
    words += 1;
    const style = getComputedStyle(parent), colour = parent.closest('svg') ? style.fill : style.color;
    const ratio = 1.05 / (light(colour) + 0.05);
    if (ratio >= 4.5) continue;
    found[parent.closest('[class]').getAttribute('class')] = [colour, node.data.trim().slice(0, 40)];
  }
  return [words, found];
}"""
GROUND = """() => {
  const grounds = 'html, body, main, .bd-content, .bd-article, .lr-table td, .lr-clocks, pre';
  return [...document.querySelectorAll(grounds)]
    .filter(node => node.checkVisibility()).map(node => getComputedStyle(node).backgroundColor)
    .filter(colour => colour !== 'rgba(0, 0, 0, 0)')
    .filter(colour => colour.match(/[\\d.]+/g).slice(0, 3).some(part => part < 200));
}"""
# Links what belongs together, so that the PDF says on which page each begins: [kind, first, second, words].
TIE = """() => {
  const told = [], links = document.createElement('p');
  const article = document.querySelector('.bd-article');
  const tie = node => {
    node.id ||= `tied-${links.childElementCount}`;
    links.append(Object.assign(document.createElement('a'), { href: `#${node.id}`, textContent: '.' }));
    return node.id;
  };
  const pair = (kind, first, second) => {
    if (first && second) told.push([kind, tie(first), tie(second), first.textContent]);
  };
  const shown = what => [...article.querySelectorAll(what)].filter(node => node.checkVisibility());
  for (const figure of shown('figure.lr-chart')) {
    pair('picture', figure.querySelector('figcaption'), figure.querySelector('svg'));
  }
  for (const table of shown('.lr-table table')) {
    pair('table', table.caption, table.querySelector('tbody tr'));
    for (const row of table.querySelectorAll('tr.lr-group')) pair('group', row, row.nextElementSibling);
  }
  for (const heading of shown('h2, h3')) {
    const next = heading.nextElementSibling;
    pair('heading', heading, next?.querySelector('figcaption, caption, summary, p, li') ?? next);
  }
  article.append(links);
  return told;
}"""


def test_no_picture_begins_a_page_of_its_own():
    """A rule for chapters of the whole book once hit every figure: a page began before each."""
    engine = Path(display.__file__).parents[1]
    css = (engine / "book" / "web" / "lr.css").read_text()
    begins = re.findall(r"\.([\w-]+) \{ break-before: page", css)
    figure = (engine / "display" / "templates" / "sheet.html.j2").read_text()
    assert begins
    assert not [name for name in begins if name in figure]


@pytest.mark.parametrize(
    ("sheet", "settled"),
    [
        ("html[data-theme=dark]{--a:#000}", "@media not print{html[data-theme=dark]{--a:#000}}"),
        (
            "html[data-theme=light]{--a:#fff}",
            "html[data-theme=light]{--a:#fff}@media print{html[data-theme]{--a:#fff}}",
        ),
        (
            'p,html[data-theme="dark"] p{a:b}',
            'p{a:b}@media not print{html[data-theme="dark"] p{a:b}}',
        ),
        (
            "@media (prefers-color-scheme: dark) { :root { a: b } }",
            "@media not print and (prefers-color-scheme: dark){:root{ a: b }}",
        ),
        (
            "@media (prefers-color-scheme:light){:root{a:b}}",
            "@media print,(prefers-color-scheme:light){:root{a:b}}",
        ),
        (
            "/*! Licence */ html[data-theme=dark]{a:b}",
            "/*! Licence */@media not print{html[data-theme=dark]{a:b}}",
        ),
        ("html:not([data-theme=dark]) p{a:b}", "html:not([data-theme=dark]) p{a:b}"),
        ("/* kept */ p { a: b }", "/* kept */ p { a: b }"),
    ],
)
def test_dark_is_for_screens_and_light_for_paper(sheet, settled):
    assert settle_sheet(sheet) == settled


def test_a_sheet_that_knows_its_medium_stays_as_it_is():
    sheet = "/* kept */\n@media not print { html[data-theme=dark] { a: b } }\n"
    assert settle_sheet(sheet) == sheet


def test_no_title_ends_the_foot_it_stands_in():
    record = RECORD | {"title": 'Is "a" < b?\nYes </style>', "url": "https://example.org"}
    style = str(foot_style(record, "x", "chapters/x.html"))
    assert style.count("<") == 2
    assert css_string('"\\\n') == '"\\22 \\5c \\a "'
    assert "https://example.org/chapters/x.html" in style
    assert "a draft" in style
    assert "--lr-address" not in foot_style(RECORD, "x", "chapters/x.html")
    assert "#x{page:lr-x}@page lr-x{" in named_foot_style(record, "X", "chapters/x.html", "x")


def dark_rules(nodes, media: str = "") -> list[str]:
    """Rules for the dark scheme that would reach paper."""
    return [
        line
        for head, body in nodes
        if body is not None
        for line in (
            dark_rules(body, f"{media} {head}")
            if isinstance(body, list)
            else [head]
            if DARK.search(re.sub(r":not\([^()]*\)", "", head)) and "not print" not in media
            else []
        )
    ]


@pytest.mark.book
def test_no_sheet_of_the_book_takes_the_dark_scheme_to_paper(book):
    sheets = sorted((book / "_static").rglob("*.css"))
    assert any("[data-theme" in path.read_text(encoding="utf-8") for path in sheets)
    for path in sheets:
        text = path.read_text(encoding="utf-8")
        assert dark_rules(parse(text)) == [], path.name
        assert not re.search(r"@media\s*\(prefers-color-scheme:\s*dark", text), path.name


@pytest.mark.book
@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
def test_paper_is_dark_on_light_from_every_scheme(site, chromium, name):
    for scheme, script in (("dark", True), ("dark", False), ("light", True)):
        with Visit(chromium, site, f"chapters/{name}.html", scheme=scheme, script=script) as visit:
            page = visit.page
            if script:
                page.locator(f"html[data-theme={scheme}]").wait_for(state="attached")
            if script and name == "explorer":
                page.wait_for_selector(".lr-explorer[data-ready]")
            page.emulate_media(media="print", color_scheme=scheme)
            for width in (1280, 390) if scheme == "dark" and script else (1280,):
                page.set_viewport_size({"width": width, "height": 900})
                words, faint = page.evaluate(FAINT)
                assert words > 20
                assert faint == {}, (scheme, script, width)
                assert page.evaluate(GROUND) == [], (scheme, script, width)
                assert page.locator(".bd-article h1").first.is_visible()
                aside = page.locator(".bd-sidebar-primary, .bd-header-article, .prev-next-footer")
                assert not any(part.is_visible() for part in aside.all())


@pytest.mark.book
@pytest.mark.browser
@pytest.mark.parametrize(
    ("name", "scheme", "width"),
    [
        ("bortezomib", "dark", 390),
        ("safety", "light", 1280),
        ("methods", "dark", 1280),
        ("data", "light", 390),
    ],
)
def test_a_title_stays_with_what_it_names(site, chromium, name, scheme, width):
    """A caption and its picture, a table's title and its first row, a heading and its text share a page."""
    with Visit(chromium, site, f"chapters/{name}.html", scheme=scheme, width=width) as visit:
        told = visit.page.evaluate(TIE)
        content = visit.page.pdf(prefer_css_page_size=True)
    at = {
        place[1].decode(): int(place[2])
        for place in re.finditer(rb"/([\w.-]+) \[(\d+) 0 R /XYZ [\d.]+ [\d.]+ ", content)
    }
    known = [entry for entry in told if entry[1] in at and entry[2] in at]
    assert len(known) > 0.9 * len(told) > 6, "the PDF says where things are"
    assert len(set(at.values())) > 2
    assert [entry for entry in known if at[entry[1]] != at[entry[2]]] == []


@pytest.mark.book
@pytest.mark.browser
def test_every_printed_page_says_what_it_is(site, chromium, root, tmp_path):
    """Title, version and address stand in the foot, whether a reader prints or the command line does."""
    with Visit(chromium, site, "chapters/bortezomib.html", scheme="dark") as visit:
        page = visit.page
        boxes = page.evaluate(
            "[...document.styleSheets].flatMap(sheet => [...sheet.cssRules])"
            ".filter(rule => rule instanceof CSSPageRule)"
            ".flatMap(rule => [...rule.cssRules]).map(box => [box.name, box.style.content])"
        )
        assert boxes == [
            ["bottom-left", 'var(--lr-foot, "") var(--lr-address, "")'],
            ["bottom-right", 'counter(page) " / " counter(pages)'],
        ]
        content = page.pdf(prefer_css_page_size=True)
        foot = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--lr-foot')")
        assert foot.startswith('"Bortezomib combinations. In: ')
        assert "Version " in foot
        address = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--lr-address')")
        assert address == f'" · {site}/chapters/bortezomib.html"', (
            "a book without an address names where it was found"
        )
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "livingreview.cli",
            "pdf",
            "contribute",
            "how-to-cite",
            "--output",
            tmp_path / "b.pdf",
        ],
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    if not shutil.which("pdftotext"):
        return  # the words of a PDF can be read only by a program for it
    (tmp_path / "a.pdf").write_bytes(content)
    for name in ("a", "b"):
        read = subprocess.run(
            ["pdftotext", "-layout", tmp_path / f"{name}.pdf", "-"], capture_output=True, text=True
        )
        sheets = read.stdout.split("\f")[:-1]
        for number, sheet in enumerate(sheets, 1):
            lines = [line.strip() for line in sheet.split("\n") if line.strip()]
            assert lines[-2].replace(" ", "").endswith(f"{number}/{len(sheets)}")
            assert lines[-1].startswith("Version "), lines[-2:]
            if name == "a":
                assert lines[-2].startswith("Bortezomib combinations. In: ")
                assert lines[-1].endswith(f"{site}/chapters/bortezomib.html")
        assert "127.0.0.1" not in sheets[0] or name == "a"
    titles = [sheet for sheet in sheets if "How to cite. In: " in sheet]
    assert titles, "in a PDF of several chapters each has a foot of its own"


HIDDEN = ("What are the limits", "What else is there", "Cite this chapter")


def words_of(path) -> str:
    """The words of a PDF, where a program can read them."""
    if not shutil.which("pdftotext"):
        pytest.skip("the words of a PDF can be read only by a program for it")
    read = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
    return re.sub(r"\s+", " ", read.stdout)


def count_pages(content: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", content))


@pytest.mark.book
@pytest.mark.browser
@pytest.mark.parametrize("disk", [False, True])
def test_the_short_form_holds_the_answer_the_figures_and_the_references(site, book, chromium, tmp_path, disk):
    """From the menu of the page, also from disk; afterwards the page is whole again."""
    origin = f"file://{book}" if disk else site
    with Visit(chromium, origin, "chapters/bortezomib.html") as visit:
        page = visit.page
        whole = page.pdf(prefer_css_page_size=True)
        page.evaluate("() => { window.print = () => { window.printed = true; }; }")  # no printer here
        page.locator(".dropdown-download-buttons > button").click()
        page.locator("[data-lr-print=short]").click()
        page.wait_for_function("() => window.printed")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        sections = page.locator(".bd-article > section > section:visible h2").all_inner_texts()
        assert sections[0].startswith("What is known?")
        assert sections[-1] == "References"
        assert not any(section.startswith(HIDDEN) for section in sections)
        assert page.locator(".lr-sof tbody tr").first.is_visible()
        assert page.locator("figure.lr-chart:visible").count() >= 3
        assert page.locator("[data-lr-order]:visible").count() <= 1, "one forest"
        assert page.locator(".lr-references li:visible").count() > 10
        short = page.pdf(prefer_css_page_size=True)  # and so it is printed: the page is told when it is done
        assert page.locator(".lr-short, .lr-references").count() == 0
        assert page.get_by_role("heading", name="What are the limits").is_visible()
        assert visit.console == []
    assert 2 < count_pages(short) < 0.75 * count_pages(whole)
    (tmp_path / "short.pdf").write_bytes(short)
    words = words_of(tmp_path / "short.pdf")
    assert "References" in words
    assert "doi:10." in words


@pytest.mark.book
@pytest.mark.browser
def test_the_short_form_is_printed_by_the_command_line(book, root, tmp_path):
    path = tmp_path / "short.pdf"
    done = subprocess.run(
        [sys.executable, "-m", "livingreview.cli", "pdf", "--short", "bortezomib", "--output", path],
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    content = path.read_bytes()
    assert b"file:///" not in content
    assert 2 < count_pages(content) < 15
    words = words_of(path)
    for told in ("What is known?", "How many responded?", "References", "doi:10."):
        assert told in words, told
    assert not [told for told in HIDDEN if told in words]


@pytest.mark.book
@pytest.mark.browser
def test_heads_of_the_summary_of_findings_keep_their_words_whole_on_paper(site, chromium):
    """Columns are shared out anew on paper, where “(patients)” once lost its bracket to a line of its own."""
    with Visit(chromium, site, "chapters/blinatumomab.html", width=673) as visit:  # A4 less its margins
        visit.page.emulate_media(media="print")
        torn = visit.page.evaluate(
            """[...document.querySelectorAll('.lr-sof thead th')].map(head => {
                head.style.overflowWrap = 'normal';
                return head.scrollWidth > head.clientWidth && head.textContent;
            }).filter(Boolean)"""
        )
        assert torn == []
