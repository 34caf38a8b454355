"""The search finds what readers type: any spelling, any name, with or without accents and storage."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import pandas as pd
import pytest

from livingreview.book.search import SCORER, SPELLINGS, ReviewEnglish, fold, read_synonyms
from tests.visit import Visit

GROUPS = [
    ["ABC", "alpha beta complex", "letter syndrome"],
    ["ALL", "acute letter loss"],
    ["B-ALL", "B-cell ALL", "BCP-ALL"],
]
OVER = "#search-results .search-summary:has-text('%s')"
REFUSALS = {
    "throws": "get() { throw new DOMException('blocked', 'SecurityError'); }",
    "is not there": "get() { return null; }",
    "is full": "get() { return { getItem() { return null; }, setItem() { throw new Error('full'); } }; }",
}


def english(groups=()) -> ReviewEnglish:
    return ReviewEnglish({"synonyms": groups})


def index(text: str, groups=()) -> set[str]:
    """What stands in the index for a text."""
    language = english(groups)
    return {stem for word in language.split(text) if language.word_filter(stem := language.stem(word))}


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Penafiel", "Peñafiel"),
        ("Gokbuget", "Gökbuget"),
        ("Lopez-Lopez", "López-López"),
        ("Grøn", "Gron"),
        ("Łukasz", "Lukasz"),
        ("Straße", "Strasse"),
        ("efficacy", "e\ufb03cacy"),
        ("Pen\u0303afiel", "Pe\u00f1afiel"),
        ("leukemia", "leukaemia"),
        ("pediatric", "paediatrics"),
        ("hematology", "haematological"),
        ("anemia", "anaemia"),
        ("edema", "oedema"),
        ("diarrhea", "diarrhoea"),
        ("etiology", "aetiology"),
        ("esophageal", "oesophageal"),
        ("tumors", "tumour"),
        ("favorable", "favourable"),
        ("randomized", "randomised"),
        ("randomization", "randomisation"),
        ("analyzed", "analysed"),
        ("center", "centres"),
        ("centered", "centred"),
        ("program", "programme"),
        ("analog", "analogue"),
        ("sulfate", "sulphate"),
        ("enrollment", "enrolment"),
        ("judgment", "judgement"),
    ],
)
def test_either_spelling_is_the_same_word(typed, printed):
    assert index(typed) == index(printed)


@pytest.mark.parametrize(
    ("word", "other"),
    [("four", "for"), ("hour", "hor"), ("course", "corse"), ("raise", "rays"), ("cell", "cel")],
)
def test_a_rule_of_spelling_makes_no_other_word_of_a_common_one(word, other):
    assert index(word)
    assert index(word) != index(other)


def test_rules_are_written_for_both_languages():
    for pattern, put in SPELLINGS:
        assert re.compile(pattern)
        assert "?P" not in pattern
        assert "\\" not in pattern + put, "a group is $1 in JavaScript, and made \\1 for Python"


def test_a_term_with_a_hyphen_stays_whole_where_its_parts_say_little():
    assert "b-all" in index("a B-ALL blast")
    assert "t-cell" in index("T cells, T-cell")
    assert "mt103-211" in index("trial MT103-211")
    assert index("follow-up") == {"follow-up", "follow"}
    assert index("event-free") == {"event", "free"}, "each part says enough"
    assert index("x 12-24 y") == {"x", "y"}, "a range is no term"
    assert "b-all" in index("B\u2011ALL"), "whatever the hyphen"
    assert "pre-b-all" in index("pre-B-ALL")
    assert "b-all" in index("pre-B-ALL")


def test_what_the_glossary_calls_the_same_is_found_by_any_name():
    for text in ("ABC", "abc", "alpha-beta complex", "Alpha beta complexes", "the letter syndromes"):
        assert "=abc" in index(text, GROUPS), text
    assert "=abc" not in index("alpha beta", GROUPS)
    assert {"alpha", "beta"} <= index("alpha beta complex", GROUPS), "and by its words"
    assert "=b-all" in index("B-cell ALL", GROUPS)
    assert "=b-all" in index("BCP\u2010ALL", GROUPS)


def test_an_abbreviation_that_is_an_everyday_word_is_one_in_capitals_only():
    assert "=all" in index("relapsed ALL", GROUPS)
    assert "=all" not in index("all patients", GROUPS)
    assert "all" not in index("all patients", GROUPS)
    assert "all" not in english(GROUPS).stopwords, "a reader may type it in small letters"
    assert "all" in english().stopwords


def test_a_review_without_glossary_or_synonyms_has_a_search():
    assert read_synonyms(SimpleNamespace(tables={})) == []
    plain = pd.DataFrame({"term": ["A"], "meaning": ["b"]})
    assert read_synonyms(SimpleNamespace(tables={"glossary": plain})) == []
    full = pd.DataFrame({"term": ["A", "B"], "meaning": ["b", "c"], "synonyms": ["x; y", pd.NA]})
    assert read_synonyms(SimpleNamespace(tables={"glossary": full})) == [["A", "x", "y"]]


def test_folding_leaves_plain_text_alone():
    assert fold("Plain text, 12/20") == "Plain text, 12/20"
    assert fold("Ærø") == "AEro"


@pytest.mark.parametrize("group", ["CRS", "ICANS", "VOD", "HSCT", "MRD"])
def test_this_review_declares_the_names_that_readers_use(review, group):
    assert group in {names[0] for names in read_synonyms(review)}


def find(page, origin: str, query: str) -> list[str]:
    """Addresses of the pages that a search finds, first to last; a search that never ends is an error."""
    page.goto(f"{origin}/search.html?q={quote(query)}")
    page.locator(f"{OVER % 'finished'}, {OVER % 'did not match'}").wait_for()
    links = page.locator("ul.search li a")
    return [
        address.split("#")[0] for address in links.evaluate_all("all => all.map(a => a.getAttribute('href'))")
    ]


@pytest.fixture(scope="module")
def searched(site, chromium):
    """A page to search in, many times."""
    with Visit(chromium, site, "search.html") as visit:
        yield visit


@pytest.mark.book
@pytest.mark.browser
def test_what_is_printed_is_found_by_typing_it(book, chromium, review, root):
    """A query is read as the pages are, word by word: texts of the evidence and of the chapters."""
    frames = [review.tables[name] for name in ("reports", "cohorts", "outcomes", "discrepancies", "glossary")]
    cells = {str(cell) for frame in frames for cell in frame.to_numpy().ravel() if not pd.isna(cell)}
    lines = {
        line for path in root.glob("chapters/*.md") for line in path.read_text(encoding="utf-8").splitlines()
    }
    ids = re.compile(r"[a-z0-9.-]*(?:; [a-z0-9.-]+)*")
    texts = sorted(text for text in cells | lines if not ids.fullmatch(text))[::7]
    assert len(texts) > 500
    language = english(read_synonyms(review))
    page = chromium.new_page()
    page.add_script_tag(path=book / "_static" / "language_data.js")
    asked = page.evaluate(
        """texts => texts.map(text => {
          const stemmer = new Stemmer(), words = splitQuery(text).map(word => word.toLowerCase());
          const kept = words.filter(word => !stopwords.includes(word) && !/^\\d+$/.test(word));
          return kept.map(word => stemmer.stemWord(word));
        })""",
        texts,
    )
    page.close()
    for text, keys in zip(texts, asked, strict=True):
        printed = {language.stem(word).lower() for word in language.split(text)}
        # Typed, the everyday word is the abbreviation.
        lost = [key for key in keys if key not in printed and key[1:] not in language.words.capitals]
        assert not [key for key in lost if not key.isnumeric()], text


@pytest.mark.book
@pytest.mark.browser
@pytest.mark.parametrize(
    "names",
    [
        ("Penafiel", "Peñafiel"),
        ("leukemia relapse", "leukaemia relapse"),
        ("pediatric", "paediatric"),
        ("hematology", "haematology"),
        ("CRS", "cytokine release syndrome", "cytokine-release syndrome"),
        ("ICANS", "neurotoxicity"),
        ("VOD", "SOS", "veno-occlusive disease", "sinusoidal obstruction syndrome"),
        ("SCT", "HSCT", "stem cell transplantation", "hematopoietic stem-cell transplant"),
        ("MRD", "minimal residual disease", "measurable residual disease"),
    ],
    ids=lambda names: names[0],
)
def test_one_thing_is_found_by_all_its_names(searched, site, names):
    first, *others = (sorted(set(find(searched.page, site, name))) for name in names)
    assert first
    assert all(found == first for found in others)
    assert searched.console == []


@pytest.mark.book
@pytest.mark.browser
def test_a_search_is_no_list_of_every_page(searched, site, book):
    every = len(list(book.glob("chapters/**/*.html")))
    for query in ("B-ALL", "T-cell", "CRS"):
        found = find(searched.page, site, query)
        assert 0 < len(found) < 0.6 * every, query
    assert len(find(searched.page, site, "CRS")) < len(find(searched.page, site, "CR"))
    assert find(searched.page, site, "constructor") == [], "a word that every object of JavaScript knows"
    assert find(searched.page, site, "__proto__") == []


@pytest.mark.book
@pytest.mark.browser
def test_chapters_come_before_pages_of_single_reports(searched, site):
    # Of the second three some reports hold the word in their title.
    for query in ("CRS", "hypotension", "neutropenia", "CLAM", "TOWER", "Hyper-CVAD", "Kantarjian"):
        reports = ["/reports/" in address for address in find(searched.page, site, query)]
        assert True in reports
        assert False in reports
        assert sorted(reports) == reports, query
    # Of the reports that by the author comes first; with the year it is what was looked for.
    found = find(searched.page, site, "Kantarjian")
    assert "/reports/kantarjian-" in next(address for address in found if "/reports/" in address)
    assert find(searched.page, site, "Kantarjian 2017")[0].endswith("reports/kantarjian-2017.html")


@pytest.mark.book
@pytest.mark.browser
@pytest.mark.parametrize(
    ("query", "chapter"),
    [
        ("clofarabine mitoxantrone children", "mitoxantrone-clofarabine"),
        ("bortezomib AML children randomised", "bortezomib"),
        ("liposomal mitoxantrone AML", "liposomal-mitoxantrone"),
    ],
)
def test_the_chapter_of_a_treatment_that_is_typed_comes_first(searched, site, query, chapter):
    """It once came behind every page that has two of the words in its title."""
    assert find(searched.page, site, query)[0].endswith(f"chapters/{chapter}.html")


def wait_until_kept(page) -> None:
    """Until no other page would mark the words of this search; the policy forbids `wait_for_function`."""
    for _ in range(50):
        if page.evaluate("localStorage.getItem('sphinx_highlight_terms')") is None:
            return
        page.wait_for_timeout(100)
    pytest.fail("the next page that is opened would mark the words of this search")


@pytest.mark.book
@pytest.mark.browser
def test_words_are_marked_on_a_result_and_on_no_page_opened_otherwise(site, chromium):
    with Visit(chromium, site, "search.html?q=blinatumomab") as visit:
        page = visit.page
        page.locator("#search-results .lr-line").first.wait_for()
        wait_until_kept(page)
        page.goto(f"{site}/chapters/safety.html", wait_until="networkidle")
        assert page.locator(".highlighted").count() == 0
        find(page, site, "blinatumomab")
        wait_until_kept(page)
        page.locator("ul.search li a[href*='safety.html']").first.click()
        page.locator("span.highlighted").first.wait_for()
        assert page.locator("svg rect.highlighted").count() > 0
        assert page.locator("svg rect.highlighted:visible").count() == 0, "it covers a figure's whole line"


def test_the_scorer_is_whole():
    """It replaces Sphinx's, so it has all that Sphinx asks for."""
    from sphinx import package_dir

    ours = SCORER.read_text(encoding="utf-8")
    theirs = Path(package_dir, "themes", "basic", "static", "searchtools.js").read_text(encoding="utf-8")
    for name in set(re.findall(r"\bScorer\.(\w+)", theirs)):
        assert re.search(rf"\b{name}[:(]", ours), name


@pytest.mark.book
@pytest.mark.browser
@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("disk", [False, True])
def test_the_search_works_where_storage_is_refused(site, book, chromium, refusal, disk):
    """Cookies blocked, switched off, full: from a server and from disk; the colour mode changes, too."""
    origin = f"file://{book}" if disk else site
    with Visit(chromium, origin, "", blank=True) as visit:
        for name in ("localStorage", "sessionStorage"):
            visit.context.add_init_script(
                f"Object.defineProperty(window, '{name}', {{ {REFUSALS[refusal]} }})"
            )
        page = visit.page
        assert len(find(page, origin, "blinatumomab")) > 10
        page.locator("ul.search li a").first.click()
        page.locator(".bd-article h1").wait_for()
        page.wait_for_load_state()  # what answers the button is loaded last
        before = page.evaluate("document.documentElement.dataset.mode")
        page.locator(".theme-switch-button:visible").first.click()
        assert page.evaluate("document.documentElement.dataset.mode") != before
        assert visit.console == []


@pytest.mark.book
@pytest.mark.browser
def test_the_search_works_in_a_frame_without_rights(site, chromium):
    page = chromium.new_page()
    page.set_content(f'<iframe sandbox="allow-scripts" src="{site}/search.html?q=blinatumomab"></iframe>')
    frame = page.frame_locator("iframe")
    frame.locator(OVER % "finished").wait_for()
    assert frame.locator("ul.search li").count() > 10
    page.close()


@pytest.mark.book
@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_stands_over_the_words_in_the_search_field(site, chromium, width):
    """On the page and in the dialog."""
    with Visit(chromium, site, "search.html?q=blinatumomab", width=width) as visit:
        page = visit.page
        for place in (".bd-search-container", "dialog[open]"):
            if place == "dialog[open]":
                page.goto(f"{site}/chapters/contribute.html")
                page.locator(".search-button__button:visible").first.click()
            field = page.locator(f"{place} form.bd-search")
            field.wait_for()
            glass, words = field.locator("i").bounding_box(), field.locator("input").bounding_box()
            assert glass["width"] > 5
            assert glass["x"] + glass["width"] <= words["x"]
            assert words["x"] + words["width"] <= width


@pytest.mark.book
@pytest.mark.browser
def test_marked_words_can_be_hidden(site, chromium):
    """The link that Sphinx offers for it holds code, which the page's policy does not run."""
    with Visit(chromium, site, "search.html?q=bortezomib") as visit:
        page = visit.page
        page.locator("ul.search li a", has_text="Bortezomib combinations").first.click()
        page.locator("span.highlighted").first.wait_for()
        page.get_by_text("Hide Search Matches").click()
        page.locator(".highlight-link").wait_for(state="detached")
        assert page.locator("span.highlighted").count() == 0
        assert visit.console == []


@pytest.mark.book
def test_the_index_holds_no_bare_numbers_and_no_words_of_every_text(book):
    text = (book / "searchindex.js").read_text(encoding="utf-8")
    terms = json.loads(text[text.index("{") : text.rindex("}") + 1])["terms"]
    assert not [word for word in terms if word.isnumeric()]
    assert not {"the", "all", "were", "which"} & terms.keys()
    assert "=crs" in terms
