"""One request to a service: again where that may help, and plain words where it does not."""

import email.utils
import time

import pytest

from livingreview.surveillance.asking import Client, Refused, Request, SourceError, Unreachable
from tests.surveillance.replies import Reply

pytestmark = pytest.mark.usefixtures("only_loopback")
ASKED = Request("thing", (("q", "a b"),))


def ask(replies, **more):
    client = Client(waits=0.01, tries=3, longest=2, **more)
    return client.get("Example", f"http://127.0.0.1:{replies.port}", ASKED, secret={"key": "k"})


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_again(replies, status):
    replies.say("/thing", Reply(b"", status), Reply(b"", status), Reply(b"{}"))
    assert ask(replies) == b"{}"
    assert replies.asked == [("/thing", {"q": "a b", "key": "k"})] * 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 414, 501])
def test_what_will_not_pass_is_asked_once(replies, status):
    replies.say("/thing", Reply(b"not like this", status))
    with pytest.raises(Refused, match=f"status {status}: not like this") as told:
        ask(replies)
    assert told.value.status == status
    assert len(replies.asked) == 1


def test_a_day_on_which_to_come_back_is_understood(replies):
    soon = email.utils.formatdate(time.time() + 3600, usegmt=True)
    replies.say("/thing", Reply(b"", 503, {"Retry-After": soon}))
    with pytest.raises(Refused, match="status 503, 1 time"):
        ask(replies)


def test_a_wait_is_told(replies):
    told = []
    replies.say("/thing", Reply(b"", 503), Reply(b"{}"))
    ask(replies, tell=told.append)
    assert told == ["Example: status 503; asking again in 0 s"]


def test_redirections_in_a_circle_end(replies):
    replies.say("/thing", Reply(b"", 302, {"Location": "/thing"}))
    with pytest.raises(SourceError, match="sends on to"):
        ask(replies)
    assert len(replies.asked) == 5


def test_an_answer_without_end_is_not_taken_in(replies, monkeypatch):
    monkeypatch.setattr("livingreview.surveillance.asking.LARGEST", 1000)
    replies.say("/thing", Reply(b"x" * 100_000))
    with pytest.raises(SourceError, match="larger than"):
        ask(replies)


def test_nobody_there_is_told_as_such():
    with pytest.raises(Unreachable, match=r"no connection.*after 3 tries.*To mend"):
        Client(waits=0.01, tries=3).get("Example", "http://127.0.0.1:9", ASKED)


def test_the_test_itself_lets_no_other_socket_through():
    with pytest.raises(pytest.fail.Exception, match="'example'"):
        Client(tries=1).get("Example", "http://example", ASKED)
