"""The site keeps every version for good, shares what versions have in common, and is never half published."""

import json
import re
import shutil
from pathlib import Path

import pytest

from livingreview.citation import read_citation, version_address
from livingreview.releases import ReleaseError
from livingreview.releases import site as site_module
from livingreview.releases.site import lay_out_site, list_kept, publish_site
from tests.conftest import ROOT
from tests.published import TABLE, write_book
from tests.released import FIRST, SECOND
from tests.visit import Visit, search_for

DATES = {FIRST: "2031-01-05", SECOND: "2031-02-05"}


@pytest.mark.slow
def test_only_the_project_as_released_is_published(copy):
    (copy / "_build" / "html" / "chapters").mkdir(parents=True)
    (copy / "_build" / "html" / "chapters" / "index.html").write_text(
        "<html><head></head><body>Book</body></html>", encoding="utf-8"
    )
    with pytest.raises(ReleaseError, match=f"the latest release is {FIRST}, not {SECOND}. To mend"):
        publish_site(copy, copy / "site", expected=SECOND)
    assert publish_site(copy, copy / "site", expected=FIRST) == FIRST
    assert (copy / "site" / "v" / FIRST / "chapters" / "index.html").is_file()
    assert json.loads((copy / ".zenodo.json").read_text(encoding="utf-8"))["version"] == FIRST, (
        "a release writes it"
    )
    path = copy / "chapters" / "methods.md"
    path.write_text(path.read_text(encoding="utf-8") + "\nAnother rule.\n", encoding="utf-8")
    with pytest.raises(ReleaseError, match=f"changed since {FIRST}. To mend: release the change"):
        publish_site(copy, copy / "site2")
    assert not (copy / "site2").exists()


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
        assert (site / "shared" / re.search(r'"cards/abc.js":"([^"]*)"', places)[1]).read_text(
            encoding="utf-8"
        ) == "card"
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
    with pytest.raises(ReleaseError, match=r"never changes. To mend: .* --latest-only"):
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
        with pytest.raises(ReleaseError, match=r"holds other files, which would be lost. To mend"):
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


@pytest.fixture(scope="module")
def kept(book, tmp_path_factory):
    """A site of the real book with two versions: its folder, the first, bytes of the book, bytes added.

    The second has another date, and one figure of a class is corrected.
    """
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
    """From disk: same words, figures, search, anchors and a word that there is a later version.

    Without script its prose and links.
    """
    site, version, _, _ = kept
    words = """() => { const copy = document.querySelector('article').cloneNode(true);
      copy.querySelectorAll('script, noscript').forEach(item => item.remove());
      return [copy.textContent.replace(/\\s+/g, ' '), copy.querySelectorAll('*').length]; }"""
    with Visit(chromium, "file://", f"{book}/chapters/bortezomib.html") as visit:
        own = visit.page.evaluate(words)
    with Visit(chromium, "file://", f"{site}/v/{version}/chapters/bortezomib.html") as visit:
        assert visit.page.evaluate(words) == own
        assert visit.page.locator("tr[id], details[id]").count() > 0
        banner = visit.page.locator("#lr-older")
        assert f"version {version}" in banner.inner_text()
        assert SECOND in banner.inner_text()
        assert visit.page.locator("figure.lr-chart svg:visible").count() > 0
        visit.page.locator(".bd-article p a.lr-figure").first.click()
        visit.page.get_by_role("dialog").get_by_text("Cite this", exact=True).click()
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
