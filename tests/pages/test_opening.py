"""What opens a page: the evidence of its class, figures for its prose, how to cite it."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from livingreview.pages.opening import (
    cite_page,
    cite_review,
    glue_figures,
    name_figure,
    open_chapter,
    open_parts,
    open_review,
    review_record,
)


@pytest.fixture
def inside(root, monkeypatch):
    """The project as a chapter sees it."""
    monkeypatch.chdir(root / "chapters")
    return root


@pytest.fixture
def glued(monkeypatch):
    """What a page glues: name -> HTML and plain text, as MyST-NB finds them."""
    found = {}
    monkeypatch.setattr(
        "livingreview.pages.opening.glue",
        lambda name, value, display: found.update({name: value._repr_mimebundle_()}),
    )
    return found


def test_a_figures_title_names_the_class_or_the_setting(review):
    """Figures were once called "Remission" and "Survival", of whom was not said."""
    told = {
        page: name_figure(review, "Remission, {}", page) for page in ("blinatumomab", "adult-relapse", "aml")
    }
    assert told == {
        "blinatumomab": "Remission, blinatumomab",
        "adult-relapse": "Remission, adults, relapsed or refractory ALL",
        "aml": "Remission, AML, relapsed or refractory",
    }
    with pytest.raises(KeyError):
        name_figure(review, "Remission, {}", "elsewhere")


@pytest.mark.slow
def test_a_chapter_opens_its_class_and_its_two_parts(inside):
    whole = open_chapter("bortezomib")
    core, beside = open_parts(whole)
    assert set(whole.tables["cohorts"]["cohort_id"]) < set(open_review().tables["cohorts"]["cohort_id"])
    assert len(core.tables["cohorts"]) + len(beside.tables["cohorts"]) == len(whole.tables["cohorts"])
    with pytest.raises(KeyError, match="bortezomib"):
        open_chapter("bortezomb")


@pytest.mark.slow
def test_a_glued_figure_is_a_link_and_a_count_is_itself(inside, glued):
    glue_figures(open_chapter("bortezomib"), cr="ramos-2025.outcome.relapse.cr", reports=12)
    assert glued["cr"]["text/html"].startswith('<a class="lr-figure"')
    assert glued["cr"]["text/plain"] == "10/23 (43.5%)"
    assert glued["reports"] == {"text/html": "12", "text/plain": "12"}


@pytest.mark.slow
def test_a_figure_without_a_row_is_not_glued(inside, glued):
    with pytest.raises(KeyError, match="every figure on a page needs a row"):
        glue_figures(open_chapter("bortezomib"), cr="ramos-2025.outcome.nothing")
    assert glued == {}


def test_myst_nb_finds_what_is_glued(inside):
    """With its own glue, in a shell: the name and both forms stand in the output that it publishes."""
    shell = InteractiveShell.instance()
    published = []
    before, shell.display_pub.publish = (
        shell.display_pub.publish,
        lambda data, metadata=None, **_: published.append((data, metadata)),
    )
    try:
        glue_figures(open_chapter("bortezomib"), cr="ramos-2025.outcome.relapse.cr")
    finally:
        shell.display_pub.publish = before
        InteractiveShell.clear_instance()
    ((data, metadata),) = published
    assert metadata["scrapbook"]["name"] == "cr"
    assert data["application/papermill.record/text/plain"] == "10/23 (43.5%)"


def test_a_page_is_cited_by_its_class_or_its_title(inside):
    own = str(cite_page("bortezomib").__html__())
    assert "Bortezomib combinations. In: " in own
    assert "bortezomib-reports.ris" in own
    other = str(cite_page("methods", "Methods").__html__())
    assert "Methods. In: " in other
    assert "-reports" not in other
    assert "Blinatumomab: all the evidence. In: " in str(
        cite_page("blinatumomab", end="-evidence").__html__()
    )
    with pytest.raises(KeyError, match="no regimen class 'method'"):
        cite_page("method")


def test_the_whole_is_cited_with_all_included_reports(inside):
    html = str(cite_review().__html__())
    assert review_record()["title"] in html
    assert "review-reports.bib" in html
