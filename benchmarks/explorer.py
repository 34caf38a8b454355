"""How long the evidence explorer takes to answer, at 10,000 rows, beside two usual ways to filter a table.

    python -m benchmarks.explorer [rows]

All three run in one Chromium on the same rows and the same choices, one after another;
each time goes from the choice to the page laid out anew.
The explorer keeps one page of rows in the document.
The others are what small table libraries do without paging:
draw every row that matches again (as a framework does without a virtual list),
or keep every row in the document and hide those that do not match (list.js, TableFilter).
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from livingreview.display.html import inert_json
from livingreview.evidence import Evidence, load_evidence
from livingreview.pages.explorer import pack_rows, rank_rows, show_explorer
from livingreview.pages.explorer_rows import list_rows
from tests.find_browser import find_browser

WEB = Path(__file__).resolve().parent.parent / "livingreview" / "book" / "web"
CHOICES = (
    "class=bortezomib",
    "outcome=cr",
    "q=relapse",
    "disease=aml",
    "q=children+remission",
    "sort=share",
    "class=blinatumomab&sort=patients",
    "",
)
TIMED = """async ([choices, run]) => {
  const times = [];
  for (let round = 0; round < 5; round += 1) for (const choice of choices) {
    const start = performance.now();
    await globalThis[run](choice);
    document.body.getBoundingClientRect().height; // lays the page out
    times.push(performance.now() - start);
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  }
  return times;
}"""
# The explorer is driven as by a reader who goes back and forth: it reads the address.
RIVALS = """
const choose = choice => {
  history.replaceState(null, '', `#${choice}&every=yes&context=yes`);
  dispatchEvent(new PopStateEvent('popstate'));
};
const matching = choice => {
  const wanted = new URLSearchParams(choice), words = (wanted.get('q') ?? '').split(' ').filter(Boolean);
  const names = ['class', 'outcome', 'disease'].filter(name => wanted.get(name));
  return packed.filter(row =>
    names.every(name => row.code[name] === wanted.get(name)) && words.every(word => row.text.includes(word)));
};
let packed, body, lines;
globalThis.prepareRivals = data => {
  packed = data.rows.map(cells => {
    const row = { code: {}, words: [] };
    data.columns.forEach((name, i) => {
      const codes = data.codes[name];
      row.words.push(codes ? codes[cells[i]][1] : cells[i] ?? '');
      if (codes) row.code[name] = codes[cells[i]][0];
    });
    row.text = row.words.join(' ').toLowerCase();
    row.line = `<tr><th>${row.words[7]}</th><td>${row.words[9]}</td>`
      + `<td><a href="#">${row.words[18]}</a></td><td>${row.words[21]}</td></tr>`;
    return row;
  });
  const table = document.createElement('table');
  body = document.createElement('tbody');
  table.append(body);
  document.body.append(table);
};
globalThis.runExplorer = choose;
globalThis.runRedraw = choice => { body.innerHTML = matching(choice).map(row => row.line).join(''); };
globalThis.prepareHiding = () => {
  body.innerHTML = packed.map(row => row.line).join('');
  lines = [...body.rows];
};
globalThis.runHiding = choice => {
  const kept = new Set(matching(choice));
  packed.forEach((row, i) => { lines[i].hidden = !kept.has(row); });
};
"""


def grow_rows(evidence: Evidence, count: int) -> dict:
    """The review's rows again and again, packed, each copy with an id and a question of its own: `count`."""
    rows = list_rows(evidence)
    ranks = rank_rows(evidence, rows)
    places = [i % len(rows) for i in range(count)]
    grown = [rows[place] | {"row_id": f"{rows[place]['row_id']}-{i}"} for i, place in enumerate(places)]
    return pack_rows(grown) | ranks | {"questions": [*range(count)], "places": [*range(count)], "ris": {}}


def write_page(folder: Path, evidence: Evidence, count: int) -> Path:
    """A page with nothing but the explorer and that many rows; opens from disk."""
    (folder / "_static").mkdir()
    (folder / "chapters").mkdir()
    for name in (
        "lr-page.js",
        "lr-table.js",
        "lr-sheet.js",
        "lr-cite.js",
        "lr-card.js",
        "lr-explorer.js",
        "lr-plot.js",
        "lr.css",
    ):
        (folder / "_static" / name).write_bytes((WEB / name).read_bytes())
    data = inert_json(grow_rows(evidence, count))
    (folder / "_static" / "explorer-data.js").write_text(
        f"globalThis.given = {data}; lrExplorer(given);", encoding="utf-8"
    )
    (folder / "_static" / "review.js").write_text(
        'lrReview({ version: "", source: "", address: "" });', encoding="utf-8"
    )
    page = folder / "chapters" / "explorer.html"
    scripts = "".join(
        f'<script src="../_static/{name}.js" defer></script>'
        for name in ("lr-page", "lr-table", "lr-sheet", "lr-cite", "lr-card")
    )
    style = '<link rel="stylesheet" href="../_static/lr.css">'
    head = f'<!doctype html><meta charset="utf-8"><title>x</title>{style}{scripts}'
    page.write_text(head + str(show_explorer(evidence, caption="Rows").__html__()), encoding="utf-8")
    return page


def main(count: int = 10_000) -> None:
    """Print the times."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        address = f"file://{write_page(Path(folder), load_evidence(), count)}"
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto(address)
        page.wait_for_selector(".lr-explorer[data-ready]")
        page.add_script_tag(content=RIVALS)
        print(
            f"{count} rows, Chromium {browser.version}, {len(CHOICES)} choices five times, "
            "from the choice to the page laid out:"
        )
        for title, prepare, run in (
            ("the explorer: one page of rows", "", "runExplorer"),
            ("every matching row drawn again", "prepareRivals(given)", "runRedraw"),
            ("all rows in the page, hidden or shown", "prepareHiding()", "runHiding"),
        ):
            if prepare:
                page.evaluate(prepare)
            times = page.evaluate(TIMED, [list(CHOICES), run])
            print(
                f"  {title:40} median {statistics.median(times):7.1f} ms, slowest {max(times):7.1f} ms, "
                f"{page.locator('tbody tr').count()} rows in the page"
            )
        browser.close()


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
