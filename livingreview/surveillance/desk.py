"""The page on which a reader decides: one record at a time, on this machine alone.

The server answers on the loopback address only, to requests that name it as their host and hold the token of
this run; what the page may load is said in its Content-Security-Policy. Every decision is in the reader's
file before the page shows the next record.
"""

from __future__ import annotations

import datetime
import hmac
import json
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from livingreview.surveillance.abstracts import read_texts
from livingreview.surveillance.choices import CHOICES, MEANINGS
from livingreview.surveillance.decisions import (
    name_decision,
    read_decisions,
    read_own,
    write_decisions,
)
from livingreview.surveillance.identity import Row
from livingreview.surveillance.loopback import HomeHandler, Loopback
from livingreview.surveillance.ordering import put_in_order
from livingreview.surveillance.readers.found import tidy
from livingreview.surveillance.settling import decide_all
from livingreview.surveillance.tables import Loop, LoopError, to_screen

WEB = Path(__file__).parent / "web"
FILES = {
    "/": ("desk.html", "text/html; charset=utf-8"),
    "/desk.css": ("desk.css", "text/css; charset=utf-8"),
    "/desk.js": ("desk.js", "text/javascript; charset=utf-8"),
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SHOWN = ("title", "authors", "container", "year", "volume", "issue", "pages", "kind", "trials", "pmid", "doi")


@dataclass
class Desk:
    """One reader's work at one stage.

    Parameters
    ----------
    reader : str
        As the file of decisions is named.
    readers : int
        How many readers decide each record: it says which records go on to be read in full.
    conflicts : bool
        Show the records on which readers differ, with what they said, and settle them.
    settle : str
        The command that comes when nothing is left to decide.
    """

    loop: Loop
    reader: str
    stage: str
    readers: int = 2
    conflicts: bool = False
    ranked: bool = True
    settle: str = "livingreview settle"
    texts: dict[str, Any] = field(init=False)
    queue: list[str] = field(init=False)
    said: dict[str, list[Row]] = field(init=False, default_factory=dict)
    made: list[tuple[Row, Row | None]] = field(init=False, default_factory=list)
    reopened: dict[str, Row] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        decisions = read_decisions(self.loop.root)
        self.texts = read_texts(self.loop)
        outcome = decide_all(self.loop, decisions, readers=self.readers)
        due = to_screen(self.loop)
        done = {
            self.loop.canonical(row["record_id"])
            for row in decisions
            if row["reader"] == self.reader and row["stage"] == self.stage and row["role"] == self.role
        }
        if self.conflicts:
            # Whoever left one open, or is a report by now, is asked all the same: it is not settled.
            self.said = {name: list(rows) for name, stage, rows in outcome.conflicts if stage == self.stage}
            due, done = list(self.said), set()
        elif self.stage == "full_text":
            passed = {
                name
                for name, stages in outcome.rows.items()
                if stages.get("title_abstract") and stages["title_abstract"].decision == "sought"
            }
            due = [name for name in due if name in passed]
        known = {
            name: stages["title_abstract"].decision == "sought"
            for name, stages in outcome.rows.items()
            if "title_abstract" in stages
        }
        rows = {name: self.loop.index.rows[name] | {"abstract": self.text(name)} for name in due}
        self.asked = set(due)
        self.queue = put_in_order(
            rows, [name for name in due if name not in done], known if self.ranked else {}
        )

    @property
    def total(self) -> int:
        """How many records are asked about, decided ones among them."""
        return len(self.asked)

    @property
    def role(self) -> str:
        """`reader`, or `adjudicator` who settles what readers differ on."""
        return "adjudicator" if self.conflicts else "reader"

    def text(self, record_id: str) -> str:
        """A record's abstract, '' where none is at hand."""
        return self.texts.get(record_id, {}).get("abstract", "")

    @property
    def reasons(self) -> list[Row]:
        """The reasons asked at this stage, in order."""
        rows = (row for row in self.loop.tables["reasons"] if row["stage"] == self.stage)
        return sorted(rows, key=lambda row: int(row["position"]))

    def state(self) -> dict:
        """What the page shows: the next record, the reasons, the progress; nothing of other readers."""
        record = None
        if self.queue:
            name = self.queue[0]
            row = self.loop.index.rows[name]
            record = {key: row[key] for key in SHOWN} | {
                "record_id": name,
                "abstract": self.text(name),
                "keywords": self.texts.get(name, {}).get("keywords", []),
                "flags": [flag for flag in row["flags"].split("; ") if flag and flag != "no_abstract"],
                "study": row["study_id"],
                "said": [
                    {key: item[key] for key in ("reader", "decision", "reason_id", "note")}
                    for item in self.said.get(name, ())
                ],
                "former": _brief(self.reopened[name]) if name in self.reopened else None,
            }
        return {
            "reader": self.reader,
            "stage": self.stage,
            "conflicts": self.conflicts,
            "choices": CHOICES[self.stage],
            "meanings": MEANINGS[self.stage],
            "reasons": [
                {key: row[key] for key in ("reason_id", "position", "decision", "label", "criterion")}
                for row in self.reasons
            ],
            "record": record,
            "done": self.total - len(self.queue),
            "total": self.total,
            "undoable": bool(self.made),
            "settle": self.settle,
        }

    def take(self, record_id: str, decision: str, reason_id: str, note: str) -> None:
        """Keep one decision. LoopError where it is none, or where the record is not the one shown."""
        if not self.queue or record_id != self.queue[0]:
            msg = "this record is not the one in view; load the page again"
            raise LoopError(msg)
        row = make_decision(self, record_id, decision, reason_id, note)
        if former := self.reopened.get(record_id):
            row["note"] = note_change(former, row["note"])
        before = self.keep([row])
        self.queue.pop(0)
        self.reopened.pop(record_id, None)
        self.made.append((row, before.get(row["decision_id"])))

    def history(self) -> list[dict]:
        """What this reader decided at this stage in this role, the latest first; nothing of other readers."""
        order = {row["decision_id"]: place for place, (row, _) in enumerate(self.made)}
        own = [row for row in read_own(self.loop.root, self.reader).values() if self._is_own(row)]
        own.sort(key=lambda row: (row["day"], order.get(row["decision_id"], -1)), reverse=True)
        rows = self.loop.index.rows
        return [_brief(row) | {"title": rows[row["record_id"]]["title"]} for row in own]

    def _is_own(self, row: Row) -> bool:
        """Whether a row of the reader's file is one that can be changed here; a copy is decided no more."""
        record = self.loop.index.rows.get(row["record_id"])
        return (
            (row["stage"], row["role"]) == (self.stage, self.role) and bool(record) and not record["same_as"]
        )

    def reopen(self, record_id: str) -> None:
        """Show a record that was decided once more; what was said holds until something else is said."""
        own = read_own(self.loop.root, self.reader)
        row = own.get(name_decision(record_id, self.stage, self.reader, self.role))
        if row is None or not self._is_own(row):
            msg = f"{record_id}: there is no decision of {self.reader} on it that could be changed here"
            raise LoopError(msg)
        self.leave()
        if record_id in self.queue:
            self.queue.remove(record_id)
        self.queue.insert(0, record_id)
        self.asked.add(record_id)
        self.reopened[record_id] = row
        if self.conflicts and record_id not in self.said:
            rows = read_decisions(self.loop.root)
            place = (record_id, self.stage, "reader")
            self.said[record_id] = [
                item for item in rows if (item["record_id"], item["stage"], item["role"]) == place
            ]

    def leave(self) -> None:
        """Leave a record that was reopened as it was decided before."""
        if self.queue and self.queue[0] in self.reopened:
            del self.reopened[self.queue.pop(0)]

    def keep(self, rows: Iterable[Row]) -> dict[str, Row]:
        """Write decisions into the reader's file; returns what stood in it before.

        The file is read anew: the same reader may be at work on another page, or with a sheet.
        """
        before = read_own(self.loop.root, self.reader)
        made = {row["decision_id"]: row for row in rows}
        write_decisions(self.loop.root, self.reader, list((before | made).values()))
        return before

    def undo(self) -> None:
        """Take the last decision of this run back: the record is shown again, what was said before holds."""
        self.leave()
        if self.made:
            row, before = self.made[-1]
            rows = read_own(self.loop.root, self.reader)
            rows.pop(row["decision_id"], None)
            kept = [*rows.values(), *([before] if before else [])]
            write_decisions(self.loop.root, self.reader, kept)
            self.made.pop()
            self.queue.insert(0, row["record_id"])
            if before:
                self.reopened[row["record_id"]] = before


def _brief(row: Row) -> dict[str, str]:
    return {name: row[name] for name in ("record_id", "decision", "reason_id", "note", "day")}


def _words(row: Row) -> str:
    return " ".join(filter(None, (row["decision"].replace("_", " "), row["reason_id"])))


def note_change(former: Row, note: str) -> str:
    """The note of a decision that takes the place of another: what was said before, and when."""
    return f"Changed from {_words(former)} of {former['day']}. {note}"[:300].strip()


def make_decision(desk: Desk, record_id: str, decision: str, reason_id: str, note: str) -> Row:
    """A row of a reader's file. LoopError where stage, decision and reason do not go together."""
    known = {row["reason_id"]: row["decision"] for row in desk.reasons}
    if decision not in CHOICES[desk.stage]:
        msg = f"found the decision {decision!r}; expected one of: {', '.join(CHOICES[desk.stage])}"
        raise LoopError(msg)
    if reason_id and known.get(reason_id) != decision:
        fits = ", ".join(name for name, leads in known.items() if leads == decision) or "none"
        msg = f"found the reason {reason_id!r} with {decision!r}; expected one of: {fits}"
        raise LoopError(msg)
    asked = [name for name, leads in known.items() if leads == "exclude"]
    if decision == "exclude" and not reason_id and (asked or desk.stage == "full_text"):
        what = "a report read in full" if desk.stage == "full_text" else "a record"
        msg = (
            f"{what} is left out for a reason; choose one of: {', '.join(asked) or 'none yet in reasons.csv'}"
        )
        raise LoopError(msg)
    return {
        "decision_id": name_decision(record_id, desk.stage, desk.reader, desk.role),
        "record_id": record_id,
        "stage": desk.stage,
        "reader": desk.reader,
        "role": desk.role,
        "decision": decision,
        "reason_id": reason_id,
        "day": datetime.date.today().isoformat(),
        "note": tidy(note)[:300].strip(),
    }


class _Handler(HomeHandler):
    """Three files, what the page shows, what was decided before, and four things that a reader may do."""

    server: _Server
    policy = POLICY

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if not self.is_at_home():
            self.send(403, b"", "text/plain")
        elif path == "/state":
            self._answer(lambda: None)
        elif path == "/history":
            self._answer(lambda: {"history": self.server.desk.history()})
        elif path in FILES:
            name, kind = FILES[path]
            self.send(200, (WEB / name).read_bytes(), kind)
        else:
            self.send(404, b"", "text/plain")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        body = self.rfile.read(int(length)) if length.isdecimal() and int(length) <= 10_000 else b""
        if not self.is_at_home() or self.headers.get("Origin") not in (None, self.server.address):
            self.send(403, b"", "text/plain")
            return
        try:
            told = json.loads(body or b"{}")
            texts = [str(told.get(name, "")) for name in ("record_id", "decision", "reason_id", "note")]
        except (ValueError, AttributeError):
            self.send(400, b"", "text/plain")
            return
        if self.path == "/decide":
            self._answer(lambda: self.server.desk.take(*texts))
        elif self.path == "/undo":
            self._answer(self.server.desk.undo)
        elif self.path == "/reopen":
            self._answer(lambda: self.server.desk.reopen(texts[0]))
        elif self.path == "/leave":
            self._answer(self.server.desk.leave)
        else:
            self.send(404, b"", "text/plain")

    def _answer(self, act: Callable[[], dict | None]) -> None:
        """What an act gives; where that is nothing, what the page shows then."""
        if not hmac.compare_digest(self.headers.get("X-Token", "").encode(), self.server.token.encode()):
            self.send(403, b"", "text/plain")
            return
        with self.server.one_at_a_time:
            try:
                status, told = 200, act() or self.server.desk.state()
            except (LoopError, OSError) as error:
                status, told = 409, {"problem": str(error)}
        self.send(status, json.dumps(told).encode(), "application/json")


class _Server(Loopback):
    def __init__(self, desk: Desk):
        super().__init__(_Handler)
        self.desk = desk
        self.token = secrets.token_urlsafe(24)
        self.one_at_a_time = threading.Lock()


def serve(desk: Desk) -> tuple[Loopback, str]:
    """A server of the page, not yet running, and the address to open; the token stands after its ``#``."""
    server = _Server(desk)
    return server, f"{server.address}/#{server.token}"
