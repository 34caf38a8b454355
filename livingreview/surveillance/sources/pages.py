"""What every source has in common: a window of days, requests made page by page, and pages as read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from livingreview.surveillance.asking import Request, SourceError


@dataclass(frozen=True)
class Window:
    """The days that a search covers; '' at either end: open.

    Attributes
    ----------
    field : str
        Which date of a record is meant, in the source's own name of it; '' for no window.
    from_day, to_day : str
        ``YYYY-MM-DD``.
    """

    field: str
    from_day: str
    to_day: str

    @property
    def is_open(self) -> bool:
        """Whether nothing is cut off at its beginning."""
        return not (self.field and self.from_day)


@dataclass(frozen=True)
class Page:
    """One answer of a source, understood.

    Attributes
    ----------
    told : int or None
        Hits in all, by the source's own count; None where this page does not say.
    ids : tuple of str
        What it holds, by the source's numbers, in its order.
    following : Request or None
        What to ask next; None after the last.
    expected : tuple of str or None
        The numbers of all hits, where the source lists them before it gives them.
    remarks : tuple of str
        What the source says of the query: words that it left out.
    """

    told: int | None
    ids: tuple[str, ...]
    following: Request | None
    expected: tuple[str, ...] | None = None
    remarks: tuple[str, ...] = ()


class Source(Protocol):
    """A service that can be searched."""

    NAME: str
    USUAL: str  # its documented address
    FIELDS: tuple[str, ...]  # dates by which a search can be cut off
    PAUSE: float  # seconds between requests
    KEY: str  # the environment's variable that holds a key; '' for none
    KEY_NEEDED: bool
    SUFFIX: str  # of the files it gives

    def first(self, query: str, window: Window) -> Request:
        """The first request of a search."""

    def read(self, request: Request, data: bytes) -> Page:
        """What came. ValueError where it is not what the source gives."""

    def secret(self, key: str, mail: str) -> dict[str, str]:
        """Parameters that name who asks; never shown nor kept."""


def parse_json(data: bytes) -> Any:
    """JSON as services give it. ValueError with what is wrong, where it is none."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        msg = "the answer is not in UTF-8, as JSON is"
        raise ValueError(msg) from None
    try:
        return json.loads(text)
    except ValueError as error:
        msg = f"no whole JSON ({error}): the answer was cut"
        raise ValueError(msg) from None


def take(told: Any, *path: str, kind: type = dict) -> Any:
    """A value by its path in JSON. ValueError where it is missing or of another kind."""
    for place, name in enumerate(path):
        if not isinstance(told, dict) or name not in told:
            msg = f"the answer lacks {'.'.join(path[: place + 1])}"
            raise ValueError(msg)
        told = told[name]
    if not isinstance(told, kind):
        msg = f"{'.'.join(path)} of the answer is no {kind.__name__}"
        raise ValueError(msg)
    return told


def split_query(query: str) -> list[tuple[str, str]]:
    """``a=b&c=d`` as pairs, for sources whose strategies are written as parameters.

    Raises
    ------
    SourceError
        For a part without a name.
    """
    pairs = []
    for part in query.split("&"):
        name, sign, value = part.partition("=")
        if not sign or not name.strip():
            msg = f"the query {query!r} has the part {part!r}; expected name=value, several joined by &"
            raise SourceError(msg)
        pairs.append((name.strip(), value.strip()))
    return pairs


def in_filter(query: str, window: Window, begin: str, end: str) -> dict[str, str]:
    """A query's own parameters, the window among its filters: days behind `begin` and `end`."""
    params = dict(split_query(query))
    if not window.is_open:
        days = [f"{begin}:{window.from_day}", f"{end}:{window.to_day}"]
        params["filter"] = ",".join(filter(None, (params.get("filter", ""), *days)))
    return params


def with_param(request: Request, **more: str) -> Request:
    """A request with some parameters set anew, the others as they are."""
    kept = [(name, value) for name, value in request.params if name not in more]
    return Request(request.path, (*kept, *more.items()))


def value_of(request: Request, name: str) -> str:
    """A parameter of a request; '' where it has none."""
    return dict(request.params).get(name, "")


def as_list(told: Any) -> list:
    """A list, also where a service gives a single thing without one, or nothing."""
    if told is None:
        return []
    return told if isinstance(told, list) else [told]


def text_of(told: Mapping, *path: str) -> str:
    """A text by its path, '' where anything on the way is missing."""
    value: Any = told
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return "" if value is None else str(value)
