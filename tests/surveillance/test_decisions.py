"""What a reader may say, and for which record an answer counts."""

import itertools

import pytest

from livingreview.surveillance.decisions import COLUMNS, name_decision, on_standing, read_decisions
from livingreview.surveillance.settling import compare_readers, settle
from livingreview.surveillance.tables import LoopError, open_loop
from tests.surveillance.example import DAY, ids, say


def test_an_adjudicators_decision_has_an_id_beside_the_same_readers():
    assert name_decision("pmid-1", "full_text", "ab", "reader") == "pmid-1.full_text.ab"
    assert name_decision("pmid-1", "full_text", "ab", "adjudicator") == "pmid-1.full_text.ab.adjudicator"


@pytest.mark.parametrize(
    ("days", "decision"),
    [((DAY, DAY), "include"), (("2026-05-03", DAY), "exclude"), ((DAY, "2026-05-03"), "include")],
)
def test_of_two_answers_of_one_reader_to_one_record_the_later_counts(days, decision):
    records = {"a": {"same_as": ""}, "b": {"same_as": "a"}}
    rows = [
        dict.fromkeys(COLUMNS, "")
        | {"decision_id": f"{name}.x", "record_id": name, "reader": "ab", "decision": told, "day": day}
        for name, told, day in zip("ab", ("exclude", "include"), days, strict=True)
    ]
    lost = rows[0] | {"record_id": "c"}  # a record that is not there
    for order in itertools.permutations([*rows, lost]):
        (row,) = on_standing(order, records)
        assert (row["record_id"], row["decision"]) == ("a", decision)


def test_agreement_counts_one_record_once_whichever_of_its_copies_was_decided(found):
    loop = open_loop(found)
    (copy,) = [name for name, row in loop.index.rows.items() if row["same_as"]]
    say(found, "ab", {copy: "include"})
    say(found, "cd", {loop.canonical(copy): "include"})
    (agreement,) = compare_readers(on_standing(read_decisions(found), loop.index.rows))
    assert (agreement.both, agreement.alike) == (1, 1)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"decision": "maybe"}, "column decision: found 'maybe'; expected one of: include"),
        ({"stage": "abstract"}, "column stage: found .abstract."),
        ({"role": "judge"}, "column role: found 'judge'; expected reader or adjudicator"),
        ({"reason_id": "ft-old", "decision": "exclude"}, "column reason_id: found 'ft-old'"),
    ],
)
def test_what_no_reader_can_say_is_told_and_nothing_is_settled(found, cells, words):
    say(found, "ab", {ids(1)[0]: "include"}, **cells)
    with pytest.raises(LoopError, match=f"decisions/ab.csv, decision pmid-.*{words}"):
        settle(open_loop(found), read_decisions(found), readers=1)
