"""The what-if panel in a real browser: from the keyboard, from disk, on a phone, without script."""

import json

import pytest

from livingreview.tables.plan import synthesis_plan
from tests.test_browser import Visit

pytestmark = [pytest.mark.book, pytest.mark.browser]
SHOWN = """() => { const panel = document.querySelector('.lr-whatif'), text = (name) => [...panel.querySelectorAll(name)].map((item) => item.textContent.trim());
  return { sentence: text('.lr-whatif-sentence')[0], caption: text('.lr-whatif-forest caption')[0] || '', rows: text('.lr-whatif-forest tbody tr'), left: text('.lr-whatif-left li'),
    model: panel.querySelector('select[name=model]').value, locked: panel.querySelector('select[name=model]').disabled }; }"""


def choose(page, name, down):
    """Reach a control with Tab alone and press Down."""
    for _ in range(400):
        if page.evaluate("document.activeElement.name") == name:
            break
        page.keyboard.press("Tab")
    else:
        pytest.fail(f"the control {name!r} cannot be reached with Tab")
    for _ in range(down):
        page.keyboard.press("ArrowDown")


def test_keyboard_changes_forest_and_sentence_together(book, chromium, review):
    """From disk: the review's own result stands first; each control changes picture and sentence as one."""
    plans = synthesis_plan(review)
    pooled = next(plan for plan in plans if plan.decision == "pooled")
    with Visit(chromium, "file://", f"{book}/chapters/methods.html") as visit:
        page = visit.page
        first = page.evaluate(SHOWN)
        assert first["model"].startswith("Binomial-normal")
        assert first["sentence"].startswith(first["model"])
        assert len(first["rows"]) == len(pooled.entries) + 1
        assert pooled.outcome in first["caption"]
        assert first["left"]
        choose(page, "model", 1)
        second = page.evaluate(SHOWN)
        assert second["sentence"].startswith(second["model"])
        assert second["model"] != first["model"]
        assert second["rows"][-1] != first["rows"][-1]
        assert second["rows"][:-1] == first["rows"][:-1]
        assert "A new study would be expected" in second["sentence"]
        assert page.locator(".lr-whatif-new").count() == 1
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Shift+Tab")
        assert page.evaluate("document.activeElement.name") == "outcome"
        for _ in range(sum(plan.stratum == pooled.stratum and plan.decision == "pooled" for plan in plans)):
            page.keyboard.press("ArrowDown")
        third = page.evaluate(SHOWN)
        assert third["locked"]
        assert "No pooled value: " in third["sentence"]
        assert third["caption"] != second["caption"]
        assert "Pooled" not in "".join(third["rows"])
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("End")
        last = page.evaluate(SHOWN)
        assert page.evaluate("document.activeElement.name") == "population"
        assert "No pooled value: " in last["sentence"]
        assert last["left"]
        assert visit.console == []
        assert visit.offsite == []


def test_every_combination_is_reached_and_told(site, chromium, review):
    """Each entry of the page's data is shown by its three controls, with every study, and none is wider than a phone."""
    with Visit(chromium, site, "chapters/methods.html", width=390, scheme="dark") as visit:
        page = visit.page
        assert page.get_by_text("Choosing needs JavaScript").is_hidden()
        options = json.loads(page.locator(".lr-whatif-data").text_content())
        assert len(options) == len(synthesis_plan(review))
        assert page.locator(".lr-whatif optgroup").first.get_attribute("label") == "Pooled"
        for option in options:
            for name in ("population", "outcome", "base"):
                page.locator(f".lr-whatif select[name={name}]").select_option(value=option[name])
            shown = page.evaluate(SHOWN)
            assert shown["sentence"] in [model["sentence"] for model in option["models"]]
            assert shown["left"] == option["left_out"]
            assert len(shown["rows"]) == len(option["studies"]) + ("value" in option["models"][0])
        assert (
            page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        )
        assert visit.console == []
        assert visit.failed == []


def test_without_script_every_sentence_stands_in_a_table(site, chromium, review):
    with Visit(chromium, site, "chapters/methods.html", script=False) as visit:
        panel = visit.page.locator(".lr-whatif")
        assert panel.locator("form").is_hidden()
        assert panel.get_by_text("Choosing needs JavaScript").is_visible()
        panel.locator("details summary").click()
        sentences = panel.locator("details tbody tr").all_inner_texts()
        assert len(sentences) >= len(synthesis_plan(review))
        assert all("No pooled value" in text or "95% interval" in text for text in sentences)
