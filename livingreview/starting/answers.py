"""What must be known before a review can be begun: its title, classes and outcomes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from livingreview.checks.directions import DIRECTIONS
from livingreview.evidence.contract import ASKED, TIMES

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
TEMPLATES = Path(__file__).parent / "templates"
# Times that any review has, in words, and whether counts of one are pooled by themselves.
ANY_TIMES = {
    "follow_up": ("at data cut-off or last follow-up", "own"),
    "other": ("at a time of its own", "own"),
    "not_reported": ("time not reported", "unknown"),
}
UNNAMED = "[to fill in: who wrote this review]"


class StartError(ValueError):
    """A review cannot be begun; the message says what was found, what is expected and how to mend it."""


class Name(NamedTuple):
    """An id and the words for it."""

    id: str
    title: str


class Outcome(NamedTuple):
    """One outcome: its code, its words, the group it stands in, and whether it is good for a patient."""

    code: str
    label: str
    group: str
    direction: str


@dataclass(frozen=True)
class Answers:
    """What a new review is about.

    Attributes
    ----------
    title : str
    classes : tuple of Name
        What it is about, a chapter each.
    outcomes : tuple of Outcome
        Those of one group stand in one section.
    times : tuple of Name
        Times of assessment whose counts are pooled apart, the earliest first.
    rules : dict of str to str
        What the time of a count means in a group, of `TIMES`; 'point' of a group not named.
    authors : tuple of str
        Empty: not named yet, which every page says.
    """

    title: str
    classes: tuple[Name, ...]
    outcomes: tuple[Outcome, ...]
    times: tuple[Name, ...] = ()
    rules: dict[str, str] | None = None
    authors: tuple[str, ...] = ()

    @property
    def groups(self) -> tuple[Name, ...]:
        """Groups of outcomes in the order in which they are first named."""
        return tuple(dict.fromkeys(Name(code_of(item.group), item.group) for item in self.outcomes))

    @property
    def slug(self) -> str:
        """The title as a name of files and packages."""
        return "-".join(re.findall(r"[a-z0-9]+", self.title.lower()))

    def time_of(self, group: Name) -> str:
        """What the time of a count means in a group."""
        return (self.rules or {}).get(group.title, TIMES[0])

    def main_direction(self, group: Name) -> str:
        """What most outcomes of a group are: good or bad for a patient."""
        told = Counter(item.direction for item in self.outcomes if item.group == group.title)
        return "bad" if told["bad"] > told["good"] else "good"


def code_of(words: str) -> str:
    """Words as a code: 'Serious infection' as 'serious_infection'."""
    return "_".join(re.findall(r"[a-z0-9]+", words.lower()))


def require_answers(answers: Answers) -> Answers:
    """The answers as they are; StartError, with every mistake, where a review cannot be made of them."""
    faults = [*_find_odd_words(answers), *_find_odd_names(answers), *_find_repeated(answers)]
    if faults:
        lines = (f"{flag}: found {found!r}; expected {expected}" for flag, found, expected in faults)
        msg = "\n".join(lines) + "\nto mend: correct each and run the command again; nothing was written"
        raise StartError(msg)
    return answers


Fault = tuple[str, str, str]  # flag, what was found, what is expected


def _find_odd_words(answers: Answers) -> Iterator[Fault]:
    if not answers.slug:
        yield "--title", answers.title, "a title with letters in it"
    for flag, given in (("--class", answers.classes), ("--outcome", answers.outcomes)):
        if not given:
            yield flag, "none", "one at least"
    names = [name.title for name in (*answers.classes, *answers.times)]
    for words in (answers.title, *names, *(item.label for item in answers.outcomes), *answers.authors):
        if words != words.strip() or len(words.splitlines()) != 1:
            yield "the command", words, "words on one line"


def _find_odd_names(answers: Answers) -> Iterator[Fault]:
    pages = {path.stem for path in (TEMPLATES / "chapters").glob("*.md")}
    for name in answers.classes:
        if not SLUG.fullmatch(name.id) or name.id in pages or name.id.endswith("-evidence"):
            yield "--class", name.id, "an id like new-drug that no other page has: a-z, 0-9 and hyphens"
    codes = [("--outcome", item.code) for item in answers.outcomes]
    for flag, code in (*codes, *(("--time", item.id) for item in answers.times)):
        if not CODE.fullmatch(code):
            yield flag, code, "a code like week_12: a-z, 0-9 and underscores"
    for item in answers.outcomes:
        if item.direction not in DIRECTIONS:
            yield "--outcome", item.direction, f"one of {', '.join(DIRECTIONS)}: which it is for a patient"
    for group in answers.groups:
        if not group.id or group.id in {"harm", *ASKED["findings"].columns}:
            yield "--outcome", group.title, "another name for the group of outcomes"
    titles = [group.title for group in answers.groups]
    for title, time in (answers.rules or {}).items():
        if title not in titles or time not in TIMES:
            yield "--group", f"{title} {time}", f"one of {', '.join(titles)} and one of {', '.join(TIMES)}"


def _find_repeated(answers: Answers) -> Iterator[Fault]:
    for flag, names in (
        ("--class", [name.id for name in answers.classes]),
        ("--outcome", [item.code for item in answers.outcomes]),
        ("--outcome", [item.label for item in answers.outcomes]),
        ("--outcome", [group.id for group in answers.groups]),
        ("--time", [*(item.id for item in answers.times), *ANY_TIMES]),
    ):
        for name, times in Counter(names).items():
            if times > 1:
                yield flag, f"{name} twice", "each once"


def ask(answer: Callable[[str], str]) -> Answers:
    """The answers of a person; `answer` puts a question and gives what was typed, as ``input`` does."""
    title = answer("Title of the review: ").strip()
    authors = _ask_many(answer, "Author (empty: none more, or not named yet): ")
    classes = tuple(
        Name("-".join(re.findall(r"[a-z0-9]+", words.lower())), words)
        for words in _ask_many(answer, "Class of treatments, a chapter each (empty: no more): ")
    )
    outcomes = []
    while label := answer("Outcome, in words (empty: no more): ").strip():
        group = answer("  Its group, a heading such as Response: ").strip()
        direction = answer(f"  For a patient it is ({', '.join(DIRECTIONS)}): ").strip()
        outcomes.append(Outcome(code_of(label), label, group, direction))
    return Answers(title, classes, tuple(outcomes), authors=authors)


def _ask_many(answer: Callable[[str], str], question: str) -> tuple[str, ...]:
    found: list[str] = []
    while words := answer(question).strip():
        found.append(words)
    return tuple(found)
