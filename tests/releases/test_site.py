"""The site keeps every version for good, shares what versions have in common, and is never half published; the zip opens from disk."""

import datetime
import json
import re
import shlex
import shutil
import zipfile
from pathlib import Path

import pytest
import yaml

from livingreview import cli
from livingreview.citation import cite_row, describe_deposit, read_citation, version_address
from livingreview.evidence import load_package
from livingreview.evidence.upkeep import Upkeep, tell_due
from livingreview.releases import ReleaseError
from livingreview.releases import site as site_module
from livingreview.releases.offline import zip_book
from livingreview.releases.shared import SharedFolder, share_elements
from livingreview.releases.site import lay_out_site, list_kept
from tests.conftest import ROOT
from tests.review.test_browser import Visit

FIRST, SECOND = "2031.1.0", "2031.2.0"
DATES = {FIRST: "2031-01-05", SECOND: "2031-02-05"}
TABLE = f"<table><caption>Response</caption><tbody><tr><td>{'a number ' * 60}</td></tr></tbody></table>"


def write_book(folder: Path, version: str, table: str = TABLE) -> Path:
    """A book of two pages, with what the real one has: a frame, a style with a font, a chart's script, a search index."""
    page = """<!DOCTYPE html>
<html lang="en" data-content_root="../">
<head><meta charset="utf-8"><meta name="version" content="{version}"><link rel="stylesheet" href="../_static/styles/lr.css?v=1"><script src="../_static/lr.js"></script></head>
<body class="x">
<div id="frame"><p>{frame}</p>
<article class="bd-article"><h1>{title}</h1><p>Own words of {version}.</p>{table}<p><a href="../data/all.zip">Data</a> <a href="../feed.xml">Feed</a></p></article>
</div></body>
</html>
"""
    files = {
        f"chapters/{name}.html": page.format(version=version, frame="menu " * 200, title=name, table=table)
        for name in ("index", "one")
    }
    files |= {
        "index.html": '<meta http-equiv="Refresh" content="0; url=chapters/index.html" />\n',
        "_static/styles/lr.css": "@font-face { src: url(../font.woff2) }",
        "_static/font.woff2": "font" * 5000,
        "_static/lr.js": "/* lr */",
        "_static/charts/abc.js": "chart",
        "data/all.zip": "zip" * 3000,
        "feed.xml": "<feed/>",
        "searchindex.js": f"index of {version}",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def read_all(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def follow_links(site: Path, page: Path) -> list[str]:
    """Links of a page that lead nowhere inside the site."""
    links = re.findall(r'(?:href|src)="([^"#:?]+)', page.read_text(encoding="utf-8"))
    return [link for link in links if not (page.parent / link).resolve().is_file()]


@pytest.fixture
def site(tmp_path):
    """A site with two versions."""
    for version in (FIRST, SECOND):
        lay_out_site(write_book(tmp_path / version, version), tmp_path / "site", version, DATES)
    return tmp_path / "site"


def test_the_root_is_the_latest_book_and_each_version_stays(site, tmp_path):
    latest = read_all(tmp_path / SECOND)
    assert {name: content for name, content in read_all(site).items() if name in latest} == latest
    assert list_kept(site) == [FIRST, SECOND]
    for version in (FIRST, SECOND):
        page = site / "v" / version / "chapters" / "one.html"
        text = page.read_text(encoding="utf-8")
        assert f'content="{version}"' in text
        assert f"Own words of {version}." in text
        assert "menu menu" not in text
        assert (
            f'<noscript><p>Version {version} of {DATES[version]}. <a href="../../../chapters/one.html">'
            in text
        )
        assert "<p><a href=" in text
        assert ">Response</a>" in text
        assert follow_links(site, page) == []
        for style in re.findall(r'href="([^"]*\.css)"', text):
            (font,) = re.findall(r"url\(([^)]*)\)", (page.parent / style).read_text(encoding="utf-8"))
            assert ((page.parent / style).parent / font).resolve().is_file()
        places = (site / "v" / version / "places.js").read_text(encoding="utf-8")
        assert (site / "shared" / re.search(r'"charts/abc.js":"([^"]*)"', places)[1]).read_text(
            encoding="utf-8"
        ) == "chart"
    told = json.loads(re.search(r"told = (\{.*\});", (site / "versions.js").read_text(encoding="utf-8"))[1])
    assert told["latest"] == SECOND
    assert told["dates"] == DATES
    assert "chapters/one.html" in told["pages"]


def test_a_cited_address_is_one_that_publishing_makes(site):
    record = read_citation(ROOT) | {"url": "https://example.org/review/", "version": FIRST}
    assert (
        site / version_address(record, "chapters/one.html").removeprefix("https://example.org/review/")
    ).is_file()


def test_a_kept_version_never_changes(site, tmp_path):
    before = read_all(site)
    lay_out_site(tmp_path / SECOND, site, SECOND, DATES)
    assert read_all(site) == before, "publishing again changes nothing"
    changed = write_book(tmp_path / "changed", SECOND, TABLE.replace("number", "figure"))
    with pytest.raises(ReleaseError, match="never changes. To mend: .* --latest-only"):
        lay_out_site(changed, site, SECOND, DATES)
    with pytest.raises(ReleaseError, match=f"keeps {SECOND}, which is later"):
        lay_out_site(tmp_path / FIRST, site, FIRST, DATES)
    assert read_all(site) == before
    lay_out_site(changed, site, SECOND, DATES, latest_only=True)
    after = read_all(site)
    assert "figure" in after["chapters/one.html"].decode()
    assert {name: after[name] for name in before if name.startswith(("v/", "shared/"))} == {
        name: before[name] for name in before if name.startswith(("v/", "shared/"))
    }


def test_what_is_no_site_is_not_overwritten(site, tmp_path):
    for name in ("home", "fresh.old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "letter.txt").write_text("mine", encoding="utf-8")
    for target in ("home", "fresh"):
        with pytest.raises(ReleaseError, match="holds other files, which would be lost. To mend"):
            lay_out_site(tmp_path / FIRST, tmp_path / target, FIRST, DATES)
    assert (
        (tmp_path / "home" / "letter.txt").read_text(encoding="utf-8")
        == (tmp_path / "fresh.old" / "letter.txt").read_text(encoding="utf-8")
        == "mine"
    )
    (site / "CNAME").write_text("review.example", encoding="utf-8")
    (site / ".git").mkdir()
    (site / ".git" / "HEAD").write_text("ref", encoding="utf-8")
    third = "2031.3.0"
    lay_out_site(write_book(tmp_path / third, third), site, third, DATES | {third: "2031-03-05"})
    assert (site / "CNAME").is_file()
    assert (site / ".git" / "HEAD").is_file()
    assert list_kept(site) == [FIRST, SECOND, third]


@pytest.mark.parametrize("step", ["carry_over", "keep_version", "tell_versions", "replace_folder"])
def test_a_publication_that_dies_leaves_the_site_whole(site, tmp_path, monkeypatch, step):
    """Killed outright: not even the tidying runs."""
    before, third = read_all(site), "2031.3.0"
    book = write_book(tmp_path / third, third)
    with monkeypatch.context() as patch:
        patch.setattr(site_module, step, lambda *_: (_ for _ in ()).throw(SystemExit("killed")))
        patch.setattr(site_module.shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(SystemExit):
            lay_out_site(book, site, third, DATES)
    assert read_all(site) == before
    lay_out_site(book, site, third, DATES)
    assert list_kept(site) == [FIRST, SECOND, third]
    assert not site.with_name("site.new").exists()
    assert {
        name: content
        for name, content in read_all(site).items()
        if name in before and name.startswith(("v/", "shared/"))
    } == {name: before[name] for name in before if name.startswith(("v/", "shared/"))}


def test_parts_are_taken_in_as_they_were(tmp_path):
    """What the scripts write, put together, is the page's own text; quotation marks, tags and scripts in it survive."""
    text = f'<p>Before</p><details><script>let a = "</b>";</script><details>é “x” \\ {"y" * 500}</details></details><p>After</p>'
    shared = share_elements(text, "shared/", SharedFolder(tmp_path))
    kept = re.sub(r"<noscript>.*?</noscript>", "", shared)
    assert "yyy" not in kept
    read = re.sub(
        r'<script src="shared/([^"]*)"></script>',
        lambda match: json.loads(
            re.search(r"document\.write\((.*)\); me", (tmp_path / match[1]).read_text(encoding="utf-8"))[
                1
            ].replace("<\\/", "</")
        ),
        kept,
    )
    assert read == text


def test_a_script_that_loads_others_asks_where_a_kept_version_has_them():
    for path in (ROOT / "livingreview" / "book" / "web").glob("lr-*.js"):
        text = path.read_text(encoding="utf-8")
        if "document.currentScript.src" in text:
            assert "lrPlace" in text, (
                f"{path.name} loads files beside itself: `script.src = globalThis.lrPlace?.(name) ?? new URL(name, here)` finds them in a kept version too"
            )


def test_publish_refuses_what_cannot_be_cited(project, capsys):
    shutil.copy(ROOT / "CITATION.cff", project)
    assert cli.main(["--root", str(project), "publish", str(project / "site")]) == 1
    assert "livingreview build" in capsys.readouterr().err
    with pytest.raises(ReleaseError, match="livingreview release"):
        site_module.publish_site(project, project / "site")
    assert not (project / "site").exists()


def test_the_zip_is_the_same_bytes_twice(tmp_path):
    book = write_book(tmp_path / "book", FIRST)
    first, second = (
        zip_book(book, tmp_path / "a" / "book.zip").read_bytes(),
        zip_book(book, tmp_path / "b" / "book.zip").read_bytes(),
    )
    assert first == second
    with pytest.raises(FileNotFoundError, match="livingreview build"):
        zip_book(tmp_path / "none", tmp_path / "c.zip")


def test_the_archive_record_agrees_with_the_citation():
    record = json.loads((ROOT / ".zenodo.json").read_text(encoding="utf-8"))
    expected = describe_deposit(read_citation(ROOT), load_package(ROOT / "data").description)
    assert record == expected, "CITATION.cff changed. To mend: livingreview zenodo"
    assert record["creators"] == [{"name": "The living review contributors"}]
    assert "doi" not in record
    person = {"family-names": "B", "given-names": "A", "orcid": "https://orcid.org/0000-0002-1825-0097"}
    assert describe_deposit(read_citation(ROOT) | {"authors": [person]}, "x")["creators"] == [
        {"name": "B, A", "orcid": "0000-0002-1825-0097"}
    ]


@pytest.mark.parametrize(
    ("upkeep", "day", "told"),
    [
        (None, "2031-01-01", False),
        (Upkeep("living"), "2031-01-01", False),
        ("2031-01-02", "2031-01-01", False),
        ("2031-01-02", "2031-01-02", True),
        ("2031-01-02", "2032-01-01", True),
    ],
)
def test_a_search_is_due_from_its_day_on(upkeep, day, told):
    if isinstance(upkeep, str):
        upkeep = Upkeep("living", (("A source", None),), stated_due=datetime.date.fromisoformat(upkeep))
    words = tell_due(upkeep, datetime.date.fromisoformat(day))
    assert bool(words) is told
    assert not told or (words.splitlines()[0] == "A search was due on 2031-01-02" and "A source" in words)


def test_due_speaks_by_its_exit_code(project, capsys):
    assert cli.main(["--root", str(project), "due"]) == 0
    (project / "review.yml").write_text("mode: living\nnext_due: 2020-01-01\n", encoding="utf-8")
    capsys.readouterr()
    assert cli.main(["--root", str(project), "due"]) == 1
    assert capsys.readouterr().out.startswith("A search was due on 2020-01-01\n")


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_call_what_there_is_and_nothing_that_moves(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    targets = re.findall(r"^(\w[\w-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert workflow["permissions"]["contents"] == "read"
    for job in workflow["jobs"].values():
        if "uses" in job:
            assert (ROOT / job["uses"]).is_file()
            continue
        assert not job["runs-on"].endswith("latest")
        assert job["timeout-minutes"]
        for step in job["steps"]:
            if "uses" in step:
                assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"]), (
                    "an action is named by its commit"
                )
                continue
            called = [
                shlex.split(call) for call in re.findall(r"\.venv/bin/livingreview ([^\n;|)]*)", step["run"])
            ]
            for call in called:
                cli.parse_arguments(call)
            made = re.findall(r"\bmake (\w+)", step["run"])
            assert set(made) <= set(targets)
            assert (
                called
                or made
                or "git -C" in step["run"]
                or "git fetch" in step["run"]
                or (ROOT / step["run"]).is_file()
            ), step
    assert not re.search(r"pypi|npmjs|conda|docker\.", path.read_text(encoding="utf-8"))


def test_there_are_workflows_for_changes_releases_and_due_dates():
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "due.yml", "publish.yml"]
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


@pytest.mark.browser
def test_a_problem_with_a_row_is_reported_with_its_address(chromium, tmp_path):
    record = read_citation(ROOT) | {"repository-code": "https://example.org/owner/review"}
    script = (ROOT / "livingreview" / "book" / "web" / "lr-cite.js").read_text(encoding="utf-8")
    row = '<table class="lr-table"><tbody><tr id="r.outcome.cr"><th>Complete remission</th><td data-label="Value">3/7</td></tr></tbody></table>'
    for name, line in (("set", cite_row(record, "r")), ("unset", cite_row(read_citation(ROOT), "r"))):
        (tmp_path / f"{name}.html").write_text(
            f"<!DOCTYPE html><meta charset=utf-8>{line.__html__()}{row}<script>{script}</script>",
            encoding="utf-8",
        )
    with Visit(chromium, "file://", f"{tmp_path}/set.html") as visit:
        visit.page.get_by_role("button", name="Cite r.outcome.cr").click()
        address = visit.page.locator("tr a", has_text="Report a problem").get_attribute("href")
        assert address.startswith("https://example.org/owner/review/issues/new?")
        assert "title=Row+r.outcome.cr" in address
        assert "3%2F7" in address
        assert "set.html%23r.outcome.cr" in address
    with Visit(chromium, "file://", f"{tmp_path}/unset.html") as visit:
        visit.page.get_by_role("button", name="Cite r.outcome.cr").click()
        assert visit.page.get_by_text("Report a problem").count() == 0


def search_for(visit, word: str) -> int:
    """How many pages a search from the open page's book finds."""
    visit.page.goto(re.sub(r"chapters/.*", f"search.html?q={word}", visit.page.url), wait_until="load")
    visit.page.wait_for_selector("#search-results .search-summary:has-text('found'), #search-results li")
    return visit.page.locator("#search-results li").count()


@pytest.mark.book
@pytest.mark.browser
def test_the_zip_opens_from_disk(book, chromium, tmp_path):
    target = zip_book(book, tmp_path / "review.zip")
    with zipfile.ZipFile(target) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "review"
    with Visit(chromium, "file://", f"{folder}/index.html") as visit:
        visit.page.wait_for_url("**/chapters/index.html")
        visit.page.goto(f"file://{folder}/chapters/bortezomib.html", wait_until="load")
        visit.scroll()
        assert visit.page.locator("figure.lr-chart[data-live=yes]").count() > 0
        assert search_for(visit, "bortezomib") > 3
        assert visit.failed == visit.offsite == visit.console == []


@pytest.fixture(scope="module")
def kept(book, tmp_path_factory):
    """A site of the real book with two versions, the second with another date and one figure of a class corrected; bytes of the book, bytes the second added."""
    folder = tmp_path_factory.mktemp("kept")
    record = read_citation(ROOT)
    swaps = (
        (record["version"], SECOND),
        (record["date-released"], "2031-02-05"),
        (record["date-released"].replace("-", "/"), "2031/02/05"),
    )
    shutil.copytree(book, folder / "second")
    for path in (folder / "second").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for old, new in swaps:
            text = text.replace(old, new)
        path.write_text(text.replace("1/9", "2/9") if "bortezomib" in path.name else text, encoding="utf-8")
    lay_out_site(book, folder / "site", record["version"], {record["version"]: record["date-released"]})
    before = sum(
        path.stat().st_size
        for part in ("v", "shared")
        for path in (folder / "site" / part).rglob("*")
        if path.is_file()
    )
    lay_out_site(
        folder / "second",
        folder / "site",
        SECOND,
        {record["version"]: record["date-released"], SECOND: "2031-02-05"},
    )
    after = sum(
        path.stat().st_size
        for part in ("v", "shared")
        for path in (folder / "site" / part).rglob("*")
        if path.is_file()
    )
    return (
        folder / "site",
        record["version"],
        sum(path.stat().st_size for path in book.rglob("*") if path.is_file()),
        after - before,
    )


@pytest.mark.book
def test_a_further_release_adds_little(kept):
    _, _, whole, added = kept
    assert added < 0.15 * whole, f"{added} bytes, {added / whole:.1%} of the book"


@pytest.mark.book
@pytest.mark.browser
def test_a_kept_page_is_the_page_it_was(kept, book, chromium):
    """From disk: same words, live charts, search, anchors and a word that there is a later version; without script its prose and links."""
    site, version, _, _ = kept
    words = """() => { const copy = document.querySelector('article').cloneNode(true);
      copy.querySelectorAll('script, noscript, .lr-live').forEach(item => item.remove());
      return [copy.textContent.replace(/\\s+/g, ' '), copy.querySelectorAll('*').length]; }"""
    with Visit(chromium, "file://", f"{book}/chapters/bortezomib.html") as visit:
        own = visit.page.evaluate(words)
    with Visit(chromium, "file://", f"{site}/v/{version}/chapters/bortezomib.html") as visit:
        assert visit.page.evaluate(words) == own
        assert visit.page.locator("tr[id], details[id]").count() > 0
        banner = visit.page.locator("#lr-older")
        assert f"version {version}" in banner.inner_text()
        assert SECOND in banner.inner_text()
        visit.scroll()
        assert visit.page.locator("figure.lr-chart[data-live=yes]").count() > 0
        visit.page.locator(".bd-article p a.lr-figure").first.click()
        visit.page.get_by_role("dialog").get_by_text("Cite this figure").click()
        assert f"Version {version}" in visit.page.locator(".lr-card .lr-rowcite").inner_text()
        visit.page.goto(f"file://{site}/v/{version}/chapters/explorer.html")
        visit.page.wait_for_selector(".lr-explorer[data-ready]")
        assert search_for(visit, "bortezomib") > 3
        visit.page.goto(f"file://{site}/v/{version}/chapters/bortezomib.html")
        banner.get_by_role("link", name=SECOND).click()
        visit.page.wait_for_url("**/site/chapters/bortezomib.html")
        assert visit.page.locator("#lr-older").count() == 0
        visit.page.goto(f"file://{site}/v/{SECOND}/chapters/bortezomib.html")
        assert visit.page.locator("#lr-older").count() == 0
        assert visit.failed == visit.offsite == visit.console == []
    with Visit(chromium, "file://", f"{site}/v/{version}/chapters/bortezomib.html", script=False) as visit:
        text = visit.page.inner_text("body")
        assert f"Version {version}" in text
        assert visit.page.locator("article p:visible").count() > 5
        part = visit.page.locator("noscript a[href*='shared/']").first.get_attribute("href")
        assert (site / "v" / version / "chapters" / part).resolve().is_file()
