"""What a reader's machine is kept busy with, and what moves in view: some pages of the built book.

    python -m benchmarks.reading [--visits N] [--pace N] [page ...]

Each page is opened in Chromium slowed to a quarter (or by the pace given), at 1280 and at 390 pixels. Told
are the longest task of the page's main thread until the page is at rest, by the clock and by the thread's own
time, of all visits the median and the range; the cumulative layout shift (https://web.dev/cls), elements, and
bytes of its HTML as it lies and as it travels (gzip). A task of more than 200 ms is felt. Where other
programs keep the cores busy, both times swell several times over: then `--pace 1`, times four, is nearer to
the truth.

Whole sections that are laid out only near the view (`content-visibility: auto`) were tried and left out: at
390 pixels the longest task of the evidence page of blinatumomab grew from 156 to 250 ms, that of methods
from 107 to 246 (the thread's own at full pace, times four). What asks for the places of headings then lays
out everything at once.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import statistics
import sys
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.conftest import Quiet
from tests.find_browser import find_browser
from tests.visit import SHIFTS

BOOK = Path(__file__).resolve().parent.parent / "_build" / "html"
PAGES = ("index", "blinatumomab", "blinatumomab-evidence", "explorer", "methods", "discrepancies")
SLOWED, VISITS = 4, 5
WINDOWS = ((1280, 900), (390, 844))
TASKS = ("RunTask", "ThreadControllerImpl::RunTask")
TRACED = {"categories": "toplevel,devtools.timeline,disabled-by-default-devtools.timeline"}


def process_of(events: list[dict], address: str) -> int:
    """The process that renders the page: the browser's own surfaces are pages of others."""
    return next(
        event["args"]["data"]["processId"]
        for event in reversed(events)
        if event.get("name") == "FrameCommittedInBrowser" and event["args"]["data"].get("url") == address
    )


def longest_task(events: list[dict], address: str) -> tuple[float, float]:
    """The longest task of the page's main thread by the clock, and by the thread's time; milliseconds."""
    page = process_of(events, address)
    main = {
        (event["pid"], event["tid"])
        for event in events
        if event.get("name") == "thread_name"
        and event["args"]["name"] == "CrRendererMain"
        and event["pid"] == page
    }
    tasks = [event for event in events if event.get("name") in TASKS and (event["pid"], event["tid"]) in main]
    longest = (max((task.get(kind, 0) for task in tasks), default=0) / 1000 for kind in ("dur", "tdur"))
    return tuple(longest)


def measure(browser, address: str, width: int, height: int, pace: int = SLOWED) -> dict:
    """One visit of one page."""
    context = browser.new_context(viewport={"width": width, "height": height})
    context.add_init_script(SHIFTS)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": pace})
    events: list[dict] = []
    ended: list[bool] = []
    session.on("Tracing.dataCollected", lambda told: events.extend(told["value"]))
    session.on("Tracing.tracingComplete", lambda _: ended.append(True))
    session.send("Tracing.start", {**TRACED, "transferMode": "ReportEvents"})
    page.goto(address, wait_until="load")
    if address.endswith("explorer.html"):
        page.wait_for_selector(".lr-explorer[data-ready]")
    page.wait_for_timeout(1500)
    session.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(50)
    clock, own = longest_task(events, address)
    found = {
        "clock": clock,
        "own": own,
        "shift": page.evaluate("globalThis.shifted"),
        "elements": page.evaluate("document.querySelectorAll('*').length"),
        "screens": page.evaluate("document.documentElement.scrollHeight") / height,
    }
    context.close()
    return found


def spread(values: list[float]) -> str:
    """Median and range."""
    return f"{statistics.median(values):4.0f} [{min(values):.0f}-{max(values):.0f}]"


def main(names: list[str]) -> None:
    """Print a line for each page and width."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading")
    parser.add_argument("pages", nargs="*", default=PAGES)
    parser.add_argument("--visits", type=int, default=VISITS)
    parser.add_argument("--pace", type=int, default=SLOWED)
    options = parser.parse_args(names)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(BOOK)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    site = f"http://127.0.0.1:{server.server_port}/chapters"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        print(
            f"Chromium {browser.version}, slowed to 1/{options.pace}; longest task of {options.visits} "
            "visits, by the clock (thread's own), ms: median [range]"
        )
        for name in options.pages:
            body = (BOOK / "chapters" / f"{name}.html").read_bytes()
            weight = (
                f"{len(body) / 1000:.0f} kB, {len(gzip.compress(body, mtime=0)) / 1000:.0f} as it travels"
            )
            for width, height in WINDOWS:
                visits = [
                    measure(browser, f"{site}/{name}.html", width, height, options.pace)
                    for _ in range(options.visits)
                ]
                found = visits[-1] | {"shift": max(visit["shift"] for visit in visits)}
                clock, own = (spread([visit[kind] for visit in visits]) for kind in ("clock", "own"))
                print(
                    f"  {name:28} {width:5} px  {clock} ({own})  "
                    f"shift {found['shift']:.4f}  {found['screens']:5.1f} screens  "
                    f"{found['elements']:6} elements  {weight}"
                )
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main(sys.argv[1:])
