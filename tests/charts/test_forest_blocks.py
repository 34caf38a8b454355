"""Under which headings the rows of the forest stand, and what gives context from what is reviewed."""

import pytest

from livingreview.charts import draw_response
from livingreview.charts.candidates import candidates
from livingreview.charts.forest_blocks import _headings, unnamed_family
from livingreview.charts.forest_rows import Line
from livingreview.charts.response import _make_blocks
from livingreview.charts.sheet import COLOURS
from livingreview.evidence import records, select_class, select_part, select_setting
from tests.drawn import sheets_of, words_of

SETTINGS = ("adult-relapse", "mrd-positive", "child-first-relapse", "child-later-relapse", "aml")


def blocks_of(evidence, group="response"):
    return _make_blocks(evidence, group, candidates(evidence, group, 5), "R")


@pytest.fixture(scope="module")
def settings(review):
    places = {name: select_setting(review, name) for name in SETTINGS}
    return {
        (name, group): (place, blocks_of(place, group))
        for name, place in places.items()
        for group in ("response", "mrd")
    }


def test_regimens_under_review_come_before_what_gives_context(settings):
    """Liposomal mitoxantrone once stood below twenty-one others, most of them comparators."""
    for name, (place, blocks) in settings.items():
        families = {row["name"]: row["part"] for row in records(place.families)}
        told = [block.context for block in blocks]
        assert told == sorted(told), name
        for block in blocks:
            family = block.title.partition(";")[0].removesuffix(", with its controls")
            assert (families[family] != "core") == block.context, block.title
    assert any(block.context for block in settings["aml", "response"][1])
    assert settings["aml", "response"][1][0].title.startswith("Liposomal mitoxantrone")


def test_classes_stand_in_the_order_of_the_setting_s_summary_of_findings(review, settings):
    """A figure once opened with twelve of twenty on bortezomib above the trial of blinatumomab."""
    for (name, _), (place, blocks) in settings.items():
        classes = {row["name"]: row["class_id"] for row in records(place.families)}
        findings = review.tables["findings"].loc[lambda frame, name=name: frame["setting_id"].eq(name)]
        order = list(dict.fromkeys(findings.sort_values("position")["class_id"].dropna()))
        told = [classes[block.title.partition(";")[0]] for block in blocks if not block.context]
        ranks = [order.index(found) for found in told]
        assert ranks == sorted(ranks), name
    assert settings["mrd-positive", "mrd"][1][0].title == "Blinatumomab"


def test_of_one_class_the_way_with_fewer_headings_is_taken(cores):
    """Ten strata, eight of one row, once named one family ten times and AML in four places."""
    blocks = blocks_of(cores["bortezomib"])
    assert _headings(blocks) <= 9
    heads = [head for block in blocks for head in dict.fromkeys(block.heads.values())]
    assert heads.count("AML") == 1


def test_a_heading_without_its_setting_leaves_it_to_each_row(cores):
    blocks = blocks_of(cores["bortezomib"])
    (lines,) = [
        [line for line in block.lines if block.heads[id(line)] == "AML"]
        for block in blocks
        if "AML" in block.items
    ]
    assert len(lines) > 3
    assert all(line.who.startswith(("Relapsed or refractory", "Several settings")) for line in lines)


def test_what_all_rows_share_is_said_once(settings):
    """The setting stands in the heading where all are of one, and what is not told of ages is said."""
    _, blocks = settings["aml", "response"]
    shared = [block for block in blocks if block.title.endswith("; AML, relapsed or refractory")]
    assert shared
    who = {line.who.partition(";")[0] for block in shared for line in block.lines}
    assert {"Adults", "Age not reported"} <= who
    assert not any(word.startswith("Relapsed") for word in who)


@pytest.mark.slow
def test_a_family_is_named_or_told_in_the_note(cores):
    for name, core in cores.items():
        blocks = blocks_of(core)
        bare = any(not head for block in blocks for head in block.heads.values())
        named = any(head for block in blocks for head in block.heads.values())
        if bare and named and not unnamed_family(core, blocks):
            titles = {block.title.partition(";")[0] for block in blocks}
            assert titles <= set(core.families["name"]), name


def test_rows_of_one_report_are_named_by_their_arms(settings):
    """“Taleghani bortezomib AML” and “CLAG-M against MEC or IEC” once stood twice in the same words."""
    _, blocks = settings["aml", "response"]
    labels = [line.label for block in blocks for line in block.lines]
    assert {
        "Taleghani bortezomib AML: with bortezomib",
        "Taleghani bortezomib AML: without bortezomib",
        "CLAG-M against MEC or IEC (with idarubicin) in children: CLAG-M",
        "CLAG-M against MEC or IEC (with idarubicin) in children: MEC or IEC (with idarubicin)",
    } <= set(labels)


def test_an_arm_s_name_is_left_as_it_is_written(settings):
    """“Ph-negative” once began with a small letter."""
    _, blocks = settings["mrd-positive", "mrd"]
    assert any(line.label.endswith("NEUF, 2023: Ph-negative") for block in blocks for line in block.lines)


def marks_of(figure, row_id):
    """Colours of the strokes of a row's marks on the desk's sheet."""
    sheet = figure.sheets()[0]
    (place,) = [str(i) for i, href in enumerate(sheet.links) if href.endswith(f"#{row_id}")]
    return {mark["k"] for mark in sheet.marks if mark["n"] == place and "k" in mark}


@pytest.mark.slow
def test_context_is_drawn_in_grey_and_said_so(review):
    """Controls once were the same blue squares as the drugs under review."""
    (figure,) = sheets_of(draw_response(select_setting(review, "aml"), "response", title="R", most=30))
    assert marks_of(figure, "taleghani-bortezomib-aml.outcome.with.cr") == {COLOURS["treated"]}
    assert marks_of(figure, "taleghani-bortezomib-aml.outcome.without.cr") == {COLOURS["control"]}
    assert "Grey: not under review" in figure.note
    for sheet in figure.sheets():
        assert "for context, not under review" in words_of(sheet)
    beside = select_part(select_class(review, "blinatumomab"), "beside")
    (figure,) = sheets_of(draw_response(beside, "response", title="R"))
    strokes = {mark["k"] for mark in figure.sheets()[0].marks if mark["n"] and "k" in mark}
    assert strokes == {COLOURS["control"]}


def test_grey_is_seen_on_paper():
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    assert (light(COLOURS["paper"]) + 0.05) / (light(COLOURS["control"]) + 0.05) >= 3


def test_a_lesser_heading_stands_apart_from_the_row_above_it(settings, cores):
    """A regimen's name once touched the row above and seemed to belong to it."""
    (figure,) = sheets_of(draw_response(cores["blinatumomab"], "response", title="R"))
    blocks = blocks_of(cores["blinatumomab"])
    heads = {head for block in blocks for head in block.heads.values() if head}
    seen = 0
    for sheet in figure.sheets():
        for text in sheet.texts:
            if text["t"] not in heads:
                continue
            seen += 1
            assert (text["s"], text["f"]) == (12, COLOURS["ink"])
            fields = [mark for mark in sheet.marks if mark["n"] and mark.get("o") == 0]
            ends = [mark["y"] + float(mark["d"].split("L")[2].split(",")[1]) for mark in fields]
            above = max((end for end in ends if end < text["y"]), default=None)
            titles = [t["y"] for t in sheet.texts if t["b"] == "bold" and t["y"] < text["y"]]
            if above and above > max(titles):
                assert text["y"] - 0.7 * text["s"] - above >= 8
    assert seen


def test_no_row_is_of_a_stratum_that_is_not_told(settings):
    for _, blocks in settings.values():
        for block in blocks:
            assert any(isinstance(item, Line) for item in block.items), block.title
