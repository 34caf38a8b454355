"""The reporting checklist is whole, and every place it names is there."""

import re

import pytest

from livingreview.evidence import split_ids
from livingreview.pages.checklist import tabulate_checklist
from tests.conftest import ROOT


def slug(heading: str) -> str:
    """A heading's address on the built page."""
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def test_every_item_of_the_guidelines_is_there(review):
    frame = review.tables["reporting_items"]
    numbers = {
        guideline: {int(re.match(r"\d+", number).group()) for number in part["number"]}
        for guideline, part in frame.groupby("guideline")
    }
    assert numbers == {
        "prisma-2020": set(range(1, 28)),
        "prisma-lsr": set(range(1, 8)),
        "swim": set(range(1, 10)),
    }


def test_every_place_is_a_page_with_that_heading(review):
    """Looked up in the chapters' sources, so that a renamed heading shows before a build."""
    toc = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    for row in review.tables["reporting_items"].itertuples():
        for place in split_ids(row.where):
            page, _, anchor = place.partition("#")
            path = ROOT / "chapters" / page.replace(".html", ".md")
            assert path.is_file(), f"{row.item_id}: no page {page}"
            assert f"chapters/{path.stem}\n" in toc + "\n", f"{row.item_id}: no page {page}"
            slugs = {
                slug(heading)
                for heading in re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            }
            assert not anchor or anchor in slugs, (
                f"{row.item_id}: {page} has no heading #{anchor}; it has {sorted(slugs)}"
            )


@pytest.mark.book
def test_every_link_of_the_built_page_resolves(book):
    text = (book / "chapters" / "reporting-checklist.html").read_text(encoding="utf-8")
    links = {
        link
        for row in re.findall(r'<tr id="(?:prisma|swim).*?</tr>', text, re.DOTALL)
        for link in re.findall(r'href="([^"]+)"', row)
    }
    assert len(links) > 10
    for link in links:
        page, _, anchor = link.partition("#")
        target = (book / "chapters" / page).read_text(encoding="utf-8")
        assert not anchor or f'id="{anchor}"' in target, link


def test_what_is_not_met_says_so(review):
    html = str(tabulate_checklist(review).__html__())
    missing = review.tables["reporting_items"].loc[lambda frame: frame["status"].eq("not_met")]
    assert len(missing)
    assert html.count("not met</td>") == len(missing)
    for row in missing.itertuples():
        assert f'id="{row.item_id}"' in html
        assert row.note
