"""A source's own words for a notice, and what they are here; half a list is none."""

import json

import pytest

from livingreview.surveillance.asking import Refused, SourceError
from livingreview.surveillance.notices import ask_crossref, ask_pubmed
from tests.surveillance.replies import Reply


def crossref(*updates, doi="10.9999/a", **more):
    item = {"DOI": doi.upper(), "updated-by": list(updates), **more}
    return json.dumps({"status": "ok", "message": {"items": [item]}}).encode()


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("retraction", "retraction"),
        ("withdrawal", "retraction"),
        ("partial_retraction", "retraction"),
        ("expression_of_concern", "expression_of_concern"),
        ("expression-of-concern", "expression_of_concern"),
        ("erratum", "correction"),
        ("corrigendum", "correction"),
        ("new_version", None),
        ("new_edition", None),
    ],
)
def test_a_correction_is_no_retraction_and_a_new_version_no_notice(type_, kind):
    body = crossref({"DOI": "10.9999/N", "type": type_, "updated": {"date-parts": [[2026, 3, 1]]}})
    told = ask_crossref(["10.9999/a"], lambda request: body).told
    assert [(item.kind, item.notice, item.day) for item in told] == (
        [(kind, "10.9999/n", "2026-03-01")] if kind else []
    )


def test_a_day_that_is_not_whole_is_not_made_up():
    body = crossref({"DOI": "10.9999/n", "type": "erratum", "updated": {"date-parts": [[2026, 3]]}})
    assert ask_crossref(["10.9999/a"], lambda request: body).told[0].day == ""


def test_the_article_of_a_preprint_is_told():
    relation = {"is-preprint-of": [{"id-type": "doi", "id": "10.9999/Article", "asserted-by": "subject"}]}
    (told,) = ask_crossref(["10.9999/a"], lambda request: crossref(relation=relation)).told
    assert (told.kind, told.notice) == ("article", "10.9999/article")


def test_many_dois_are_asked_in_parts_and_one_that_a_filter_cannot_hold_alone():
    asked = []
    odd = "10.1002/1097-0142(19900101)65:1<5::aid-x>3.0.co;2-r"

    def get(request):
        asked.append(request)
        if request.path == "works":
            return b'{"message": {"items": []}}'
        why = "no such work"
        raise Refused(why, 404)

    done = ask_crossref([*(f"10.9999/{number}" for number in range(60)), odd], get)
    assert [len(dict(request.params).get("filter", "").split(",")) for request in asked[:-1]] == [25, 25, 10]
    assert asked[-1].path == "works/10.1002%2F1097-0142%2819900101%2965%3A1%3C5%3A%3Aaid-x%3E3.0.co%3B2-r"
    assert done.known == set()


def test_a_work_that_was_not_asked_for_tells_nothing():
    body = crossref({"DOI": "10.9999/n", "type": "retraction"}, doi="10.9999/other")
    done = ask_crossref(["10.9999/a"], lambda request: body)
    assert (done.known, done.told) == (set(), [])


def test_pubmed_tells_notices_by_number_or_place_and_no_comments():
    done = ask_pubmed(["80000001"], lambda request: Reply.of("pubmed/held.xml").body)
    assert [(item.kind, item.notice) for item in done.told] == [
        ("correction", "J Example Med. 2026 Feb;12(2):99. doi: 10.9999/notice.1."),
        ("retraction", "80000777"),
    ]


def test_pubmeds_kind_of_publication_is_enough_for_a_retraction():
    body = Reply.of("pubmed/held.xml").body.replace(b"RetractionIn", b"CommentIn")
    told = ask_pubmed(["80000001"], lambda request: body).told
    assert ("retraction", "Retracted Publication") in [(item.kind, item.notice) for item in told]


@pytest.mark.parametrize("ask", [ask_crossref, ask_pubmed])
@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b"<a/>", b"\xff"])
def test_an_answer_that_cannot_be_read_is_never_an_empty_list(ask, body):
    with pytest.raises(SourceError, match="Nothing was written"):
        ask(["1"] if ask is ask_pubmed else ["10.9999/a"], lambda request: body)
