"""The evidence explorer: every row is in it, its numbers are the book's, and a view is an address."""

import csv
import io
import itertools
import json
import re
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from benchmarks.explorer import write_page
from livingreview.evidence import records
from livingreview.pages.explorer import FILTERS, check_view, pack_rows, rank_rows, show_explorer
from livingreview.pages.explorer_rows import COLUMNS, TABLES
from livingreview.tables.choice import kinship
from tests.visit import ADDRESS, Visit, counted, open_explorer, taken

ANY = "group:"  # begins a choice that means any outcome of a group


def test_packed_rows_unpack_to_the_same(rows):
    rows = rows[::50]
    packed = json.loads(json.dumps(pack_rows(rows)))
    for row, cells in zip(rows, packed["rows"], strict=True):
        for name, cell in zip(packed["columns"], cells, strict=True):
            known = packed["codes"].get(name)
            assert (tuple(known[cell]) if known else cell) == row[name]


@pytest.mark.slow
def test_every_filter_is_a_column_with_a_control_and_a_label(review):
    html = str(show_explorer(review, caption="Rows").__html__())
    for name in FILTERS:
        assert name in COLUMNS
        assert (
            html.count(f'<select id="lr-{name}" name="{name}" data-filter>')
            == html.count(f'<label for="lr-{name}">')
            == 1
        )


def test_one_row_stands_for_a_trial_and_what_is_beside_it_shares_no_patient(review, rows):
    ranks, kin = rank_rows(review, rows), kinship(review)
    best: dict[int, dict] = {}
    passed: dict[int, set[str]] = {}
    for _, question, row in sorted(
        zip(ranks["places"], ranks["questions"], rows, strict=True), key=lambda x: x[0]
    ):
        first, cohort = best.setdefault(question, row), row["cohort"][0]
        assert first["study"] == row["study"]
        assert first["outcome"] == row["outcome"]
        assert not any(cohort in kin.line(part)[1:] for part in passed.setdefault(question, set())), (
            f"{row['row_id']}: a whole comes before its parts"
        )
        passed[question].add(cohort)
    told = [row for row in best.values() if row["report"][0] == "kantarjian-2017"]
    assert told, "the largest report of its trial stands for it"
    for cohort, others in ranks["apart"].items():
        assert cohort not in others
        assert all(cohort in ranks["apart"][other] for other in others)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        # Two reports of a trial's cohort, with severe events of other grades.
        ("hogan-2025.ae.all.any-g3plus", "hochberg-2026.ae.aall1331.any-grade-4-plus", True),
        # Events that limited the dose are not all of their kind.
        ("von-stackelberg-2016.ae.recommended.crs-g3", "von-stackelberg-2016.ae.phase1.crs-g4", False),
        # A trial and a subgroup of it, whose comparison is worded otherwise.
        ("hogan-2023.survival.blinatumomab.os-hr", "hogan-2023.survival.blinatumomab-marrow.os-hr", True),
        ("xie-2023.outcome.all.cr", "xie-2023.outcome.relapsed.cr", True),
        # Two arms, two outcomes.
        ("kantarjian-2017.outcome.blinatumomab.cr", "kantarjian-2017.outcome.chemotherapy.cr", False),
        ("zhou-2022.outcome.all.cr", "zhou-2022.outcome.all.cr-crh", False),
    ],
)
def test_which_rows_are_one_question(review, rows, one, other, alike):
    ranks = rank_rows(review, rows)
    at = {row["row_id"]: line for line, row in enumerate(rows)}
    questions, places = ranks["questions"], ranks["places"]
    assert (questions[at[one]] == questions[at[other]]) == alike
    assert not alike or places[at[one]] < places[at[other]]


@pytest.mark.book
@pytest.mark.browser
def test_a_question_shows_each_trial_once(book, chromium, review):
    """Arms of a trial and cohorts without a common patient are shown beside each other."""
    views = dict(zip(review.tables["questions"]["position"], review.tables["questions"]["view"], strict=True))
    wanted = {
        1: {"mejstrikova-2017.outcome.recommended.crc", "locatelli-2022-neuf.outcome.rr.orr"},
        4: {"von-stackelberg-2016.ae.recommended.crs-g3"},
        5: {"hogan-2023.survival.blinatumomab.os-hr"},
    }
    kin = kinship(review)
    for position, row_ids in wanted.items():
        with open_explorer(chromium, f"file://{book}", f"#{views[position]}") as visit:
            shown = list(csv.DictReader(io.StringIO(taken(visit.page, "csv"))))
        assert row_ids <= {row["row_id"] for row in shown}
        for one, other in itertools.combinations(map(review.row, (row["row_id"] for row in shown)), 2):
            cohorts = one["cohort_id"], other["cohort_id"]
            assert (
                len({review.cohort_studies[cohort] for cohort in cohorts}) == 2
                or len(set(map(kin.arm, cohorts))) == 2
                or kin.apart(*cohorts)
                or one.get("outcome") != other.get("outcome")
            ), cohorts


@pytest.mark.slow
def test_every_question_to_start_with_can_be_asked(review, rows):
    questions = records(review.tables["questions"])
    assert len(questions) >= 10
    html = str(show_explorer(review, caption="Rows").__html__())
    assert html.partition("<details>")[0].count("data-view=") == len(questions)
    for row in questions:
        for name, value in parse_qsl(row["view"]):
            if name in FILTERS:
                column = "outcome_group" if value.startswith(ANY) else name
                assert any(found[column][0] == value.removeprefix(ANY) for found in rows), (
                    row["question"],
                    value,
                )
    with pytest.raises(ValueError, match="no choice 'diseases'; did you mean disease"):
        check_view("Which?", "diseases=aml")


@pytest.mark.book
@pytest.mark.browser
def test_a_question_is_answered_by_one_choice_and_drawn(book, chromium, review):
    with open_explorer(chromium, f"file://{book}") as visit:
        page = visit.page
        links = page.locator(".lr-questions > ul a")
        assert links.count() == len(review.tables["questions"])
        for link in links.all():
            link.click()
            page.wait_for_selector(f".lr-questions a[aria-current][href='{link.get_attribute('href')}']")
            assert 0 < counted(page)[0] < 100, link.inner_text()
        page.get_by_role("link", name="hazard ratios").click()
        assert "log scale" in page.locator(".lr-plotted").inner_text()
        page.get_by_role("link", name="largest cohorts first").click()
        assert page.locator(".lr-plotted rect").count() > 10
        for kind, start in (("svg", b"<svg"), ("png", b"\x89PNG")):
            with page.expect_download() as download:
                page.locator(f"[data-take={kind}]").click()
            assert download.value.path().read_bytes().startswith(start)
        assert visit.console == []


@pytest.mark.book
@pytest.mark.browser
def test_several_choices_limits_groups_and_what_is_left_out_by_default(book, chromium, review, rows):
    with open_explorer(
        chromium, f"file://{book}", "#outcome=cr&outcome=cr_cri&patients=50&since=2015&group=class"
    ) as visit:
        page = visit.page
        shown = list(csv.DictReader(io.StringIO(taken(page, "csv"))))
        assert {row["status"] for row in shown} == {"included"}
        assert {row["outcome"] for row in shown} == {"Complete remission (CR)", "CR or CRi"}
        assert all(int(row["patients"]) >= 50 and int(row["year"]) >= 2015 for row in shown)
        heads = page.locator(".lr-explorer tr.lr-group").all_inner_texts()
        assert heads == sorted(heads)
        assert len(heads) > 1
        page.get_by_label("Every report and subgroup").check()
        page.get_by_label("Reports kept for context").check()
        wanted = {
            row["row_id"]
            for row in rows
            if row["outcome"][0] in ("cr", "cr_cri")
            and (row["patients"] or 0) >= 50
            and (row["year"] or 0) >= 2015
        }
        assert counted(page)[0] == len(wanted) > len(shown)
        page.get_by_role("button", name="CR or CRi").click()
        assert "cr_cri" not in page.url
        page.get_by_role("button", name="Share of patients").click()
        assert page.locator("th[aria-sort=descending]").inner_text().startswith("Share of patients")
        assert "sort=share" in page.url
        page.get_by_role("button", name="Share of patients").click()
        assert page.locator("th[aria-sort=ascending]").count() == 1


@pytest.mark.book
@pytest.mark.browser
def test_a_view_is_an_address_and_back_works(site, chromium):
    with open_explorer(chromium, site) as visit:
        page = visit.page
        total = counted(page)[0]
        page.get_by_label("Regimen class").select_option("bortezomib")
        some = counted(page)[0]
        page.get_by_label("Search words").press_sequentially("remission")
        fewer = counted(page)[0]
        assert total > some > fewer > 0
        assert parse_qs(urlsplit(page.url).fragment) == {
            "class": ["bortezomib"],
            "q": ["remission"],
        }
        page.go_back()  # the letters were one step
        assert counted(page)[0] == some
        assert page.get_by_label("Search words").input_value() == ""
        page.go_back()
        assert counted(page)[0] == total
        assert page.locator(".lr-chip").count() == 0
        page.go_forward()
        assert counted(page)[0] == some
        page.get_by_role("button", name="Next").click()
        assert "page=2" in page.url
        assert counted(page)[1] <= 50
        page.locator(".lr-explorer a.lr-figure").first.click()
        page.get_by_role("dialog").get_by_role("link", name="Row on the page of").click()
        page.wait_for_url("**/reports/*")
        page.go_back()
        page.wait_for_selector(".lr-explorer[data-ready]")
        assert "page=2" in page.url
        assert page.locator(".lr-page").inner_text().startswith("Page 2 ")
        page.get_by_label("Search words").fill("no-such-word <img src=x>")
        assert counted(page) == (0, 0)
        assert page.get_by_text("No row matches.").is_visible()
        assert page.locator("[data-take=csv]").is_disabled()
        page.get_by_role("button", name="Clear all").click()
        page.locator(".lr-count", has_text=re.compile(rf"^\s*{total} of")).wait_for()
        page.get_by_text("Cite this view").click()
        assert page.locator(".lr-explorer .lr-copied").inner_text().endswith(ADDRESS + "#")
        assert visit.console == []


@pytest.mark.book
@pytest.mark.browser
def test_rows_are_sorted_by_numbers_and_words(book, chromium):
    with open_explorer(chromium, f"file://{book}", "#sort=share&page=2") as visit:
        shares = [
            float(row["percent"])
            for row in csv.DictReader(io.StringIO(taken(visit.page, "csv")))
            if row["percent"]
        ]
        assert shares == sorted(shares, reverse=True)
        assert visit.page.locator(".lr-bar").count() == 50
        visit.page.get_by_label("Order").select_option("report")
        rows = csv.DictReader(io.StringIO(taken(visit.page, "csv")))
        reports = [row["report"].strip("“”") for row in rows]  # one may be called like a month
        alphabet = "names => names.sort(new Intl.Collator('en', { numeric: true }).compare)"
        assert list(dict.fromkeys(reports)) == visit.page.evaluate(alphabet, sorted(set(reports)))
        assert sum(name != before for name, before in itertools.pairwise(reports)) == len(set(reports)) - 1


@pytest.mark.book
@pytest.mark.browser
def test_any_outcome_of_a_group_can_be_asked_for_and_choices_say_what_they_leave(
    book, chromium, review, rows
):
    with open_explorer(
        chromium, f"file://{book}", "#outcome=group:mrd&class=bortezomib&every=yes&context=yes"
    ) as visit:
        page, outcome = visit.page, visit.page.get_by_label("Outcome or event")
        wanted = {
            row["row_id"]
            for row in rows
            if row["outcome_group"][0] == "mrd" and row["class"][0] == "bortezomib"
        }
        taken_rows = list(csv.DictReader(io.StringIO(taken(page, "csv"))))
        assert {row["row_id"] for row in taken_rows} == wanted
        assert len(wanted) > 1
        assert {row["outcome_group"] for row in taken_rows} == {"Any MRD result"}
        assert all(row["review_version"] for row in taken_rows)
        page.get_by_label("Regimen class").focus()
        options = {
            option.get_attribute("value"): option
            for option in page.get_by_label("Regimen class").locator("option").all()
        }
        for class_id in ("bortezomib", "blinatumomab", "liposomal-mitoxantrone"):
            left = sum(row["outcome_group"][0] == "mrd" and row["class"][0] == class_id for row in rows)
            assert options[class_id].inner_text().endswith(f" ({left})")
            assert (options[class_id].get_attribute("disabled") is not None) == (
                left == 0 or class_id == "bortezomib"
            ), "what is chosen, or leaves nothing"
        outcome.focus()
        assert "(" not in options["bortezomib"].inner_text()
        chips = page.locator(".lr-chip").all_inner_texts()
        assert {chip.split("\n")[0] for chip in chips} == {
            "Outcome or event: Any MRD result",
            "Regimen class: Bortezomib combinations",
        }
        page.get_by_text("Cite this view").click()
        assert "Outcome or event “Any MRD result”" in page.locator(".lr-explorer .lr-copied").inner_text()


@pytest.mark.browser
def test_ten_thousand_rows_take_no_more_of_the_page_than_fifty(review, chromium, tmp_path):
    page = chromium.new_page()
    page.goto(f"file://{write_page(tmp_path, review, 10_000)}#every=yes&context=yes")
    page.wait_for_selector(".lr-explorer[data-ready]")
    assert counted(page) == (10_000, 50)
    elements = page.evaluate("document.querySelectorAll('*').length")
    page.get_by_label("Search words").fill("remission")
    found, drawn = counted(page)
    assert 50 < found < 10_000
    assert drawn == 50
    page.get_by_label("Search words").fill("")
    page.get_by_label("Order").select_option("patients")
    for _ in range(3):
        page.get_by_role("button", name="Next").click()
    assert counted(page) == (10_000, 50)
    assert page.evaluate("document.querySelectorAll('*').length") < 1.5 * elements
    page.close()


@pytest.mark.book
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_explorer_and_a_card_are_accessible(site, chromium, scheme):
    """No violation of WCAG 2.2 AA that axe-core can find, with every filter and a card open."""
    from axe_playwright_python.sync_playwright import Axe

    with open_explorer(chromium, site, "#class=bortezomib&age_group=adult", scheme=scheme) as visit:
        visit.page.locator(".lr-explorer a.lr-figure").nth(2).click()
        visit.page.get_by_role("dialog").get_by_text("Cite this", exact=True).click()
        found = Axe().run(
            visit.page,
            options={
                "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
            },
        )
        assert [
            f"{item['id']}: {item['nodes'][0]['html'][:200]}" for item in found.response["violations"]
        ] == []


@pytest.mark.book
@pytest.mark.browser
def test_without_script_the_files_and_chapters_are_named(site, chromium, review):
    with Visit(chromium, site, ADDRESS, script=False) as visit:
        text = visit.page.locator(".bd-article")
        assert text.get_by_text("need JavaScript").is_visible()
        assert not text.locator("form").first.is_visible()
        for name in TABLES:
            assert text.get_by_role("link", name=review.package.tables[name].path).is_visible()
        for class_id in review.tables["regimen_classes"]["class_id"]:
            assert text.locator(f"a[href='{class_id}.html']").is_visible()
