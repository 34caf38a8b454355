"""A server on this machine that answers as services do: from files, by path and query; or with a fault."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

FOLDER = Path(__file__).parent / "recordings"
SERVICES = {
    "PubMed": "pubmed",
    "Europe PMC": "europepmc",
    "ClinicalTrials.gov": "trials",
    "Crossref": "crossref",
    "OpenAlex": "openalex",
}


@dataclass
class Reply:
    """One answer: what it says, and how it may fail."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut_to: int | None = None  # bytes that are sent of those that are promised

    @classmethod
    def of(cls, name: str, **more) -> Reply:
        """A file of the recordings."""
        return cls((FOLDER / name).read_bytes(), **more)

    @classmethod
    def json(cls, told, **more) -> Reply:
        """A value as JSON."""
        return cls(json.dumps(told).encode(), **more)


@dataclass
class Replies:
    """What is served. Requests that nothing answers are kept under `unknown`, and get 404.

    Attributes
    ----------
    asked : list of (str, dict)
        Every request: its path, ``/pubmed/esearch.fcgi``, and its query.
    """

    port: int = 0
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    unknown: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    _kept: dict[tuple[str, frozenset], list[Reply]] = field(default_factory=dict)
    _any: dict[str, list[Reply]] = field(default_factory=dict)

    @property
    def endpoints(self) -> dict[str, str]:
        """The address of each service here."""
        return {name: f"http://127.0.0.1:{self.port}/{folder}" for name, folder in SERVICES.items()}

    def load(self, *folders: str) -> Replies:
        """Serve the recordings of some services, or of all."""
        for folder in folders or SERVICES.values():
            for item in json.loads((FOLDER / folder / "answers.json").read_text(encoding="utf-8"))["answers"]:
                self.say(
                    f"/{folder}/{item['path']}", Reply.of(f"{folder}/{item['file']}"), query=item["query"]
                )
        return self

    def say(self, path: str, *replies: Reply, query: dict[str, str] | None = None) -> None:
        """Answer a path, or a path with one query, with these in turn; the last again and again."""
        if query is None:
            self._any[path] = list(replies)
        else:
            self._kept[path, frozenset(query.items())] = list(replies)

    def find(self, address: str) -> Reply:
        """The answer to a request."""
        parts = urlsplit(address)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.asked.append((parts.path, query))
        replies = self._any.get(parts.path) or self._kept.get((parts.path, frozenset(query.items())))
        if not replies:
            self.unknown.append((parts.path, query))
            return Reply(b"no answer is kept for this request", 404)
        return replies.pop(0) if len(replies) > 1 else replies[0]


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        reply = self.server.replies.find(self.path)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body[: reply.cut_to])
        self.close_connection = True

    def log_message(self, *arguments) -> None:
        pass


@contextlib.contextmanager
def serve_replies() -> Iterator[Replies]:
    """A server with nothing to say yet."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.replies = Replies(server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.replies
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
