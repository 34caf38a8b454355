"""What a person is told of a row: what it says, where it is printed, what depends on it."""

import pytest

from livingreview.evidence import load_evidence
from livingreview.extraction.finding import Dependents, find_row
from livingreview.extraction.fix_telling import tell_row
from tests.extraction.test_fixing import CLAIM, ROW


@pytest.mark.slow
def test_a_row_is_told_with_all_that_depends_on_it(project, tmp_path_factory):
    evidence = load_evidence(project)
    texts = tmp_path_factory.mktemp("texts")
    (texts / "lipomit-clag-2025.txt").write_text("CRc 63.0% (17/27)", encoding="utf-8")
    dependents = Dependents(project, evidence, find_row(project, evidence.package, ROW))
    told = tell_row(dependents, texts)
    for words in (
        f"outcomes.csv, row {dependents.held.line}: {ROW}",
        "crc (composite complete remission (CRc))",
        "Lipo-MIT + CLAG",
        "Abstract, Results, sentence 4, “63.0% (17/27)”",
        "checked: found in the source text by program",
        "every fragment stands in lipomit-clag-2025.txt",
        "lipomit-clag-2025.discrepancy.crc-seventeen-or-sixteen: 17 patients in composite remission",
        f"claims.rests_on: {CLAIM}",
        "findings.remission: aml.liposomal-mitoxantrone",
        "chapters/liposomal-mitoxantrone.md as {glue:}`crc`",
        "not known: no book is built",
        f"livingreview fix {ROW} COLUMN=VALUE --reason WHY",
    ):
        assert words in told, told
    assert "no text at hand" in tell_row(dependents, texts / "none")
