"""The what-if panel: each choice is the plan's; by keyboard, from disk, on a phone, without script."""

import json

import pytest

from livingreview.display.numbers import format_percent
from livingreview.pages.whatif import CHOICES, describe_plan, show_what_if
from livingreview.synthesis import leave_one_out
from livingreview.tables.plan import synthesis_plan
from livingreview.tables.pool import CARES, KINDS, LEAST_STUDIES, PRIMARY
from livingreview.tables.synthesis import MODELS, say_rule, say_without
from tests.visit import Visit

SHOWN = """() => {
  const panel = document.querySelector('.lr-whatif'), model = panel.querySelector('select[name=model]');
  const text = (name) => [...panel.querySelectorAll(name)].map((item) => item.textContent.trim());
  return {
    sentence: text('.lr-whatif-sentence')[0], caption: text('.lr-whatif-forest caption')[0] || '',
    rows: text('.lr-whatif-forest tbody tr'), left: text('.lr-whatif-left li'),
    model: model.value, locked: model.disabled,
  };
}"""

# Each combination chosen as a person chooses it, one control after the other; what is then shown.
CHOSEN = f"""(combinations) => combinations.map((choices) => {{
  for (const [name, value] of choices) {{
    const select = document.querySelector(`.lr-whatif select[name=${{name}}]`);
    if (![...select.options].some((one) => one.value === value)) throw Error(`${{name}}: no ${{value}}`);
    select.value = value;
    select.dispatchEvent(new Event('change', {{bubbles: true}}));
  }}
  return ({SHOWN})();
}})"""


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


@pytest.mark.book
@pytest.mark.browser
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
        assert "A new study would be expected" in first["sentence"]
        assert "A new study would be expected" in second["sentence"]
        assert page.locator(".lr-whatif-new").count() == 1
        for _ in range(3):
            page.keyboard.press("Shift+Tab")
        assert page.evaluate("document.activeElement.name") == "outcome"
        page.keyboard.press("End")
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


@pytest.mark.book
@pytest.mark.browser
def test_every_combination_is_reached_and_told(site, chromium, review):
    """Each entry of the page's data is shown by its four controls, with every study; it fits a phone."""
    with Visit(chromium, site, "chapters/methods.html", width=390, scheme="dark") as visit:
        page = visit.page
        assert page.get_by_text("Choosing needs JavaScript").is_hidden()
        options = json.loads(page.locator(".lr-whatif-data").text_content())
        assert len(options) == len(synthesis_plan(review, kinds=tuple(KINDS)))
        assert page.locator(".lr-whatif optgroup").first.get_attribute("label") == "Pooled"
        seen = page.evaluate(CHOSEN, [[[name, option[name]] for name in CHOICES] for option in options])
        for option, shown in zip(options, seen, strict=True):
            assert shown["sentence"] in [model["sentence"] for model in option["models"]]
            assert shown["left"] == option["left_out"]
            assert len(shown["rows"]) == len(option["studies"]) + ("value" in option["models"][0])
        assert (
            page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        )
        assert visit.console == []
        assert visit.failed == []


PRESSED = (
    "() => [...document.querySelectorAll('.lr-whatif-study')].map(one => one.getAttribute('aria-pressed'))"
)


@pytest.mark.book
@pytest.mark.browser
def test_a_study_is_left_out_by_its_name_and_the_address_keeps_it(book, chromium, review):
    """From disk: the pool moves, the study stays in sight, a second press takes it back in."""
    plan = next(
        plan for plan in synthesis_plan(review) if plan.decision == "pooled" and len(plan.entries) > 3
    )
    with Visit(chromium, "file://", f"{book}/chapters/methods.html#pool={plan.key}") as visit:
        page = visit.page
        whole = page.evaluate(SHOWN)
        assert len(whole["rows"]) == len(plan.entries) + 1
        names = page.locator(".lr-whatif-study")
        assert names.count() == len(plan.entries)
        names.nth(1).click()
        left = page.evaluate(SHOWN)
        assert page.evaluate(PRESSED) == ["false", "true"] + ["false"] * (len(plan.entries) - 2)
        assert left["sentence"].startswith(f"Without {plan.entries[1].name.split(':')[0]}: Binomial-normal")
        assert left["rows"][-1] != whole["rows"][-1]
        assert len(left["rows"]) == len(whole["rows"])
        assert left["locked"], "by the review's own model alone"
        assert page.evaluate("document.activeElement.dataset.study") == plan.entries[1].row_id
        address = page.url
        assert f"without={plan.entries[1].row_id}" in address
        names.nth(0).click()
        other = page.evaluate(SHOWN)
        assert other["sentence"].startswith(f"Without {plan.entries[0].name.split(':')[0]}: ")
        page.keyboard.press("Enter")
        assert page.evaluate(SHOWN)["sentence"] == whole["sentence"]
        assert "without" not in page.url
        page.goto("about:blank")
        page.goto(address)
        assert page.evaluate(SHOWN) == left, "a shared address shows the same"
        choose(page, "rule", 1)
        assert "without" in page.url, "under another rule the same study stays out"
        assert page.evaluate(SHOWN)["sentence"].startswith(f"Without {plan.entries[1].name.split(':')[0]}: ")
        page.locator(".lr-whatif select[name=population]").select_option(index=1)
        assert "without" not in page.url, "another population does not hold it"
        assert visit.console == []
        assert visit.offsite == []


@pytest.mark.book
@pytest.mark.browser
def test_an_address_that_names_nothing_shows_the_first_pool(site, chromium):
    with Visit(chromium, site, "chapters/methods.html#pool=none&without=none&model=9") as visit:
        assert visit.page.evaluate(SHOWN)["sentence"].startswith("Binomial-normal")
        assert visit.console == []


@pytest.mark.book
@pytest.mark.browser
def test_without_script_every_sentence_stands_in_a_table(site, chromium, review):
    with Visit(chromium, site, "chapters/methods.html", script=False) as visit:
        panel = visit.page.locator(".lr-whatif")
        assert panel.locator("form").is_hidden()
        assert panel.get_by_text("Choosing needs JavaScript").is_visible()
        panel.locator("details summary").click()
        sentences = panel.locator("details tbody tr").all_inner_texts()
        assert len(sentences) >= len(synthesis_plan(review))
        assert all("No pooled value" in text or "95% interval" in text for text in sentences)


@pytest.mark.slow
def test_every_combination_of_the_panel_is_the_plans(review):
    """What the page holds is what the library gives for the same counts, model by model.

    A refused combination says why.
    """
    data = json.loads(str(show_what_if(review).values["data"]).replace("\\u003c", "<"))
    plans = synthesis_plan(review, kinds=tuple(KINDS))
    assert len(data) == len(plans) > len(synthesis_plan(review)), "pools with one rule changed are there too"
    assert [option["decision"] for option in data] == sorted(
        (option["decision"] for option in data), key=["Pooled", "Shown, not pooled", "Not pooled"].index
    )
    by_place = {tuple(option[name] for name in CHOICES): option for option in data}
    assert len(by_place) == len(plans)
    pooled = 0
    for plan in plans:
        rule = f"primary, {plan.when}" if plan.kind == PRIMARY else say_rule(review, plan)
        option = by_place[plan.stratum, plan.outcome, plan.base, rule]
        assert [study["figures"][-1]["text"].partition(" ")[0] for study in option["studies"]] == [
            f"{entry.events}/{entry.total}" for entry in plan.entries
        ]
        assert option["left_out"] == say_without(review, plan)
        if plan.kind not in CARES:
            assert len(option["left_out"]) == len({reason for _, _, reason in plan.left_out})
        if plan.decision != "pooled":
            assert [
                result["sentence"].endswith(f"No pooled value: {plan.reason}.") and "value" not in result
                for result in option["models"]
            ] == [True]
            continue
        assert [result["name"] for result in option["models"]] == [name for _, name, _ in MODELS], (
            "the review's own model stands first"
        )
        pooled += 1
        if pooled % 3:  # an exact fit takes its time
            continue
        for (model, _, _), result in zip(MODELS, option["models"], strict=True):
            fit = plan.fit(model)
            assert [result[key] for key in ("value", "low", "high")] == pytest.approx(
                [100 * fit.estimate, 100 * fit.ci[0], 100 * fit.ci[1]], abs=0.0501
            )
            assert result["text"].startswith(format_percent(fit.estimate, fit.total))
            assert result["text"].split(" [")[0] in result["sentence"]
        own = option["models"][0]
        assert own["new_study"] == pytest.approx([100 * end for end in plan.new_study], abs=0.0501)
        assert "A new study would be expected" in own["sentence"]


@pytest.mark.slow
def test_each_pool_without_one_of_its_studies_is_that_of_the_library(review):
    compared = few = 0
    for plan in synthesis_plan(review, kinds=tuple(KINDS)):
        told = describe_plan(review, plan)
        assert told["key"] == plan.key
        for place, study in enumerate(told["studies"]):
            assert ("without" in study) == (plan.decision == "pooled")
            if "without" not in study:
                continue
            words = study["without"]["sentence"]
            assert words.startswith(f"Without {plan.entries[place].name.split(':')[0]}: ")
            if len(plan.entries) == LEAST_STUDIES:
                few += 1
                assert words.endswith("No pooled value: two studies: both shown, none pooled.")
                continue
            fit = leave_one_out(plan.events, plan.totals)[place]
            if fit.status == "ok":
                compared += 1
                assert [study["without"][key] for key in ("value", "low", "high")] == pytest.approx(
                    [100 * fit.estimate, 100 * fit.ci[0], 100 * fit.ci[1]], abs=0.0501
                )
    assert compared > 50
    assert few > 5


@pytest.mark.slow
def test_every_part_of_a_sum_has_its_link(review):
    """A study whose count is added up from cohorts leads to each of them, not to the first alone."""
    plan, entry = next(
        (plan, entry) for plan in synthesis_plan(review) for entry in plan.entries if entry.arithmetic
    )
    told = next(
        study for study in describe_plan(review, plan)["studies"] if study["name"].startswith(entry.name)
    )
    *parts, total = told["figures"]
    assert [part["text"] for part in parts] == [f"{part.events}/{part.total}" for part in entry.parts]
    assert len({part["href"] for part in parts}) == len(entry.row_ids) > 1
    assert all(part["href"].endswith(row) for part, row in zip(parts, entry.row_ids, strict=True))
    assert "href" not in total
    assert total["text"].startswith(f"{entry.events}/{entry.total}")
