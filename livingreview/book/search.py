"""How the search reads words: from the pages here, from what a reader types in ``theme/search.js``, alike.

Sphinx's own reading finds a word only as it is printed. Here letters lose their accents, British and American
spelling are one, terms with a hyphen stay whole where their parts say little, and what the glossary declares
to mean the same is found by either name.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from sphinx.search.en import SearchEnglish

from livingreview.book.terms import find_glossary, read_terms
from livingreview.evidence import Evidence, find_root, load_evidence, records, split_ids

THEME = Path(__file__).parent / "theme"
SCORER = THEME / "scorer.js"
# Letters that are no letter with an accent to Unicode, and are one to who types them.
LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "\u0131": "i"}
# From British spelling to American, by rule: [pattern, replacement], in the words that JavaScript's and
# Python's expressions share. A rule may change a word that has one spelling only: it does so on both sides.
SPELLINGS = (
    ("ae|oe", "e"),
    ("sulph", "sulf"),
    ("([aeiouy].*)our", "$1or"),
    ("([iy])s(?=(e|ed|es|er|ing|ation|ations)$)", "$1z"),
    ("([btv])re(s?)$", "$1er$2"),
    ("([btv])red$", "$1ered"),
    ("([a-z]{2}am)me(s?)$", "$1$2"),
    ("([a-z]{2}og)ue(s?)$", "$1$2"),
    ("dgement", "dgment"),
    ("log(y|ies)$", "log"),  # here the two stemmers differ
)
# Words that say nothing by themselves: the list of the Snowball project (https://snowballstem.org, BSD).
STOPWORDS = frozenset(
    """
    a about above after again against all am an and any are as at be because been before being below
    between both but by can could did do does doing down during each few for from further had has
    have having he her here hers herself him himself his how i if in into is it its itself just me
    more most my myself near no nor not now of off on once only or other our ours ourselves out over
    own same she should so some such than that the their theirs them themselves then there these
    they this those through to too under until up very was we were what when where which while who
    whom why will with would you your yours yourself yourselves
    """.split()  # noqa: SIM905 (a list of so many strings is no easier to read)
)
WORD = re.compile(r"\w+")
HYPHEN = re.compile(r"[-\u2010-\u2013\u2212]")  # hyphens, the dash of ranges, minus
SHORT = 3  # letters from which a word says enough by itself; in a word of no more a last s is no ending


class Words:
    """What the words of a text are to the search.

    Parameters
    ----------
    groups : sequence of sequence of str
        Names and phrases that mean the same, such as an abbreviation and what it stands for.
    stemmer : callable
        Takes a lower-case word without its endings off.
    """

    def __init__(self, groups: Sequence[Sequence[str]], stemmer):
        self.stemmer = stemmer
        self.known: dict[str, str] = {}
        # An abbreviation that is an everyday word but for its capitals is itself only in capitals.
        self.capitals = {
            word.lower()
            for phrase in (phrase for group in groups for phrase in group)
            for word in WORD.findall(fold(phrase))
            if word.isupper() and word.lower() in STOPWORDS
        }
        self.forms = {
            tuple(self.form(word) for word in WORD.findall(fold(phrase))): f"={fold(group[0]).lower()}"
            for group in reversed(groups)
            for phrase in group
        }
        self.lengths: dict[str, set[int]] = {}
        for form in self.forms:
            self.lengths.setdefault(form[0], set()).add(len(form))

    def stem(self, word: str) -> str:
        """A word without accents, spelling and endings; what was made whole by `read` stays so."""
        if word not in self.known:
            self.known[word] = self._stem(word)
        return self.known[word]

    def _stem(self, word: str) -> str:
        if word.startswith("=") or "-" in word:
            return word
        word = fold(word).lower()
        for pattern, put in SPELLINGS:
            word = re.sub(pattern, put.replace("$", "\\"), word)
        return word if len(word) <= SHORT and word.endswith("s") else self.stemmer(word)

    def form(self, word: str) -> str:
        """A word as it is looked for in phrases."""
        return word if word.isupper() and word.lower() in self.capitals else self.stem(word)

    def read(self, text: str) -> list[str]:
        """Every word of a text, terms with a hyphen, and ``=name`` for what has another name too."""
        text = fold(text)
        found = list(WORD.finditer(text))
        words = [match[0] for match in found]
        forms = [self.form(word) for word in words]
        # An abbreviation known by its capitals is found by its name, and else is an everyday word.
        read = [word for word, form in zip(words, forms, strict=True) if form != word or not form.isupper()]
        read += self._names(forms)
        gaps = [text[a.end() : b.start()] for a, b in pairwise(found)]
        return read + [self.whole(words[first:last]) for first, last in _terms(words, gaps)]

    def _names(self, forms: Sequence[str]) -> Iterator[str]:
        for start, first in enumerate(forms):
            for length in self.lengths.get(first, ()):
                if name := self.forms.get(tuple(forms[start : start + length])):
                    yield name

    def whole(self, words: Iterable[str]) -> str:
        """A term with hyphens as one word."""
        return "-".join(self.stem(word) for word in words)


def fold(text: str) -> str:
    """Text without accents and other marks, compatible forms made plain; upper case stays."""
    if text.isascii():
        return text
    bare = "".join(
        c for c in unicodedata.normalize("NFKD", text) if not unicodedata.category(c).startswith("M")
    )
    return "".join(_plain(c) for c in bare)


def _plain(letter: str) -> str:
    plain = LETTERS.get(letter.lower(), letter)
    return plain.upper() if letter.isupper() and plain != letter else plain


def stays_whole(words: Sequence[str]) -> bool:
    """Whether a term with hyphens is looked for as one: a part is found everywhere or, a number, nowhere."""
    return any(not word.isnumeric() for word in words) and any(
        len(word) < SHORT or word.isnumeric() for word in words
    )


def _terms(words: Sequence[str], gaps: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where terms with hyphens stand that stay whole: each, and every two neighbours in a longer one.

    A capital letter before a word is such a term without its hyphen.
    """
    start = 0
    for here in range(1, len(words) + 1):
        if here < len(words) and HYPHEN.fullmatch(gaps[here - 1]):
            if stays_whole(words[here - 1 : here + 1]):
                yield here - 1, here + 1
            continue
        if here - start > 2 and stays_whole(words[start:here]):
            yield start, here
        start = here
    for here, gap in enumerate(gaps):
        if (
            gap == " "
            and len(words[here]) == 1
            and words[here].isupper()
            and words[here].lower() not in STOPWORDS
        ):
            yield here, here + 2


def read_synonyms(evidence: Evidence) -> list[list[str]]:
    """The glossary's terms that have other names: each with these."""
    glossary = evidence.tables.get("glossary")
    if glossary is None or "synonyms" not in glossary:
        return []
    return [[row["term"], *names] for row in records(glossary) if (names := split_ids(row["synonyms"]))]


class ReviewEnglish(SearchEnglish):
    """English as `Words` reads it.

    Options of ``html_search_options``: ``synonyms``, groups of names; ``chapters``, the treatment that a page
    is about.
    """

    def init(self, options: dict) -> None:
        super().init(options)
        self.words = Words(options.get("synonyms", ()), super().stem)
        self.chapters = options.get("chapters", {})
        self.stopwords = set(STOPWORDS - self.words.capitals)

    def split(self, input: str) -> list[str]:
        return self.words.read(input)

    def stem(self, word: str) -> str:
        return self.words.stem(word)

    def word_filter(self, word: str) -> bool:
        return word not in STOPWORDS and not word.isnumeric()

    @property
    def js_splitter_code(self) -> str:
        """The same for what a reader types, as Sphinx puts it behind its own stemmer."""
        given = {
            "letters": LETTERS,
            "spellings": SPELLINGS,
            "capitals": sorted(self.words.capitals),
            "forms": {" ".join(form): name for form, name in self.words.forms.items()},
            "short": SHORT,
            "chapters": self.chapters,
        }
        code = (THEME / "search.js").read_text(encoding="utf-8")
        return code.replace("GIVEN", json.dumps(given, ensure_ascii=False, sort_keys=True))


def add_search(app) -> None:
    """Make this the search of English books."""
    app.add_search_language(ReviewEnglish)
    app.connect("html-page-context", load_lines)
    app.connect("config-inited", give_names)  # once the data are known to be sound


def load_lines(app, pagename, templatename, context, doctree) -> None:
    """Load what furnishes the results on the page that shows them."""
    if pagename == "search":
        app.add_js_file("lr-search.js", loading_method="defer")


def give_names(app, config) -> None:
    """Tell the search the glossary's names: where they change, every page is read into the index anew."""
    root = find_root(app.srcdir)
    evidence = load_evidence(root)
    synonyms = read_synonyms(evidence)
    # Here, too, pages hold what the glossary says: where that changes, they are written anew.
    config.livingreview_terms = {"page": find_glossary(root / "chapters"), "terms": read_terms(evidence)}
    classes = evidence.tables["regimen_classes"]
    chapters = {
        f"chapters/{row['class_id']}": row["short_title"] for row in records(classes.sort_values("class_id"))
    }
    config.html_search_options = {**config.html_search_options, "synonyms": synonyms, "chapters": chapters}
    config.html_search_scorer = str(SCORER)
