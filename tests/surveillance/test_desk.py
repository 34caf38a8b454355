"""The page: what it shows and keeps, whom it answers, and how it is used in a real browser."""

import json
import threading
import urllib.error
import urllib.request

import pytest

from livingreview.surveillance.decisions import read_decisions
from livingreview.surveillance.desk import POLICY, Desk, serve
from livingreview.surveillance.judging import judge
from livingreview.surveillance.tables import LoopError, open_loop
from livingreview.surveillance.waiting import list_waiting
from tests.surveillance import exports
from tests.surveillance.example import ids, say


@pytest.fixture
def desk(found):
    return Desk(open_loop(found), "ab", "title_abstract")


@pytest.fixture
def served(desk):
    """Address and token of a page that runs."""
    server, address = serve(desk)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield address.split("#")
    server.shutdown()
    server.server_close()


def ask(address, token, path="state", body=None, **headers):
    """Status, headers and told JSON of one request."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address + path, data, {"X-Token": token} | headers)
    try:
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
            return answer.status, answer.headers, json.loads(text) if path == "state" or data else text
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def test_it_shows_one_record_with_its_abstract_and_the_numbered_reasons(desk):
    told = desk.state()
    assert (told["done"], told["total"]) == (0, 4)  # of five records one is a copy
    work = next(w for w in exports.make_works(4) if f"pmid-{w['pmid']}" == told["record"]["record_id"])
    assert told["record"]["abstract"] == work["abstract"]
    assert [(row["position"], row["reason_id"]) for row in told["reasons"]] == [
        ("1", "ta-wrong"),
        ("2", "ta-old"),
    ]


def test_a_decision_is_in_the_file_at_once_and_can_be_taken_back(desk, found):
    first = desk.state()["record"]["record_id"]
    desk.take(first, "exclude", "ta-old", " a  note ")
    (row,) = read_decisions(found)
    assert (row["record_id"], row["decision"], row["reason_id"], row["note"]) == (
        first,
        "exclude",
        "ta-old",
        "a note",
    )
    assert desk.state()["done"] == 1
    desk.undo()
    assert read_decisions(found) == []
    assert desk.state()["record"]["record_id"] == first


def test_a_decision_is_looked_at_again_and_changed_and_the_log_says_so(desk, found):
    first, second, *_ = desk.queue
    desk.take(first, "exclude", "ta-old", "an early one")
    desk.take(second, "include", "", "")
    assert [(item["record_id"], item["decision"]) for item in desk.history()] == [
        (second, "include"),
        (first, "exclude"),
    ]
    shown = desk.queue[0]
    desk.reopen(first)
    told = desk.state()
    assert (told["record"]["record_id"], told["record"]["former"]["reason_id"]) == (first, "ta-old")
    assert (told["done"], told["total"]) == (1, 4)
    desk.leave()
    assert (desk.queue[0], desk.state()["done"]) == (shown, 2)
    desk.reopen(second)
    desk.reopen(first)  # the other is left as it was
    desk.take(first, "include", "", "fits after all")
    rows = {row["record_id"]: row for row in read_decisions(found)}
    day = rows[first]["day"]
    assert rows[first]["decision"] == "include"
    assert rows[first]["note"] == f"Changed from exclude ta-old of {day}. fits after all"
    assert (rows[second]["decision"], rows[second]["note"]) == ("include", "")
    desk.undo()
    rows = {row["record_id"]: row for row in read_decisions(found)}
    assert (rows[first]["decision"], rows[first]["note"]) == ("exclude", "an early one")
    desk.leave()
    assert desk.queue[0] == shown


def test_only_what_one_decided_oneself_is_listed_and_reopened(desk, found):
    one, two, *_ = ids(4)
    say(found, "cd", {one: "include"})
    say(found, "ab", {two: "include"})
    again = Desk(open_loop(found), "ab", "title_abstract")
    assert [item["record_id"] for item in again.history()] == [two]
    with pytest.raises(LoopError, match="no decision of ab"):
        again.reopen(one)
    assert Desk(open_loop(found), "ab", "full_text").history() == []


def test_what_was_settled_between_readers_can_be_changed_with_what_they_said_in_view(found):
    (one,) = ids(1)
    say(found, "ab", {one: "include"})
    say(found, "cd", {one: "ta-old"})
    desk = Desk(open_loop(found), "ef", "title_abstract", conflicts=True)
    desk.take(one, "include", "", "")
    again = Desk(open_loop(found), "ef", "title_abstract", conflicts=True)
    assert (again.queue, again.state()["done"]) == ([], 0)
    again.reopen(one)
    told = again.state()
    assert [item["reader"] for item in told["record"]["said"]] == ["ab", "cd"]
    assert (told["done"], told["total"]) == (0, 1)
    again.take(one, "exclude", "ta-old", "")
    (row,) = [row for row in read_decisions(found) if row["reader"] == "ef"]
    assert (row["decision"], row["role"]) == ("exclude", "adjudicator")


def test_what_the_same_reader_decides_elsewhere_meanwhile_is_kept(found):
    first, second = (Desk(open_loop(found), "ab", "title_abstract", ranked=False) for _ in range(2))
    first.take(first.queue[0], "include", "", "")
    second.queue.pop(0)
    second.take(second.queue[0], "include", "", "")
    assert len(read_decisions(found)) == 2
    first.undo()
    (row,) = read_decisions(found)
    assert row["record_id"] == second.made[0][0]["record_id"]


def test_a_conflict_is_asked_until_it_is_settled_even_of_a_report_and_taking_back_restores(found):
    (one,) = ids(1)
    for reader, told in (("ab", "include"), ("cd", "include")):
        say(found, reader, {one: told})
    for reader, told in (("ab", "include"), ("cd", "ft-old")):
        say(found, reader, {one: told}, "full_text")
    loop = open_loop(found)
    judge(loop, one, "able-2019", "same")
    loop.tables["screening"] = []  # it was entered since, and nothing was settled of it
    for told in ("unclear", "include"):
        desk = Desk(loop, "ef", "full_text", conflicts=True)
        assert desk.queue == [one]
        desk.take(one, told, "", "")
    desk.undo()
    assert {row["decision"] for row in read_decisions(found) if row["role"] == "adjudicator"} == {"unclear"}
    desk.take(one, "include", "", "")
    assert Desk(loop, "ef", "full_text", conflicts=True).queue == []


def test_a_record_whose_report_was_entered_meanwhile_is_still_decided(found):
    (one,) = ids(1)
    loop = open_loop(found)
    judge(loop, one, "able-2019", "same")
    loop.tables["screening"] = []
    assert one in Desk(loop, "ab", "title_abstract").queue
    assert one in {item.record_id for item in list_waiting(loop)}
    for reader in ("ab", "cd"):
        say(found, reader, {one: "include"})
    assert Desk(loop, "ab", "full_text").queue == [one]


def test_a_note_holds_nothing_that_no_file_can_hold(desk, found):
    desk.take(desk.queue[0], "include", "", "half \ud800 a sign,\x00 and\nmore")
    assert [row["note"] for row in read_decisions(found)] == ["half a sign, and more"]


def test_another_readers_decisions_are_not_shown_and_do_not_shorten_the_queue(desk, found):
    before = desk.state()
    say(found, "cd", dict.fromkeys(ids(4), "ta-wrong"))
    assert Desk(open_loop(found), "ab", "title_abstract").state() == before


def test_only_what_passed_is_read_in_full_and_left_out_for_a_reason(found):
    one, two, *_ = ids(4)
    for reader in ("ab", "cd"):
        say(found, reader, {one: "include", two: "ta-wrong"})
    desk = Desk(open_loop(found), "ab", "full_text")
    assert desk.queue == [one]
    with pytest.raises(LoopError, match="left out for a reason"):
        desk.take(one, "exclude", "", "")
    desk.take(one, "context", "ft-near", "")
    assert desk.state()["record"] is None


def test_conflicts_are_shown_with_what_was_said_and_settled_as_such(found):
    one, two, *_ = ids(4)
    say(found, "ab", {one: "include", two: "include"})
    say(found, "cd", {one: "ta-wrong", two: "unclear"})
    desk = Desk(open_loop(found), "ab", "title_abstract", conflicts=True)
    assert desk.queue == [one]
    assert [item["reader"] for item in desk.state()["record"]["said"]] == ["ab", "cd"]
    desk.take(one, "include", "", "")
    assert {row["role"] for row in read_decisions(found) if row["record_id"] == one} == {
        "reader",
        "adjudicator",
    }


@pytest.mark.parametrize(
    ("decision", "reason", "words"),
    [
        ("maybe", "", "expected one of: include"),
        ("include", "ta-old", "expected one of: none"),
        ("exclude", "x", "x"),
    ],
)
def test_what_does_not_go_together_is_refused(desk, decision, reason, words):
    with pytest.raises(LoopError, match=words):
        desk.take(desk.queue[0], decision, reason, "")


def test_without_the_exported_file_a_record_is_shown_without_its_abstract(found):
    for path in (found / "records" / "raw").iterdir():
        path.unlink()
    assert Desk(open_loop(found), "ab", "title_abstract").state()["record"]["abstract"] == ""


def test_the_server_answers_this_address_and_this_token_alone(served):
    address, token = served
    status, headers, _ = ask(address, "", "")
    assert (status, headers["Content-Security-Policy"]) == (200, POLICY)
    assert "unsafe" not in POLICY
    assert ask(address, token)[0] == 200
    assert ask(address, "another")[0] == 403
    assert ask(address, "änother")[0] == 403
    assert ask(address, token, Host="example.org")[0] == 403
    assert ask(address, token, "decide", {}, Origin="http://example.org")[0] == 403
    assert ask(address, token, "../../review.yml")[0] == 404
    assert ask(address, token, "decide", {"record_id": "x"})[0] == 409


@pytest.mark.browser
def test_a_reader_works_by_keyboard_alone(chromium, served, found, desk):
    """At most three keys a record; axe finds nothing; the page loads nothing from elsewhere."""
    from axe_playwright_python.sync_playwright import Axe

    address, token = served
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    problems = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{address}#{token}")
    page.get_by_text("0 of 4").wait_for()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found_by_axe = Axe().run(page).response["violations"]
        assert [(item["id"], item["nodes"][0]["html"]) for item in found_by_axe] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    first = page.locator("#title").inner_text()
    page.keyboard.press("2")
    page.get_by_text("1 of 4").wait_for()
    page.keyboard.press("z")
    page.get_by_text("0 of 4").wait_for()
    assert page.locator("#title").inner_text() == first
    page.keyboard.press("n")
    page.keyboard.type("two 12 i")  # in a note no key decides
    page.keyboard.press("Enter")
    page.keyboard.press("i")
    page.get_by_text("1 of 4").wait_for()
    page.keyboard.press("e")  # for a reason only, whose number decides
    page.get_by_text("choose the first that holds, by its number").wait_for()
    for done, key in ((2, "2"), (3, "u"), (4, "1")):
        page.keyboard.press(key)
        page.get_by_text(f"{done} of 4").wait_for()
    page.get_by_text("Nothing is left to decide here").wait_for()
    # One of them is looked at again, left, and changed.
    page.keyboard.press("h")
    page.get_by_role("button", name="Exclude; ta-wrong").wait_for()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert [item["id"] for item in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("you said: Exclude; ta-wrong").wait_for()
    assert [item["id"] for item in Axe().run(page).response["violations"]] == []
    page.keyboard.press("k")
    page.get_by_text("Nothing is left to decide here").wait_for()
    page.keyboard.press("h")
    page.get_by_role("button", name="Exclude; ta-wrong").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("you said: Exclude; ta-wrong").wait_for()
    page.keyboard.press("2")
    page.get_by_text("4 of 4").wait_for()
    assert any(row["note"].startswith("Changed from exclude ta-wrong") for row in read_decisions(found))
    rows = read_decisions(found)
    assert sorted(row["decision"] for row in rows) == ["exclude", "exclude", "include", "unclear"]
    assert [row["note"] for row in rows if row["decision"] == "include"] == ["two 12 i"]
    assert problems == []
    page.close()
