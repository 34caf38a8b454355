"""How long a search takes in a book of a thousand pages, beside one in the book as it is.

    python -m benchmarks.search [pages]

The larger book is the built one several times over: each page under other names, its words in the index.
It is served on this machine and opened in Chromium;
each time goes from opening the search page with the words in its address to the first and the last result.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.conftest import Quiet
from tests.find_browser import find_browser

ROOT = Path(__file__).resolve().parent.parent
ASKED = ("remission", "neutropenia", "Wierzbowska", "bortezomib asparaginase", "xyzzy")
PLACES = ("terms", "titleterms")
NONE, OVER = (
    f"#search-results .search-summary:has-text('{words}')" for words in ("did not match", "finished")
)


def multiply(book: Path, folder: Path, times: int) -> Path:
    """A book with every page so many times."""
    text = (book / "searchindex.js").read_text(encoding="utf-8")
    start, end = text.index("{"), text.rindex("}") + 1
    index = json.loads(text[start:end])
    count = len(index["docnames"])
    for name in ("docnames", "filenames"):
        index[name] = [
            item if turn == 0 else item.replace("chapters/", f"chapters/{turn}-", 1)
            for turn in range(times)
            for item in index[name]
        ]
    index["titles"] = index["titles"] * times
    for name in PLACES:
        index[name] = {
            word: [
                place + turn * count
                for turn in range(times)
                for place in (places if isinstance(places, list) else [places])
            ]
            for word, places in index[name].items()
        }
    index["alltitles"] = {
        title: [[place + turn * count, anchor] for turn in range(times) for place, anchor in places]
        for title, places in index["alltitles"].items()
    }
    for path in book.rglob("*"):
        target = folder / path.relative_to(book)
        if path.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif path.name != "searchindex.js":
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, target) if path.stat().st_dev == folder.stat().st_dev else target.write_bytes(
                path.read_bytes()
            )
    (folder / "searchindex.js").write_text(
        text[:start] + json.dumps(index, separators=(",", ":"), ensure_ascii=False) + text[end:],
        encoding="utf-8",
    )
    return folder


def search(browser, address: str, words: str) -> tuple[float, float, int]:
    """Seconds until the first result and until the last, and how many there are.

    In a browser that has seen nothing of the book before.
    """
    context = browser.new_context()
    page = context.new_page()
    start = time.perf_counter()
    page.goto(f"{address}/search.html?q={words}", wait_until="commit")
    page.wait_for_selector(f"#search-results li, {NONE}")
    first = time.perf_counter() - start
    page.wait_for_selector(f"{OVER}, {NONE}")
    last = time.perf_counter() - start
    found = page.locator("#search-results li").count()
    context.close()
    return first, last, found


def main(pages: int = 1000) -> None:
    """Print the times."""
    book = ROOT / "_build" / "html"
    own = len(list(book.rglob("*.html")))
    with tempfile.TemporaryDirectory(dir=ROOT / "_build") as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        print(
            f"Chromium {browser.version}; seconds from opening the search page "
            "to the first and the last result, median of three, nothing cached:"
        )
        for times in (1, -(-pages // own)):
            folder = multiply(book, Path(name) / str(times), times)
            server = http.server.ThreadingHTTPServer(
                ("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))
            )
            threading.Thread(target=server.serve_forever, daemon=True).start()
            index = (folder / "searchindex.js").read_bytes()
            print(
                f"  {own * times} pages, index {len(index) / 1e3:.0f} kB "
                f"({len(gzip.compress(index)) / 1e3:.0f} kB as it travels)"
            )
            for words in ASKED:
                done = [search(browser, f"http://127.0.0.1:{server.server_port}", words) for _ in range(3)]
                first, last = (statistics.median(run[place] for run in done) for place in (0, 1))
                print(f"    {words:26}{first:6.2f} s, all {done[0][2]} after {last:6.2f} s", flush=True)
            server.shutdown()
        browser.close()


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:]))
