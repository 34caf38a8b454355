"""What a reader's machine is kept busy with, and what moves in view: some pages of the built book.

    python -m benchmarks.reading [page ...]

Each page is opened in Chromium slowed to a quarter, at 1280 and at 390 pixels. Told are the longest task of
the page's main thread until the page is at rest, by the clock and by the thread's own time (which other
programs on the machine prolong less), the cumulative layout shift (https://web.dev/cls), elements, and bytes
of its HTML as it lies and as it travels (gzip). A task of more than 200 ms is felt.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import sys
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.conftest import Quiet
from tests.find_browser import find_browser
from tests.visit import SHIFTS

BOOK = Path(__file__).resolve().parent.parent / "_build" / "html"
PAGES = ("index", "blinatumomab", "blinatumomab-evidence", "explorer", "methods", "discrepancies")
SLOWED = 4
WINDOWS = ((1280, 900), (390, 844))
TASKS = ("RunTask", "ThreadControllerImpl::RunTask")
TRACED = {"categories": "toplevel,devtools.timeline,disabled-by-default-devtools.timeline"}


def longest_task(events: list[dict]) -> tuple[float, float]:
    """The longest task of the page's main thread by the clock, and by the thread's time; milliseconds."""
    main = {
        (event["pid"], event["tid"])
        for event in events
        if event.get("name") == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks = [event for event in events if event.get("name") in TASKS and (event["pid"], event["tid"]) in main]
    longest = (max((task.get(kind, 0) for task in tasks), default=0) / 1000 for kind in ("dur", "tdur"))
    return tuple(longest)


def measure(browser, address: str, width: int, height: int) -> dict:
    """One visit of one page."""
    context = browser.new_context(viewport={"width": width, "height": height})
    context.add_init_script(SHIFTS)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
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
    clock, own = longest_task(events)
    found = {
        "clock": clock,
        "own": own,
        "shift": page.evaluate("globalThis.shifted"),
        "elements": page.evaluate("document.querySelectorAll('*').length"),
        "screens": page.evaluate("document.documentElement.scrollHeight") / height,
    }
    context.close()
    return found


def main(names: list[str]) -> None:
    """Print a line for each page and width."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(BOOK)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    site = f"http://127.0.0.1:{server.server_port}/chapters"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        print(
            f"Chromium {browser.version}, slowed to 1/{SLOWED}; longest task by the clock (thread's own), ms:"
        )
        for name in names:
            body = (BOOK / "chapters" / f"{name}.html").read_bytes()
            weight = (
                f"{len(body) / 1000:.0f} kB, {len(gzip.compress(body, mtime=0)) / 1000:.0f} as it travels"
            )
            for width, height in WINDOWS:
                found = measure(browser, f"{site}/{name}.html", width, height)
                print(
                    f"  {name:28} {width:5} px  {found['clock']:5.0f} ({found['own']:4.0f})  "
                    f"shift {found['shift']:.4f}  {found['screens']:5.1f} screens  "
                    f"{found['elements']:6} elements  {weight}"
                )
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main(sys.argv[1:] or list(PAGES))
