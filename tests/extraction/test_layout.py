"""What a sheet asks for follows from the schema: what the machine makes is not asked."""

from livingreview.extraction.layout import codes_of, explain, form_of, is_needed, own_key, pages_of


def test_each_table_of_evidence_has_a_page_and_no_page_asks_for_what_the_machine_makes(known):
    pages = pages_of(known.package)
    evidence = [table.name for table in known.package.evidence_tables]
    assert list(pages) == [*evidence, "families", "drugs", "discrepancies", "appraisals"]
    for name, page in known.tables.items():
        asked = {column.field.name for column in page.columns}
        assert not asked & {"row_id", "report_id", "verification", "study_id"}, name
        made = {"row_id", "report_id", "verification", "study_id"} & set(page.table.columns)
        assert asked | made == set(page.table.columns), name


def test_a_list_that_evidence_names_has_a_page_for_what_is_new_and_asks_no_id_nor_order(known):
    pages = pages_of(known.package)
    assert (pages["drugs"].title, pages["families"].title) == ("New drugs", "New regimen families")
    asked = {name: [column.name for column in pages[name].columns] for name in ("drugs", "families")}
    assert asked["families"] == ["class", "name", "part"]
    assert asked["drugs"][:2] == ["name", "short_name"]
    needed = {column.name for column in pages["drugs"].columns if is_needed(pages["drugs"], column)}
    assert needed == {"name"}


def test_a_column_that_names_a_row_elsewhere_is_called_after_it(known):
    columns = {column.name: column for column in pages_of(known.package)["cohorts"].columns}
    assert columns["cohort"].is_own
    assert (columns["regimen"].refers_to, columns["parent_cohort"].refers_to) == ("regimens", "cohorts")
    outcome = {column.name: column.refers_to for column in pages_of(known.package)["outcomes"].columns}
    assert (outcome["cohort"], outcome["source_report"], outcome["outcome"]) == ("cohorts", "reports", "")


def test_how_a_report_is_judged_has_a_page_that_asks_one_reader_only(known):
    columns = {column.name: column.field.name for column in pages_of(known.package)["appraisals"].columns}
    assert list(columns) == ["question", "answer", "why", "where", "result"]
    assert "second_judgement" not in columns.values()


def test_the_family_is_marked_as_needed_since_what_is_studied_cannot_do_without(known):
    page = pages_of(known.package)["regimens"]
    needed = {column.name for column in page.columns if is_needed(page, column)}
    assert {"family", "name", "role"} <= needed
    assert not {"max_cycles", "basis", "note"} & needed


def test_what_is_seldom_filled_stands_last(known):
    names = [column.name for column in pages_of(known.package)["outcomes"].columns]
    assert names[-4:] == ["basis", "derivation", "source_report", "source_citation"]


def test_the_key_by_which_others_name_a_row(known):
    tables = known.package.tables
    assert own_key(known.package, tables["cohorts"]) == "cohort_id"
    assert own_key(known.package, tables["regimens"]) == "regimen_id"
    assert own_key(known.package, tables["survival"]) == ""


def test_the_form_asks_each_thing_once_and_says_what_to_write(known):
    lines = form_of(known.package)
    names = [line.name for line in lines]
    assert len(names) == len(set(names))
    assert {"title", "doi", "registry", "text_seen", "study", "study_design", "found_by"} <= set(names)
    assert not {"report_id", "study_id"} & set(names)


def test_an_explanation_holds_unit_length_and_what_an_empty_cell_means(known):
    words = explain(known.package.field("outcomes", "denominator"))
    assert words.endswith("Left empty: not reported.")
    assert "At most 100 characters." in explain(known.package.field("outcomes", "timepoint"))
    assert codes_of(known.package.field("outcomes", "outcome"))["cr"] == "complete remission (CR)"
    assert codes_of(known.package.field("outcomes", "timepoint")) == {}
