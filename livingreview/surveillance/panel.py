"""How many readers decide each record: said once, kept in ``review.yml``, and asked nowhere again."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import yaml

from livingreview.evidence.upkeep import FILE, READERS, note_readers, read_upkeep
from livingreview.surveillance.tables import LoopError


class Panel(NamedTuple):
    """Who decides.

    Attributes
    ----------
    readers : int
        How many decide each record at each stage.
    flag : str
        What a command must be told so that it asks for as many: '' where ``review.yml`` says it.
    told : str
        What changes there; '' where nothing does.
    """

    readers: int
    flag: str = ""
    told: str = ""


def choose_panel(root: Path, asked: int | None) -> Panel:
    """So many readers as were asked for, else as ``review.yml`` says, else two; nothing is written.

    Raises
    ------
    LoopError
        If ``review.yml`` cannot be read.
    """
    try:
        upkeep = read_upkeep(root)
    except (ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError):
        msg = f"{FILE}: cannot be read; to mend: see livingreview check"
        raise LoopError(msg) from None
    if upkeep is None:
        count = asked or READERS
        return Panel(count, "" if count == READERS else f" --readers {count}")
    if type(upkeep.readers) is not int or upkeep.readers < 1:
        msg = f"{FILE}, readers: found {upkeep.readers!r}; expected how many decide each record, at least 1"
        raise LoopError(msg)
    if asked in (None, upkeep.readers):
        return Panel(upkeep.readers)
    words = f"{FILE}: readers: {asked} (it was {upkeep.readers}); later commands go by it"
    return Panel(asked or upkeep.readers, told=words)


def keep_panel(root: Path, panel: Panel) -> str:
    """Write a number that was asked for into ``review.yml``; returns what was told of it."""
    if panel.told:
        note_readers(root, panel.readers)
    return panel.told
