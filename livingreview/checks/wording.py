"""Words of rows, and the numbers that a printed fragment holds, in digits or in English words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache

import pandas as pd

_UNITS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen""".split()  # noqa: SIM905
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_VALUES = {word: place for place, word in enumerate(_UNITS)} | {
    word: 20 + 10 * place for place, word in enumerate(_TENS)
}
# Words that say how many without a number.
_SAID = {
    0.0: r"no|none|not|nobody|neither|nor|never|without|negative|absent|nil",
    1.0: r"a|an|single|once|sole|only|first|daily|remaining|another",
    2.0: r"both|twice|pair|second|couple|half",
    3.0: r"third|thrice|triple",
    4.0: r"fourth|quarter",
    5.0: r"fifth",
    6.0: r"sixth",
    7.0: r"weekly|week",
    12.0: r"dozen",
}
_ROMAN = {"i": 1.0, "ii": 2.0, "iii": 3.0, "iv": 4.0, "v": 5.0}
_NUMBER_WORD = rf"(?:{'|'.join((*_UNITS, *_TENS))}|hundred|thousand)"
_PHRASE = re.compile(rf"\b{_NUMBER_WORD}(?:[-\u2013\u2010\u2011\s]+(?:and\s+)?{_NUMBER_WORD})*\b")


def words_of(row: Mapping, *columns: str) -> str:
    """The words of some cells of a row, those that are filled."""
    return " … ".join(str(row[name]) for name in columns if not pd.isna(row.get(name)))


@cache
def numbers_in(text: str) -> frozenset[float]:
    """Every number in a printed fragment, digits or English words.

    A comma may part thousands (44,017) or decimals (5,7), and a raised point may stand for the point (48·5):
    where a comma can be read in two ways both are given, and so is a number after a minus sign.
    """
    clean = text.lower().replace("\u00b7", ".").replace("\u2009", " ")
    joined = re.sub(r"(?<=\d)[, ](?=\d{3}(?!\d))", "", clean)
    found = {float(item) for item in re.findall(r"\d+(?:\.\d+)?|(?<!\d)\.\d+", joined)}
    found |= {float(item) for item in re.findall(r"\d+(?:\.\d+)?", clean)}
    found |= {float(item.replace(",", ".")) for item in re.findall(r"(?<![\d,])\d+,\d{1,2}(?![\d,])", clean)}
    found |= {-float(item) for item in re.findall(r"(?<![\w.])\u2212(\d+(?:\.\d+)?)", clean)}
    for phrase in _PHRASE.findall(clean):
        found |= _read_words(re.findall(rf"\b{_NUMBER_WORD}\b", phrase))
    return frozenset(found)


@cache
def said_in(text: str) -> frozenset[float]:
    """Small numbers that a fragment says without naming them: none, both, grade III."""
    clean = text.lower()
    found = {value for value, words in _SAID.items() if re.search(rf"\b(?:{words})\b", clean)}
    roman = re.findall(r"\b(i{1,3}|iv|v)\b", clean)
    return frozenset(found | {_ROMAN[item] for item in roman})


def _read_words(words: list[str]) -> set[float]:
    """'thirty', 'three' -> 33, and each on its own, since 'thirty three' may be two numbers."""
    found, total, part = set(), 0, 0
    for word in words:
        if word == "hundred":
            part = max(part, 1) * 100
        elif word == "thousand":
            total, part = (total + max(part, 1)) * 1000, 0
        else:
            value = _VALUES[word]
            found.add(float(value))
            is_next = part % 100 == 0 or (part % 10 == 0 and part % 100 >= 20 and value < 10)
            if not is_next:
                found.add(float(total + part))
                total = part = 0
            part += value
    return found | {float(total + part)}


_UNIT = {
    "year": r"(?:years?|yrs?|y)\b",
    "month": r"(?:months?|mos?)\b",
    "week": r"(?:weeks?|wks?)\b",
}


@cache
def durations_in(text: str, unit: str) -> frozenset[float]:
    """The numbers of a fragment that may be so many years, months or weeks: none where no such unit stands.

    The limits of a range seldom repeat its unit, so that each number of the fragment may be meant.
    """
    clean = re.sub(rf"(?<=\d)(?={_UNIT[unit]})", " ", text.lower())
    if not re.search(rf"(?<![^\W\d_]){_UNIT[unit]}", clean):
        return frozenset()
    if unit != "week":
        return numbers_in(text) | said_in(text)
    direct = re.findall(rf"({_NUMBER_WORD}|\d+)[-\u2010\u2011 ]*{_UNIT[unit]}", clean)
    return frozenset(number for item in direct for number in numbers_in(item))


# Numbers that name a grade, a cycle, a phase, a day or a date and count nobody. What begins a count after one
# is left: grade 3 and 4 of 21, cycle 1 6/36.
_NUMBERED_BY = (
    (r"(?:grades?|gr\.?)", "[0-5]"),
    (r"(?:cycles?|courses?|blocks?|phases?)", r"\d{1,2}[ab]?"),
    (r"(?:days?|d)", r"\d{1,3}"),
)
_LEAST = r"(?: ?(?:of|at least|[<>]=?|[\u2264\u2265\u2a7d\u2a7e]))? ?"
_ANOTHER = r"(?: ?[-\u2010-\u2013/&] ?| (?:to|and|or) )"
_NO_COUNT = r"(?![\d/]|[.,]\d|\s*(?:%|/|(?:out )?of\b|among\b))"
_DATES = (
    r"(?:19|20)\d\d[-/](?:0?[1-9]|1[0-2])(?:[-/]\d{1,2})?(?![\d/])",
    r"\d{1,2}[./]\d{1,2}[./](?:19|20)\d\d(?!\d)",
    r"(?:0[1-9]|1[0-2])/(?:19|20)\d\d(?![\d(]|[.,]\d|\s*(?:\(|patients|pts|children|adults))",
)
_NUMBERED = re.compile(
    "|".join(
        [rf"\b{word}{_LEAST}{no}(?:(?:{_ANOTHER}{no})*{_NO_COUNT}|(?![\d/]))" for word, no in _NUMBERED_BY]
        + [rf"\bg[1-5](?:{_ANOTHER}g?[1-5])+(?![\d/])"]
        + [rf"(?<![\d/.-]){date}" for date in _DATES]
    ),
    re.IGNORECASE,
)


@cache
def without_numbering(text: str) -> str:
    """A fragment without the numbers that name a grade, a cycle, a phase, a day or a month: no counts.

    Nearly every report of harms prints 'grade 3/4', which is not three of four.
    """
    return _NUMBERED.sub(" ", text)


@cache
def pairs_in(text: str) -> tuple[tuple[float, float], ...]:
    """(how many, of how many) wherever a fragment prints the two together: 6/36, 6 of 36, six of the 36."""
    number = rf"(?:\d+|{_NUMBER_WORD}(?:[-\u2010\u2011 ](?:and )?{_NUMBER_WORD})*)"
    found = re.findall(
        rf"(?<![\d.,/\w])({number})\s*(?:/|(?:out )?of(?: the)?|among)\s*({number})(?![\d/]|[.,]\d|\s*%)",
        without_numbering(text).lower(),
    )
    pairs = []
    for first, second in found:
        events, total = max(numbers_in(first), default=None), max(numbers_in(second), default=None)
        if events is not None and total is not None and events <= total:
            pairs.append((events, total))
    return tuple(pairs)


@cache
def in_printed_digits(number: str, text: str, derivation: str = "", *, is_percent: bool = False) -> str:
    """A number with as many decimal noughts as its fragment prints: 54 for 54.0, 60.0 for 60, 3.50 for 3.5.

    Itself where the fragment prints it in no way or in several; of a percentage those in brackets or with a
    per cent sign come first, since a count beside it may be the same number, and 0.27 prints 27. What the
    fragment does not print may stand in the derivation.
    """
    for printed in (text, derivation):
        if forms := _forms(number, printed, is_percent=is_percent):
            return forms.pop() if len(forms) == 1 else number
    return number


def _forms(number: str, text: str, *, is_percent: bool) -> set[str]:
    """The ways in which a text prints a number."""
    parts = re.fullmatch(r"(-?)(\d+)(?:\.(?=\d)(\d*?)0*)?", number)
    if not parts:
        return set()
    plain, noughts = (f"{parts[2]}.{parts[3]}", "0*") if parts[3] else (parts[2], r"(?:\.0+)?")
    form = rf"(?<![\d.])(?<!\d,)({re.escape(plain)}{noughts})(?!\d|[.,]\d)"
    printed = text.replace("\u00b7", ".")
    marked = {*re.findall(rf"{form}\s?%", printed), *re.findall(rf"\({form}\)", printed)}
    found = (marked if is_percent else set()) or set(re.findall(form, printed))
    if is_percent and not found and re.search(rf"(?<!\d)0?\.{int(parts[2]):02d}(?!\d)", printed):
        found = set() if parts[3] else {parts[2]}
    return {parts[1] + one for one in found}


def is_one(text: str) -> bool:
    """Whether a fragment tells of one patient: no word in it means several."""
    return not re.search(r"\b(?:patients|pts|children|adults|subjects|women|men|cases|n\s*=)\b", text.lower())


def months_of_id(row_id: str) -> int | None:
    """The time of a landmark, in months, that stands in its row's address: …-24m, …-2y."""
    found = re.search(r"-(\d+)(m|y)(?:-|$)", row_id)
    return int(found[1]) * (12 if found[2] == "y" else 1) if found else None


# What a name printed beside one of these is about: it is no name of the row's own figure.
_ASIDE = re.compile(
    r"\b(?:median|mean|average)(?: duration of| time of)? (?:follow[- ]?up|age)\b", re.IGNORECASE
)


def without_asides(text: str) -> str:
    """A fragment without what it says of follow-up and age beside its figure, such as a median of them."""
    return _ASIDE.sub(" ", text)


_PEOPLE = r"(?:patients?|pts|children|adults|infants|women|men|cases|subjects|group|cohort)"


def people_in(text: str) -> str:
    """What a text calls the patients: up to four words before each word for them, and that word."""
    return " … ".join(re.findall(rf"(?:[\w/+-]+ ){{0,4}}{_PEOPLE}\b", text, re.IGNORECASE))


def _plain_spelling(text: str) -> str:
    """British and American spelling as one: haemoglobin, hemoglobin; neurological, neurologic."""
    return re.sub(r"ological\b", "ologic", text.replace("ae", "e").replace("\u0153", "e"))


_JOINTS = "[-\u2010\u2011\u2013_ ]+"  # a hyphen in one report is a blank in another


class Names:
    """What codes are called, looked up in texts.

    Parameters
    ----------
    names : mapping of str to collection of str
        Code -> its names. What two codes are called alike names both. A name with two capitals is an
        abbreviation and written as it is; others in any case, with hyphens or blanks, in either spelling.
    """

    def __init__(self, names: Mapping[str, Collection[str]]):
        self._owners: dict[str, set[str]] = {}
        for code, own in names.items():
            for name in own:
                self._owners.setdefault(self._key(name), set()).add(code)
        plain = {_plain_spelling(name) for own in names.values() for name in own if name}
        forms = [
            f"(?-i:{form})" if re.search(r"[A-Z].*[A-Z]", name) else form
            for name in sorted(plain, key=len, reverse=True)
            for form in [_JOINTS.join(map(re.escape, re.split(_JOINTS, name)))]
        ]
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(forms) or '(?!)'})(?=s?(?!\w))", re.IGNORECASE)

    @staticmethod
    def _key(name: str) -> str:
        return re.sub(_JOINTS, " ", _plain_spelling(name)).strip().casefold()

    def among(self, text: str) -> set[str]:
        """The codes that a text names; of two names at one place the longer counts."""
        found = self._pattern.findall(_plain_spelling(text))
        return {code for name in found for code in self._owners.get(self._key(name), ())}

    def whole(self, text: str) -> set[str]:
        """The codes whose name a text is, and nothing besides."""
        return self._owners.get(self._key(text), set())


_CYCLE = r"(?:cycles?|courses?|blocks?)"
_ORDINALS = {"first": 1.0, "second": 2.0, "third": 3.0, "fourth": 4.0, "fifth": 5.0, "sixth": 6.0}


@cache
def cycles_in(text: str) -> float | None:
    """After how many cycles something was: the largest number beside the word; None where none is printed."""
    count = rf"(?:\d+|{_NUMBER_WORD}|{'|'.join(_ORDINALS)})"
    clean = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", text.lower())
    before = re.findall(rf"(?<![\d.])({count})[- ]{_CYCLE}\b", clean)
    after = re.findall(rf"\b{_CYCLE} ({count}(?:\s*(?:-|\u2013|to|and|or)\s*{count})?)\b", clean)
    numbers = {_ORDINALS[word] for word in before if word in _ORDINALS}
    numbers |= {number for words in (*before, *after) for number in numbers_in(words)}
    return max(numbers, default=None)


# Figures whose kind is printed beside them, so that two of one kind can be set against each other.
_QUANTITIES = {
    "days": rf"({_NUMBER_WORD}|\d+(?:\.\d+)?)[- ]days?\b|\bdays? (\d+)\b",
    "weeks": rf"({_NUMBER_WORD}|\d+(?:\.\d+)?)[- ]weeks?\b",
    "months": rf"({_NUMBER_WORD}|\d+(?:\.\d+)?)[- ]months?\b",
    "power of ten": r"\b10\s*(?:\^|\()?\s*[-\u2212\u2013\u2010\u2011]\s*(\d)\)?",
}


@cache
def quantities_in(text: str) -> dict[str, frozenset[float]]:
    """Kind of quantity -> its numbers in a text: days, weeks, months, limits of measurement (10^-4)."""
    found = {
        kind: frozenset(
            number
            for match in re.finditer(pattern, text.lower())
            for part in match.groups()
            for number in (numbers_in(part) if part else ())
        )
        for kind, pattern in _QUANTITIES.items()
    }
    return {kind: numbers for kind, numbers in found.items() if numbers}


# A result in words: how many, of whom, what became of them.
_PART = (
    r"(?:half|(?:a|one|two)[- ]thirds?|(?:a|one|three)[- ]quarters?"
    r"|(?!(?-i:ALL)\b)(?:all|none|no|every|each|neither|both))"
)
_MOST = r"(?:most|(?:the|a|large) majority)"
_WHOM = (
    r"(?: of)?(?: (?!(?:in|of|with|for|reports?|trials?|stud(?:y|ies)|series|pools?|tables?|rates?|results?)"
    r"\b)[\w/+'-]+){0,3} (?:patients?|children|child|adults?|infants?|women|men|people|participants"
    r"|them|these|those|whom)\b"
)
_ON = r"(?:(?!\b(?:who|whose|that|which|if|when|where|whether|than|how)\b)[^.;:!?\n]){0,80}"
_EVENTS = r"(?:deaths?|relapses?|responses?|remissions?)"
_FATE = (
    r"(?:(?:died|survived|responded|relapsed|cured|alive)\b"
    r"|(?:had|reached|achieved|attained|entered|went into|came into) (?:[\w-]+ ){0,3}remissions?\b)"
)
_STATE = r"(?:were|was|are|is|remained|stayed) (?:still )?in (?:[\w-]+ ){0,2}remission\b"
_RESULT = re.compile(
    rf"\b(?:{_PART}|{_MOST}){_WHOM}{_ON}(?<!with )\b{_FATE}"
    rf"|\b{_PART}{_WHOM}{_ON}\b{_STATE}"  # most were in remission: as they were at the start, perhaps
    rf"|\b(?:{_PART}|{_MOST}) (?:(?:had|have|has|were|was|are|is|still|been) ){{0,2}}{_FATE}"
    rf"|\b{_EVENTS} (?:was|were) (?:reached|achieved|attained|seen|observed|recorded) (?:in|by) "
    rf"(?:{_PART}|{_MOST}){_WHOM}"
    rf"|\bno {_EVENTS} (?:was|were|occurred)\b|\b(?:were|was) no {_EVENTS}\b",
    re.IGNORECASE,
)


def find_results(text: str) -> Iterator[re.Match]:
    """Where a text says in words how many had a result: half of the children died, none responded."""
    return _RESULT.finditer(text)
