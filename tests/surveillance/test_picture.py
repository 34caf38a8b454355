"""The picture of the flow: every number stands there, in boxes that cover no other and hold their words."""

import itertools
import xml.etree.ElementTree as ET

import pytest

from livingreview.surveillance.flow import Arm, Flow, count_flow
from livingreview.surveillance.picture import draw_svg
from livingreview.surveillance.tables import open_loop

SVG = "{http://www.w3.org/2000/svg}"


def full_flow() -> Flow:
    main = Arm({"A source with a long name that does not fit into one line of a box": 1200, "B & C": 40})
    main.duplicates, main.known, main.screened, main.excluded, main.unscreened = 200, 40, 900, 800, 100
    main.sought, main.not_retrieved, main.unread, main.assessed = 100, 5, 15, 80
    main.excluded_for, main.context, main.included = {"Wrong <drug>": 50, "Too old": 20}, 4, 6
    other = Arm({"Websites": 7}, screened=7, sought=7, assessed=7, included=7)
    assert main.misfits() == other.misfits() == []
    flow = Flow({"databases": main, "others": other}, 61, 76, 8, 9, 4, 1)
    flow.left_studies, flow.left_reports = 2, 3
    return flow


@pytest.mark.parametrize("made", ["full", "empty", "worked"])
def test_every_number_stands_in_the_picture_and_no_box_covers_another(made, worked):
    flows = {"full": full_flow(), "empty": Flow({"databases": Arm(), "others": Arm()})}
    flow = flows.get(made) or count_flow(open_loop(worked).tables, [""])
    root = ET.fromstring(draw_svg(flow, "A title & more"))
    assert root.find(f"{SVG}title").text == "A title & more"
    words = " ".join(" ".join(item.text.split()) for item in root.iter(f"{SVG}text"))
    for arm in flow.arms.values():
        if arm.identified:
            assert f"Records identified: {arm.identified}" in words
            assert f"Records screened: {arm.screened}" in words
            for reason, count in arm.excluded_for.items():
                assert f"{reason}: {count}" in words
    assert f"Studies included in all: {flow.total_studies} reports: {flow.total_reports}" in words
    assert ("Studies that left" in words) == bool(flow.left_reports)
    boxes = [
        tuple(int(item.get(name)) for name in ("x", "y", "width", "height"))
        for item in root.iter(f"{SVG}rect")
        if item.get("rx")
    ]
    size = int(root.get("width")), int(root.get("height"))
    assert all(x + width <= size[0] and y + height <= size[1] for x, y, width, height in boxes)
    for (x, y, width, height), (u, v, wide, high) in itertools.combinations(boxes, 2):
        assert x + width <= u or u + wide <= x or y + height <= v or v + high <= y
    for item in list(root.iter(f"{SVG}text"))[1:]:
        left, top = int(item.get("x")), int(item.get("y"))
        inside = [box for box in boxes if box[0] < left < box[0] + box[2] and box[1] < top < box[1] + box[3]]
        assert len(inside) == (item.get("font-weight") is None)
