"""Asking services over the network: slowly, again where that may help, and never believing half an answer.

Only this module opens a connection. What it returns is whole and in the form that was asked for; anything
else ends with a `SourceError` that says what came and what to do.
"""

from __future__ import annotations

import datetime
import email.utils
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urljoin, urlsplit

import requests

from livingreview.surveillance.tables import LoopError

AGAIN = frozenset({429, 500, 502, 503, 504})  # a service that is busy or broken for a while
MOVED = frozenset({301, 302, 303, 307, 308})
LARGEST = 64 * 2**20  # bytes of one answer; no page of a service comes near
AGENT = "livingreview (a living systematic review; python-requests)"


class SourceError(LoopError):
    """A service that did not answer as it should; nothing was written into the tables."""


class Unreachable(SourceError):
    """A service to which no connection can be made."""


class Refused(SourceError):
    """A request that the service would not answer.

    Attributes
    ----------
    status : int
        The answer's status.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Request:
    """What is asked of a service.

    Attributes
    ----------
    path : str
        Below the service's address.
    params : tuple of (str, str)
        The query, in order; no key stands here.
    """

    path: str
    params: tuple[tuple[str, str], ...] = ()

    def address(self, base: str) -> str:
        """The whole address, as a person would open it."""
        query = urlencode(self.params, quote_via=quote, safe="")
        return f"{base.rstrip('/')}/{self.path}" + (f"?{query}" if query else "")


@dataclass
class Client:
    """One person's way to the services: polite, patient for a while, then plain.

    Attributes
    ----------
    waits : float
        Seconds before the first repeat; doubled for each that follows.
    tries : int
        How often one request is made at most.
    longest : float
        The longest wait that a service may ask for, in seconds; asked for more, the run ends.
    timeout : float
        Seconds without a byte after which a connection is given up.
    pace : float
        By how much the pauses between requests are multiplied; less than 1 only for a service of one's own.
    tell : callable
        Says to the person what is being waited for.
    """

    waits: float = 1.0
    tries: int = 4
    longest: float = 120.0
    timeout: float = 60.0
    pace: float = 1.0
    tell: Callable[[str], None] = lambda text: None
    _last: dict[str, float] = field(default_factory=dict)
    _session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self._session.headers["User-Agent"] = AGENT
        self._session.auth = lambda request: request  # no passwords from a file of the machine

    def get(
        self,
        name: str,
        base: str,
        request: Request,
        *,
        secret: Mapping[str, str] | None = None,
        pause: float = 0.0,
    ) -> bytes:
        """The answer to one request.

        Parameters
        ----------
        name : str
            What the service is called.
        secret : mapping of str to str, optional
            Parameters that are never shown or kept: keys.
        pause : float
            Seconds between two requests to the service.

        Raises
        ------
        Unreachable, Refused, SourceError
        """
        address = request.address(base)
        for attempt in range(1, self.tries + 1):
            self._be_polite(address, pause * self.pace)
            last = attempt == self.tries
            try:
                status, data, where, headers = self._ask(name, address, dict(secret or {}))
            except (requests.ConnectionError, requests.Timeout) as error:
                wait, why = self.waits * 2 ** (attempt - 1), f"no answer ({_plain(error)})"
                failure: SourceError = Unreachable(
                    f"{name}: {why} from {_host(address)} after {attempt} tries. Nothing was written. "
                    "To mend: look whether this machine reaches it, then run the command again"
                )
            except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
                wait, why = self.waits * 2 ** (attempt - 1), "the answer broke off"
                failure = SourceError(f"{name}: {why}, {attempt} times. Nothing was written; run it again")
            else:
                if status not in AGAIN:
                    return _judge(name, status, data, where, dict(secret or {}))
                wait, why = self._wait(headers, attempt), f"status {status}"
                failure = Refused(_tell_busy(name, status, wait, attempt), status)
            if last or wait > self.longest:
                raise failure
            self.tell(f"{name}: {why}; asking again in {round(wait)} s")
            time.sleep(wait)
        raise AssertionError

    def _be_polite(self, address: str, pause: float) -> None:
        """Wait until `pause` seconds have passed since the service was last asked."""
        host = _host(address)
        rest = self._last.get(host, -pause) + pause - time.monotonic()
        if host in self._last and rest > 0:
            time.sleep(rest)
        self._last[host] = time.monotonic()

    def _ask(
        self, name: str, address: str, secret: dict[str, str]
    ) -> tuple[int, bytes, str, Mapping[str, str]]:
        """Status, body, final address and headers. Redirections are followed on the same host only."""
        where = address
        for _ in range(5):
            with self._session.get(
                where, params=secret, timeout=self.timeout, allow_redirects=False, stream=True
            ) as told:
                if told.status_code not in MOVED:
                    return told.status_code, _read(name, told), where, told.headers
                target = urljoin(where, told.headers.get("Location", ""))
            if _host(target) != _host(address):
                break
            where = target
        elsewhere = urlsplit(target)._replace(query="").geturl()
        msg = (
            f"{name}: {_host(address)} sends on to {elsewhere}. Nothing was written. To mend: see whether "
            "the service has moved; if so, write its new address under endpoints in review.yml"
        )
        raise SourceError(msg)

    def _wait(self, headers: Mapping[str, str], attempt: int) -> float:
        """Seconds until the next try: what the service asks for, else a doubling time (RFC 9110, 10.2.3)."""
        asked = headers.get("Retry-After", "").strip()
        if asked.isdecimal():
            return float(asked)
        if asked:
            try:
                until = email.utils.parsedate_to_datetime(asked)
            except ValueError:
                pass
            else:
                until = until if until.tzinfo else until.replace(tzinfo=datetime.UTC)  # "-0000" is UTC
                return max((until - datetime.datetime.now(datetime.UTC)).total_seconds(), 0.0)
        return self.waits * 2 ** (attempt - 1)


def _read(name: str, told: requests.Response) -> bytes:
    """The whole body; more than any page has is not taken in."""
    parts, size = [], 0
    for part in told.iter_content(2**16):
        size += len(part)
        if size > LARGEST:
            msg = f"{name}: the answer is larger than {LARGEST // 2**20} MB and was not taken in"
            raise SourceError(msg)
        parts.append(part)
    return b"".join(parts)


def _judge(name: str, status: int, data: bytes, where: str, secret: Mapping[str, str]) -> bytes:
    """The answer, where it is one: a page for people is none, whatever its status."""
    if status == 200:
        if data[:200].lstrip().lower().startswith((b"<!doctype html", b"<html")):
            msg = (
                f"{name}: a web page came where data were asked for ({_host(where)}). Nothing was written. "
                "To mend: open the address in a browser; a network's log-in or a service's maintenance page "
                "stands in the way"
            )
            raise SourceError(msg)
        return data
    said = " ".join(data[:300].decode("utf-8", "replace").split())
    for value in secret.values():  # some services repeat the key that they refuse
        said = said.replace(value, "…") if len(value) > 5 else said
    msg = (
        f"{name}: the request was refused with status {status}: {said or 'no reason given'}. Nothing was "
        "written. To mend: look at it with --dry-run, and correct the strategy"
    )
    raise Refused(msg, status)


def _tell_busy(name: str, status: int, wait: float, attempt: int) -> str:
    times = f"{attempt} time" + "s" * (attempt > 1)
    if status == 429:
        return (
            f"{name}: too many requests (status 429, {times}); it asks to wait {round(wait)} s. Nothing was "
            "written. To mend: run the command again after that; a key in the environment raises the limit"
        )
    return f"{name}: status {status}, {times}. Nothing was written. To mend: run the command again later"


def _host(address: str) -> str:
    return urlsplit(address).netloc


def _plain(error: Exception) -> str:
    words = {requests.Timeout: "too slow", requests.exceptions.SSLError: "no trusted connection"}
    return next((text for kind, text in words.items() if isinstance(error, kind)), "no connection")
