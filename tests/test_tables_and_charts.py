"""Tables and charts on the real evidence, and on hostile evidence."""

import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import altair as alt
import pandas as pd
import pytest

from livingreview import charts, tables
from livingreview.book.slim_css import slim_css
from livingreview.charts.render import DEFERRED, LIVE, VEGALITE, draw_deferred
from livingreview.charts.rows import ChartRow, draw_rows
from livingreview.charts.slim import INHERITED, slim_svg
from livingreview.display.numbers import Figure
from livingreview.evidence import expand_days, select_class, select_part, split_ids
from livingreview.tables.common import with_cohorts
from livingreview.tables.outcomes import survival_table

CLASSES = ("liposomal-mitoxantrone", "mitoxantrone-clofarabine", "bortezomib", "blinatumomab")
CHARTS = {
    "calendars": lambda part: charts.draw_calendars(part, title="Days"),
    "courses": lambda part: charts.draw_courses(part, title="Course"),
    "response": lambda part: charts.draw_forest(part, "response", title="Response"),
    "mrd": lambda part: charts.draw_forest(part, "mrd", title="MRD"),
    "survival": lambda part: charts.draw_survival(part, title="Survival"),
    "bridge": lambda part: charts.draw_bridge(part, title="Bridge"),
    "harm": lambda part: charts.draw_adverse_events(part, title="Harm"),
    "overview": lambda part: charts.draw_overview(part, title="All"),
}


def figures_of(stack) -> list:
    return [part for part in getattr(stack, "parts", [stack]) if hasattr(part, "spec")]


@pytest.fixture(autouse=True)
def deferred(monkeypatch):
    """Charts stay specifications here: drawing them is tested once."""
    monkeypatch.setenv("LIVINGREVIEW_DEFER_CHARTS", "1")


VALIDATED: dict = {}


def validate(chart) -> None:
    """Altair's own validation; charts of rows share one layout, looked at once."""
    if id(chart) not in VALIDATED:
        chart.properties(width="container").to_dict()
        VALIDATED[id(chart)] = chart


@pytest.mark.parametrize("class_id", CLASSES)
@pytest.mark.parametrize("kind", CHARTS)
def test_charts_are_valid_and_told_in_words(review, class_id, kind):
    for figure in figures_of(CHARTS[kind](select_part(select_class(review, class_id), "core"))):
        validate(figure.chart)
        assert len(figure.description) > 10
        assert figure.table.rows
        html = str(figure.__html__())
        assert 'role="img"' in html
        assert html.count("<table") == 1
        assert "nan" not in re.findall(r"[a-z]+", figure.description.lower())
        assert "<NA>" not in figure.description


def test_a_chart_is_drawn_once_and_live(review):
    figure = next(
        figure
        for figure in figures_of(CHARTS["response"](select_class(review, "bortezomib")))
        if "10/23" in figure.description
    )
    match = DEFERRED.search(str(figure.__html__()))
    picture, script = draw_deferred(match["key"], match["spec"])
    assert picture.count("<svg ") == 1
    assert "10/23 (43%)" in picture
    assert LIVE.search(picture)["key"] == match["key"]
    assert len(picture) < len(script), "the live specification is not in the page"
    call, _, rest = script.partition(",")
    assert call == f'lrChart("{match["key"]}"'
    assert json.loads(rest.removesuffix(");\n"))["$schema"].endswith("vega/v6.json")
    height = re.search(r'<svg [^>]*height="(\d+)"', picture)[1]
    assert f"--h:{height}px" in picture, "what the live chart will take is reserved"
    ids = re.findall(r'\bid="([^"]+)"', picture)
    assert len(ids) == len(set(ids))
    assert all(match["key"] in item for item in ids)


def test_a_slim_picture_shows_the_same(review):
    """Every text with its place and style, and every mark with its colour, is what the renderer drew."""
    import vl_convert

    figure = figures_of(CHARTS["response"](select_class(review, "bortezomib")))[0]
    drawn = vl_convert.vegalite_to_svg(figure.spec | {"width": 700}, vl_version=VEGALITE)
    slim = slim_svg(drawn)
    assert len(slim) < 0.4 * len(drawn)
    assert resolved(slim) == resolved(drawn)


def resolved(svg: str) -> list:
    """The visible words and strokes of a picture with what they inherit and where they stand, to half a pixel."""
    found = []

    def visit(element, style, x, y):
        style = style | {name: element.get(name) for name in INHERITED if element.get(name)}
        at = re.fullmatch(r"translate\(([-\d.]+),([-\d.]+)\)", element.get("transform", "translate(0,0)"))
        x, y = x + float(at[1]), y + float(at[2])
        kind = element.tag.rsplit("}", 1)[-1]
        ink = {name: value for name, value in style.items() if value not in ("1", "normal")}
        if kind == "text" and element.get("opacity") != "0" and style.get("fill", "none") != "none":
            found.append(
                (
                    element.text,
                    ink,
                    round(2 * (x + float(element.get("x", 0)))),
                    round(2 * (y + float(element.get("y", 0)))),
                )
            )
        elif [style.get(name, "none") for name in ("fill", "stroke")] != ["none", "none"] and element.get(
            "display"
        ) != "none":
            ink = {name: value for name, value in ink.items() if not name.startswith(("font", "text"))}
            for left, top, steps in strokes(element, kind):
                found.append((steps, ink, round(2 * (x + left)), round(2 * (y + top))))
        for child in element:
            visit(child, style, x, y)

    visit(ElementTree.fromstring(svg), {}, 0.0, 0.0)
    return found


def strokes(element, kind: str):
    """Where each stroke of a line or path starts, and its kinds of steps."""
    if kind == "line":
        x, y = (float(element.get(name, 0)) for name in ("x2", "y2"))
        yield 0.0, 0.0, "h" if y == 0 else "v" if x == 0 else "l"
    elif kind == "path":
        for left, top, rest in re.findall(r"M(-?[\d.]+),(-?[\d.]+)([^M]*)", element.get("d", "")):
            yield float(left), float(top), re.sub(r"[^a-zA-Z]", "", rest)


def test_forests_show_exact_intervals_and_keep_strata_apart(review):
    figures = figures_of(CHARTS["response"](select_part(review, "core")))
    assert all(
        figure.spec["datasets"] if "datasets" in figure.spec else figure.spec["data"] for figure in figures
    )
    titles = [figure.title for figure in figures]
    assert len(titles) == len(set(titles))
    assert any("AML" in title for title in titles)
    assert not any("AML" in title and "ALL" in title.replace("AML", "") for title in titles)
    text = next(
        figure.description
        for figure in figures_of(CHARTS["response"](select_class(review, "bortezomib")))
        if "10/23" in figure.description
    )
    assert "10/23 (43%) [23 to 66%]" in text


def test_single_patients_and_subgroups_stay_out_of_forests(review):
    for figure in figures_of(CHARTS["response"](review)):
        assert not re.search(r"\b[0-4]/[0-4]\b ", figure.description), figure.description


def test_hostile_text_is_escaped_everywhere(review):
    """Every text of every table replaced by mark-up: nothing of it may reach a page as mark-up."""
    evil = '<script>alert("x")</script></script>--><img src=x onerror=alert(1)>'
    part = select_class(review, "bortezomib")
    spoiled = dict(part.tables)
    for name, columns in {
        "cohorts": ["label"],
        "outcomes": ["definition", "timepoint", "as_reported", "locator"],
        "adverse_events": ["term", "as_reported"],
        "regimens": ["name"],
        "discrepancies": ["title", "value_a", "explanation", "resolution"],
        "drugs": ["name", "short_name", "note"],
        "appraisals": ["reason"],
        "reports": ["status_reason", "registry_id"],
        "studies": ["name"],
        "characteristics": ["category"],
    }.items():
        # Numbered, since two rows that say the same of themselves are refused before anything is written.
        numbered = [f"{evil}{place}" for place in range(len(spoiled[name]))]
        spoiled[name] = spoiled[name].assign(**dict.fromkeys(columns, numbered))
    hostile = replace(part, tables=spoiled)
    shown = [CHARTS[kind](hostile) for kind in CHARTS]
    shown += [
        tables.tabulate_reports(hostile, caption=evil),
        tables.tabulate_populations(hostile, caption=evil),
        tables.tabulate_characteristics(hostile, caption=evil),
        tables.tabulate_appraisals(hostile, caption=evil),
        tables.list_discrepancies(hostile),
    ]
    html = "\n".join(str(item.__html__()) for item in shown)
    assert "<img" not in html
    assert "<script>alert" not in html
    assert not re.search(r"--><(?!/div|div|figure|p|details)", html)


def test_a_chart_of_nothing_is_refused():
    with pytest.raises(ValueError, match="no row to draw"):
        draw_rows([ChartRow("only a heading")], title="Empty")


def test_same_chart_same_bytes():
    row = ChartRow("row", 40.0, 20.0, 60.0, Figure("4/10 (40%)", "a.b", "r.html#a.b"), "", 10)
    first, second = (str(draw_rows([row], title="T").__html__()) for _ in range(2))
    assert first == second


def test_the_theme_names_one_font_that_can_be_measured():
    assert alt.theme.active == "livingreview"
    assert "system-ui" not in json.dumps(alt.theme.get()())


@pytest.mark.parametrize(
    ("text", "days"),
    [("1-3,15-17", [1, 2, 3, 15, 16, 17]), ("0-2", [0, 1, 2]), ("8", [8]), ("x", None), ("1;2", None)],
)
def test_days_are_expanded(text, days):
    assert expand_days(text) == days


@pytest.mark.slow
@pytest.mark.parametrize("class_id", CLASSES)
def test_every_row_of_a_class_stands_in_a_table_of_its_chapter(review, class_id):
    """Nothing is dropped silently: outcomes, survival and events that no chart shows are in a table."""
    part = select_class(review, class_id)
    groups = set(review.package.tables["outcomes"].field("outcome").groups.values())
    shown = (
        [CHARTS[kind](part) for kind in ("survival", "harm")]
        + [charts.draw_forest(part, group, title="t") for group in ("response", "mrd", "mortality")]
        + [charts.draw_bridge(part, title="t")]
    )
    html = "\n".join(str(item.__html__()) for item in shown)
    assert {"response", "mrd", "mortality", "transplant"} <= groups
    outcome_groups = review.package.tables["outcomes"].field("outcome").groups
    for _, row in part.tables["outcomes"].iterrows():
        if outcome_groups[row["outcome"]] in ("response", "mrd", "mortality", "transplant"):
            assert f'#{row["row_id"]}"' in html, row["row_id"]
    for name in ("survival", "adverse_events"):
        for row_id in part.tables[name]["row_id"]:
            assert f'#{row_id}"' in html, row_id


def test_a_style_sheet_keeps_what_pages_use():
    sheet = 'a{x:1}.b,.c:not(.d),.b .e{y:"}{"}@media print{.z{q:1}.b{r:url(data:a;b)}}@keyframes k{from{a:1}to{b:2}}@media screen{.z{q:1}}'
    assert (
        slim_css(sheet, {"b", "c"})
        == 'a{x:1}.b,.c:not(.d){y:"}{"}@media print{.b{r:url(data:a;b)}}@keyframes k{from{a:1}to{b:2}}'
    )


def test_the_evidence_map_counts_each_patient_once(review):
    """The largest number of each study, or the sum of its cohorts that share no patient, of studies that share patients the largest alone, evaluable patients where no more is printed."""
    apart = review.tables["disjoint_cohorts"].set_index("cohort_id")["set_id"]
    shown = tables.tabulate_evidence_map(review, title="Map").values
    cells = [cell for group in shown["groups"] for row in group["rows"] for cell in row["cells"] if cell]
    cohorts = review.tables["cohorts"].set_index("row_id")
    overlaps = review.tables["studies"].set_index("study_id")["overlaps_with"].map(split_ids)
    rows = shown["table"].content.rows
    assert len(rows) == len(cells)
    assert any(len(row.cells[1]) > 1 for row in rows)
    shared = 0
    for row, cell in zip(rows, cells, strict=True):
        part = cohorts.loc[[figure.href.partition("#")[2] for figure in row.cells[1]]]
        assert part["parent_cohort_id"].isna().all()
        assert part[["disease", "setting", "age_group"]].drop_duplicates().shape[0] == 1
        sizes = (
            part["n_enrolled"]
            .fillna(part["n_evaluable"])
            .groupby([part["study_id"], part["cohort_id"].map(apart).fillna(part["cohort_id"])])
            .sum()
            .groupby("study_id")
            .max()
            .fillna(0)
            .sort_values(ascending=False)
        )
        alone = [
            study
            for place, study in enumerate(sizes.index)
            if not any(
                study in overlaps[larger] or larger in overlaps[study] for larger in sizes.index[:place]
            )
        ]
        shared += len(alone) < len(sizes)
        assert cell["patients"] == (sizes[alone].sum() or "?")
        assert row.cells[2] == cell["what"]
    assert shared, "no two studies of one place share patients: the rule is not tested"


def test_the_overview_shows_a_part_only_for_want_of_a_whole(review):
    """Headline cohorts that are parts of another stand in it; no patient stands in it as a part and in the whole, or in two studies that share patients."""
    shown = charts.draw_overview(review, title="All")
    rows = [review.row(figure.row_id) for chart in shown.parts for figure in chart.table.figures]
    assert {"graall-clofarabine-2011.outcome.vandevol.cr", "ramos-2025.outcome.relapse.cr"} <= {
        row["row_id"] for row in rows
    }
    cohorts = review.tables["cohorts"].set_index("cohort_id")
    apart = review.tables["disjoint_cohorts"].set_index("cohort_id")["set_id"]
    overlaps = review.tables["studies"].set_index("study_id")["overlaps_with"].map(split_ids)
    ids = {row["cohort_id"] for row in rows}
    studies = {cohorts["study_id"][cohort] for cohort in ids if pd.isna(cohorts["parent_cohort_id"][cohort])}
    parts = [cohort for cohort in ids if not pd.isna(cohorts["parent_cohort_id"][cohort])]
    assert parts
    assert len(ids) == len(rows)
    for cohort in parts:
        study = cohorts["study_id"][cohort]
        assert cohorts["parent_cohort_id"][cohort] not in ids
        wholes = {
            whole for whole in ids - {cohort} if cohorts["study_id"][whole] == study and whole not in parts
        }
        line, above = [], cohort
        while not pd.isna(above):
            line.append(above)
            above = cohorts["parent_cohort_id"][above]
        sets = {apart.get(above) for above in line} - {None}
        assert all(apart.get(whole) in sets for whole in wholes), "a whole of its study not known to be apart"
        assert not studies & set(overlaps[study])
    for chart in shown.parts:
        block: list[int] = []
        for row in chart.table.rows:
            if row.heading:
                block = []
            elif cohorts["arm"][review.row(row.cells[1].row_id)["cohort_id"]] is not pd.NA:
                continue  # stands beside the other arm of its trial
            else:
                block.append(int(re.search(r"/(\d+)", str(row.cells[1]))[1]))
            assert block == sorted(block, reverse=True), "under a heading the largest comes first"


@pytest.mark.book
def test_no_page_shows_a_missing_value_as_code_does(book):
    """An age without an upper end once stood on a page as '65 to <NA>'."""
    for path in sorted((book / "chapters").glob("*.html")):
        text = re.sub(r"<(script|style).*?</\1>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r"&lt;NA&gt;|>(?:nan|None|NaT)<|\bto nan\b", text), path.name


def test_a_hazard_ratio_says_what_it_compares(review):
    rows = [row for row in with_cohorts(review, "survival") if row["statistic"] == "hazard_ratio"]
    table = survival_table(review, rows, "Hazard ratios")
    told = {row.cells[2].row_id: row.cells[1] for row in table.rows}
    assert len(told) == len(rows) > 5
    for row in rows:
        assert pd.isna(row["group"]) or row["group"] in told[row["row_id"]]
