"""Results of the EU register: the same parts, by the elements of its XML."""

from lxml import etree

from livingreview.extraction.euctr import read_euctr
from tests.extraction.registry import EUROPEAN, NUMBER


def find(path):
    """The elements at an XPath of local names."""
    root = etree.fromstring(EUROPEAN)
    for node in root.iter():
        node.tag = etree.QName(node).localname
    return root.xpath(path)


def cells(part):
    return [cell for cell in read_euctr(EUROPEAN).cells if cell.part == part]


def test_every_cell_stands_at_its_path_once():
    posted = read_euctr(EUROPEAN)
    assert len(posted.cells) == len({cell.path for cell in posted.cells}) == 20
    for cell in posted.cells:
        (node,) = find(cell.path)
        assert cell.part == "analyses" or node.text == cell.value


def test_what_the_file_says_of_the_trial_is_read():
    posted = read_euctr(EUROPEAN)
    assert (posted.number, posted.threshold, posted.is_randomised) == ("2049-000001-42", "5", True)
    assert posted.found.trials == ("2049-000001-42", NUMBER)
    assert [(arm.title, arm.kind, arm.given) for arm in posted.arms] == [
        ("Drug A", "EXPERIMENTAL", "Substance 1"),
        ("Standard Care", "ACTIVE_COMPARATOR", "Substance 2"),
    ]


def test_events_have_their_organ_system_and_both_numbers():
    (serious,), (other,) = cells("serious events"), cells("other events")
    assert (serious.value, serious.total, serious.occurrences) == ("3", "39", "4")
    assert serious.system == "Infections and infestations"
    assert serious.comment == "Put down to treatment: 1, deaths: 1, deaths put down to treatment: 0."
    assert (other.system, other.vocabulary) == ("Blood and lymphatic system disorders", "meddra 20.1")
    assert {cell.what: cell.value for cell in cells("event totals")} == {
        "deaths": "9",
        "fatal": "2",
        "serious": "15",
        "other": "35",
    }


def test_baseline_outcomes_and_analyses_have_the_shape_of_the_other_register():
    age, *sexes = cells("baseline")
    assert (age.measure.param, age.measure.dispersion, age.low, age.high) == (
        "MEDIAN",
        "full range",
        "18",
        "70",
    )
    told = [(cell.group.title, cell.within[1], cell.value, cell.total) for cell in sexes]
    assert told == [
        ("Total", "Female", "38", "78"),
        ("Total", "Male", "40", "78"),
        ("Drug A", "Female", "18", "40"),
        ("Drug A", "Male", "22", "40"),
    ]
    (survival,), (ratio,) = cells("outcomes"), cells("analyses")
    assert (survival.measure.dispersion, survival.low, survival.high) == (
        "95% Confidence Interval",
        "9.1",
        "15.0",
    )
    assert (ratio.value, ratio.low, ratio.spread, ratio.measure.param) == (
        "0.71",
        "0.55",
        "<0.05",
        "Hazard ratio",
    )


def test_participants_before_assignment_are_of_the_whole_study():
    before, *after = cells("flow")
    assert before.whole
    assert before.value == "90"
    assert [cell.what for cell in after[:3]] == ["STARTED", "COMPLETED", "Not completed: consentWithdrawn"]
    assert not any(cell.whole for cell in after)


def test_another_file_is_none_of_the_registers():
    assert read_euctr(b"<xml><records/></xml>") is None
    assert read_euctr(b"{}") is None
