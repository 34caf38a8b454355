"""Groups of posted results as groups of patients: joined over the parts of a file by their titles alone."""

from __future__ import annotations

import difflib
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from livingreview.extraction.drafts import EVERYONE
from livingreview.extraction.posted import Group, Posted
from livingreview.surveillance.identity import free, normal, slug_words

WORDS = 5  # of a title in the short name
_LABEL = 80
_NEAR = 0.6  # likeness of two titles from which a person is asked to look
_TOTAL = "total"


@dataclass
class Arm:
    """One group of patients.

    Attributes
    ----------
    short : str
        The name by which the sheet's pages name it.
    title : str
        As printed.
    groups : list of Group
        The groups of that title, in the parts of the results.
    is_total : bool
        Whether it is the sum of the arms that the register itself makes.
    """

    short: str
    title: str
    groups: list[Group] = field(default_factory=list)
    is_total: bool = False

    @property
    def label(self) -> str:
        """The title, as long as a cohort's label may be."""
        return "All participants" if self.is_total else cut(self.title, _LABEL)

    @property
    def parts(self) -> set[str]:
        """The parts of the results in which it stands."""
        return {group.part for group in self.groups}


@dataclass
class Arms:
    """All groups of patients of a study's results."""

    arms: list[Arm]
    of_path: dict[str, Arm]

    def of(self, group: Group | None) -> Arm | None:
        """The arm of a group as one part names it."""
        return self.of_path.get(group.path) if group else None

    def unmatched(self) -> Iterator[tuple[Arm, str]]:
        """Arms of outcomes or events alone, each with the title of the flow or baseline that it is like."""
        known = [arm.title for arm in self.arms if arm.parts & {"flow", "baseline"} and not arm.is_total]
        for arm in self.arms:
            if known and not arm.parts & {"flow", "baseline"}:
                words = set(normal(arm.title).split())
                held = [
                    title for title in known if (own := set(normal(title).split())) <= words or own >= words
                ]
                near = held or difflib.get_close_matches(arm.title, known, 1, _NEAR)
                yield arm, near[0] if len(near) == 1 else ""


def group_arms(posted: Posted) -> Arms:
    """Join the groups of one title; two of one title in one list stay apart.

    Titles are compared by their letters and digits. Nothing else joins two groups: 'Fixed' and 'Arm I (fixed
    dose)' may be one arm or its part, which a person decides.
    """
    counted = Counter((_place(group), normal(group.title)) for group in posted.groups)
    found: dict[str, Arm] = {}
    of_path = {}
    for group in posted.groups:
        key = normal(group.title)
        if not key or counted[_place(group), key] > 1:
            key = f"{key} {group.id}"
        if key not in found:
            is_total = key == _TOTAL and group.part == "baseline"
            short = EVERYONE if is_total else _shorten(group, [arm.short for arm in found.values()])
            found[key] = Arm(short, group.title or group.id, is_total=is_total)
        found[key].groups.append(group)
        of_path[group.path] = found[key]
    return Arms(list(found.values()), of_path)


def _place(group: Group) -> str:
    """The list in which a group stands."""
    return group.path.rpartition("[")[0] or group.path


def _shorten(group: Group, taken: Sequence[str]) -> str:
    return free(slug_words(group.title, WORDS) or group.id.lower(), (*taken, EVERYONE))


def cut(text: str, most: int) -> str:
    """A text that fits, its end left off at a word."""
    if len(text) <= most:
        return text
    short = textwrap.shorten(text, most, placeholder=" …")
    return short if len(short) > most // 2 else f"{text[: most - 2].rstrip()} …"


def squeeze(text: str, most: int) -> str:
    """A text that fits, its middle left out: what parts two long terms often stands at the end."""
    if len(text) <= most:
        return text
    head, tail = text[: most // 2 - 1], text[-(most - most // 2 - 2) :]
    return f"{head.rpartition(' ')[0] or head} … {tail.partition(' ')[2] or tail}"
