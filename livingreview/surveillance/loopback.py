"""Pages for one person on this machine: a server on the loopback address that answers nobody else.

It answers requests that name its own address as their host: another site's name may lead to this machine too,
and what stands there is not that site's to read.
"""

from __future__ import annotations

import http.server


class Loopback(http.server.ThreadingHTTPServer):
    """A server on 127.0.0.1, by default on a port that is free; OSError where `port` is taken.

    Attributes
    ----------
    address : str
        ``http://127.0.0.1:PORT``
    """

    daemon_threads = True

    def __init__(self, handler: type[HomeHandler], port: int = 0):
        super().__init__(("127.0.0.1", port), handler)
        self.address = f"http://127.0.0.1:{self.server_port}"


class HomeHandler(http.server.BaseHTTPRequestHandler):
    """What every such page shares: whom it answers, and what it says of itself.

    Attributes
    ----------
    policy : str
        The Content-Security-Policy of all that is sent.
    """

    server: Loopback
    protocol_version = "HTTP/1.1"
    policy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    def log_message(self, *arguments: object) -> None:
        """Nothing: what a reader reads is nobody's business."""

    def is_at_home(self) -> bool:
        """Whether the request names this very address as its host."""
        return self.headers.get("Host") == self.server.address.removeprefix("http://")

    def send(self, status: int, body: bytes, kind: str) -> None:
        """Send an answer whole, kept by nobody and shown in no other site's frame."""
        self.send_response(status)
        for name, value in (
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", self.policy),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
