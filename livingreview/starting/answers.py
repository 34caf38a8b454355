"""What must be known before a review can be begun: its title, classes and outcomes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
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
ANY_CONDITION = "condition"  # the code of a condition whose words make none
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
    condition : str
        What its patients have, in words: a choice in every sheet, so that it is asked for, not left open.
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
    condition: str = ""
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

    @property
    def condition_code(self) -> str:
        """The condition as a code of the data."""
        code = code_of(self.condition)
        return code if CODE.fullmatch(code) and code != "mixed" else ANY_CONDITION

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
    if faults := _find_faults(answers):
        lines = (f"{flag}: found {found!r}; expected {expected}" for flag, found, expected in faults)
        msg = "\n".join(lines) + "\nto mend: correct each and run the command again; nothing was written"
        raise StartError(msg)
    return answers


Fault = tuple[str, str, str]  # flag, what was found, what is expected


def _find_faults(answers: Answers) -> list[Fault]:
    return [*_find_odd_words(answers), *_find_odd_names(answers), *_find_repeated(answers)]


def _find_odd_words(answers: Answers) -> Iterator[Fault]:
    if not answers.slug:
        yield "--title", answers.title or "none", "a title with letters in it"
    if not answers.condition:
        yield "--condition", "none", "what the patients have, such as 'acute bronchitis'"
    for flag, given in (("--class", answers.classes), ("--outcome", answers.outcomes)):
        if not given:
            yield flag, "none", "one at least"
    for flag, told in (
        ("--title", [answers.title] * bool(answers.title)),
        ("--condition", [answers.condition] * bool(answers.condition)),
        ("--class", [name.title for name in answers.classes]),
        ("--outcome", [item.label for item in answers.outcomes]),
        ("--time", [name.title for name in answers.times]),
        ("--author", answers.authors),
    ):
        for words in told:
            if words != words.strip() or len(words.splitlines()) != 1:
                yield flag, words, "words on one line"


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
    """The answers of a person; `answer` puts a question and gives what was typed, as ``input`` does.

    What is missing or cannot be taken is asked again, with what is expected: nothing typed before is lost.
    """
    told = Answers("", (), ())
    told = _ask_until(answer, "Title of the review: ", "--title", lambda words: replace(told, title=words))
    told = replace(told, authors=_ask_many(answer, "Author (empty: none more, or not named yet): "))
    question = "Condition that its patients have: "
    told = _ask_until(answer, question, "--condition", lambda words: replace(told, condition=words))
    while (more := _ask_class(answer, told)) != told:
        told = more
    while (more := _ask_outcome(answer, told)) != told:
        told = more
    return told


def _ask_class(answer: Callable[[str], str], told: Answers) -> Answers:
    """With one class more; as they are where nothing was typed."""

    def add(words: str) -> Answers:
        name = Name("-".join(re.findall(r"[a-z0-9]+", words.lower())), words)
        return replace(told, classes=(*told.classes, name)) if words else told

    return _ask_until(answer, "Class of treatments, a chapter each (empty: no more): ", "--class", add)


def _ask_outcome(answer: Callable[[str], str], told: Answers) -> Answers:
    """With one outcome more, its group and direction; as they are where nothing was typed."""

    def add(label: str, group: str = "Outcomes asked for", direction: str = DIRECTIONS[0]) -> Answers:
        item = Outcome(code_of(label), label, group, direction)
        return replace(told, outcomes=(*told.outcomes, item)) if label else told

    more = _ask_until(answer, "Outcome, in words (empty: no more): ", "--outcome", add)
    if more == told:
        return told
    label = more.outcomes[-1].label
    question = "  Its group, a heading such as Response: "
    more = _ask_until(answer, question, "--outcome", lambda words: add(label, words))
    group = more.outcomes[-1].group
    question = f"  For a patient it is ({', '.join(DIRECTIONS)}): "
    return _ask_until(answer, question, "--outcome", lambda words: add(label, group, words))


def _ask_until(
    answer: Callable[[str], str], question: str, flag: str, take: Callable[[str], Answers]
) -> Answers:
    """The answers with what was typed, asked again until nothing is wrong with what `flag` would say."""
    told = take(answer(question).strip())
    while fault := next((fault for fault in _find_faults(told) if fault[0] == flag), None):
        told = take(answer(f"  Found {fault[1]!r}; expected {fault[2]}.\n{question}").strip())
    return told


def _ask_many(answer: Callable[[str], str], question: str) -> tuple[str, ...]:
    found: list[str] = []
    while words := answer(question).strip():
        found.append(words)
    return tuple(found)
