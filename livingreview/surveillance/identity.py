"""Which records are one: by their numbers, or word for word. Nothing here guesses; see `matching`."""

from __future__ import annotations

import datetime
import functools
import hashlib
import itertools
import re
import unicodedata
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from livingreview.surveillance.readers import Found
from livingreview.surveillance.readers.found import FLAGS

Row = dict[str, str]
SCHEMES = ("pmid", "doi", "pmcid")
# Share of two titles' words below which one number cannot stand for both (a number of a whole supplement).
_ALIKE = 60
_MOST_TRIALS = 400  # characters


# Letters that are not a plain one with a sign above or below it.
_LETTERS = str.maketrans(
    {"ß": "ss", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D"}
    | {"æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "þ": "th", "Þ": "Th"}
)


@functools.lru_cache(maxsize=1 << 15)  # each text is compared with many
def normal(text: str) -> str:
    """Letters and digits of a text, in lower case and without accents, for comparing."""
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
        text = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


def join_trials(numbers: Iterable[str]) -> str:
    """Numbers of trials, each once: as many as a cell takes, for some a review names dozens."""
    told = ""
    for number in dict.fromkeys(numbers):
        longer = f"{told}; {number}" if told else number
        if len(longer) > _MOST_TRIALS:
            break
        told = longer
    return told


def as_row(found: Found) -> Row:
    """What is kept of a record: facts by which it is known, and no abstract."""
    return {
        **{name: getattr(found, name) for name in ("pmid", "pmcid", "kind")},
        "doi": found.doi if len(found.doi) <= 200 else "",
        "trials": join_trials(found.trials),
        "accession": _cut(found.accession, 80),
        "title": _cut(found.title, 600),
        "authors": "; ".join(_cut(name.replace(";", ","), 80) for name in found.authors[:20]),
        "n_authors": str(len(found.authors)) if found.authors else "",
        "container": _cut(found.container, 200),
        **{name: _cut(getattr(found, name), 40) for name in ("year", "volume", "issue", "pages")},
        "flags": "; ".join(found.flags),
        "entered": found.day if _is_day(found.day) else "",
    }


def _cut(text: str, most: int) -> str:
    return text[:most].strip()


def _is_day(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is not None


def name_record(row: Row, taken: Container[str]) -> str:
    """An id for a new record: by its number where it has one, else by author, year and a hash of the rest."""
    trials = row["trials"].split("; ")[0] if row["kind"] == "registry" else ""
    for scheme, value in (("pmid", row["pmid"]), ("trial", trials), ("doi", row["doi"])):
        if value:
            name = f"{scheme}-{slug(value)}"
            return name if name not in taken else free(f"{name}-{fingerprint(row)[:6]}", taken)
    author = slug(normal(row["authors"]).split(" ")[0])
    return free(f"{author or 'anonymous'}-{row['year'] or 'undated'}-{fingerprint(row)[:8]}", taken)


def free(name: str, taken: Container[str], *longer: str) -> str:
    """The first that is not taken: a name, longer ones in their order, the name with a number from 2."""
    numbered = (f"{name}-{number}" for number in itertools.count(2))
    return next(item for item in itertools.chain([name], longer, numbered) if item not in taken)


def slug(text: str) -> str:
    """Words as an id holds them: small letters and digits, joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def slug_words(text: str, most: int) -> str:
    """The first words of a text, `most` of them, as an id holds them; '' where there is none."""
    return "-".join(slug(normal(text)).split("-")[:most])


def fingerprint(row: Row) -> str:
    """A hash of what a record says of itself, numbers aside; alike for a second copy of one export.

    The issue is part of it: a journal prints its editorials under one title, one author and, in some
    exports, without pages. Of the authors the words count, not which of a name's comes first.
    """
    names = ("title", "year", "container", "volume", "issue", "pages", "kind")
    parts = [" ".join(sorted(normal(row["authors"]).split())), *(normal(row[name]) for name in names)]
    if not row["title"]:
        parts.append(row["accession"])
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def numbers_of(row: Row) -> list[tuple[str, str]]:
    """(scheme, value) of everything that may name a record, the surest first."""
    numbers = [(scheme, row[scheme].lower()) for scheme in SCHEMES if row[scheme]]
    if row["kind"] == "registry" and row["trials"]:
        numbers.append(("trial", row["trials"].split("; ")[0].lower()))
    return [*numbers, ("words", fingerprint(row))]


def contradict(row: Row, other: Row) -> bool:
    """Whether two records have numbers that cannot both be of one record."""
    return any(row[name] and other[name] and row[name].lower() != other[name].lower() for name in SCHEMES)


def basis_of(row: Row, other: Row) -> str:
    """How two records are known to be one: ``number`` that both have, or ``matched`` words."""
    return (
        "number"
        if any(row[name] and row[name].lower() == other[name].lower() for name in SCHEMES)
        else "matched"
    )


def titles_agree(row: Row, other: Row) -> bool:
    """Whether two titles may be one; so where either is missing."""
    first, second = normal(row["title"]), normal(other["title"])
    return not first or not second or fuzz.token_set_ratio(first, second) >= _ALIKE


@dataclass
class Index:
    """Records by everything that names them.

    Attributes
    ----------
    rows : dict of str to dict
        record_id -> row.
    """

    rows: dict[str, Row]
    _named: dict[tuple[str, str], list[str]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for name, row in self.rows.items():
            self._note(name, row)

    def _note(self, name: str, row: Row) -> None:
        for number in numbers_of(row):
            if name not in (names := self._named.setdefault(number, [])):
                names.append(name)

    def add(self, row: Row) -> str:
        """Take in a new record; returns the id it was given."""
        name = name_record(row, self.rows)
        self.rows[name] = row | {"record_id": name}
        self._note(name, self.rows[name])
        return name

    def sharing(self, row: Row) -> Iterator[tuple[str, bool]]:
        """Records that have a number of this one, and whether each surely is the same; the surest first."""
        for scheme, value in numbers_of(row):
            for name in self._named.get((scheme, value), ()):
                other = self.rows[name]
                yield name, scheme == "pmid" or (titles_agree(row, other) and not contradict(row, other))

    def find(self, row: Row) -> str:
        """The record that this one is; '' for none."""
        return next((name for name, is_sure in self.sharing(row) if is_sure), "")

    def fill(self, name: str, row: Row) -> None:
        """Fill empty cells of a record with what another copy of it tells."""
        known = self.rows[name]
        for column in ("pmid", "doi", "pmcid", "title", "container", "year", "volume", "issue", "pages"):
            if row[column] and not known[column]:
                known[column] = row[column]
        told = [*filter(None, known["trials"].split("; ")), *filter(None, row["trials"].split("; "))]
        known["trials"] = join_trials(told)
        flags = {*known["flags"].split("; "), *row["flags"].split("; ")}
        if "no_abstract" not in known["flags"] or "no_abstract" not in row["flags"]:
            flags.discard("no_abstract")
        known["flags"] = "; ".join(flag for flag in FLAGS if flag in flags)
        self._note(name, known)
