"""Every dialect and format gives the same records; what a file holds beyond them is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from livingreview.checks.characters import has_hidden, has_loose_accent, has_markup, has_odd_space
from livingreview.surveillance.identity import as_row, fingerprint, name_record
from livingreview.surveillance.readers import ReadError, read_export
from livingreview.surveillance.readers.found import make_found
from tests.surveillance import exports

WORKS = exports.make_works(3)
FORMATS = {
    "MEDLINE (PubMed, nbib)": exports.nbib,
    "PubMed XML": exports.pubmed_xml,
    "EndNote XML": exports.endnote_xml,
    "BibTeX": exports.bibtex,
    "table, PubMed": exports.table,
}


def read(text: str):
    return read_export(text.encode(), "export")


def facts(record) -> tuple:
    return record.title, "; ".join(record.authors), record.container, record.year, record.doi


@pytest.mark.parametrize("dialect", exports.DIALECTS)
def test_each_dialect_of_ris_is_told_and_read_whole(dialect):
    export = read(exports.DIALECTS[dialect](WORKS))
    assert export.dialect == f"RIS, {dialect}"
    assert export.begun == len(export.records) == len(WORKS)
    for record, work in zip(export.records, WORKS, strict=True):
        assert facts(record) == tuple(work[name] for name in ("title", "authors", "container", "year", "doi"))
        assert (record.volume, record.issue, record.pages) == (work["volume"], work["issue"], work["pages"])
        assert record.abstract == work["abstract"]
        assert record.flags == ()
    assert export.not_understood == {}


@pytest.mark.parametrize(("dialect", "has"), [("Scopus", True), ("Embase.com", True), ("Ovid", False)])
def test_the_pubmed_number_is_taken_where_a_dialect_has_it(dialect, has):
    found = [record.pmid for record in read(exports.DIALECTS[dialect](WORKS)).records]
    assert found == [work["pmid"] if has else "" for work in WORKS]


@pytest.mark.parametrize("dialect", FORMATS)
def test_each_format_gives_the_same_records(dialect):
    export = read(FORMATS[dialect](WORKS))
    assert export.dialect == dialect
    for record, work in zip(export.records, WORKS, strict=True):
        assert facts(record) == tuple(work[name] for name in ("title", "authors", "container", "year", "doi"))
        assert record.pmid == work["pmid"]


@pytest.mark.parametrize("sign", [";", "\t"])
def test_a_table_may_be_parted_by_other_signs(sign):
    assert len(read(exports.table([WORKS[0] | {"authors": "Able, A."}], sign)).records) == 1


def test_a_trial_of_a_register_is_known_by_its_number():
    (trial,) = read(exports.trials_json(["NCT09999991"])).records
    assert (trial.kind, trial.trials, trial.day) == (
        "registry",
        ("NCT09999991", "2026-500000-11"),
        "2026-02-03",
    )
    (other,) = read(exports.ictrp(["ChiCTR2600000001"])).records
    assert (other.kind, other.trials, other.year) == ("registry", ("ChiCTR2600000001",), "2026")
    assert "<br>" not in other.abstract


def test_links_to_notices_are_kept_as_what_they_make_of_the_record():
    (work, *_) = WORKS
    assert read(exports.nbib([work])).records[0].flags == ("corrected",)
    text = exports.nbib([work | {"abstract": ""}]).replace(
        "EIN - ", "RIN - A notice\nUOF - A preprint\nECI - "
    )
    flags = ("retracted", "expression of concern", "update of another", "no_abstract")
    assert read(text).records[0].flags == flags
    links = "".join(
        f'<CommentsCorrections RefType="{name}"><RefSource>x</RefSource></CommentsCorrections>'
        for name in ("UpdateIn", "Cites", "CommentIn", "RetractionIn", "ErratumIn")
    )
    xml = exports.pubmed_xml([work]).replace(
        "</Article>\n</Med", f"</Article>\n<CommentsCorrectionsList>{links}</CommentsCorrectionsList></Med"
    )
    assert read(xml).records[0].flags == ("retracted", "corrected", "updated")


def test_numbers_of_trials_and_the_day_of_entry_come_from_medline():
    record = read(exports.nbib(WORKS)).records[0]
    assert (record.trials, record.day, record.kind) == (("NCT09999999",), "2026-05-01", "article")


def test_what_was_not_used_is_said():
    assert read(exports.nbib(WORKS)).not_understood == {"XYZ": 3}
    assert read(exports.endnote_xml(WORKS)).not_understood == {"surprise": 3}
    assert read(exports.ris(WORKS, ZZ="something")).not_understood == {"ZZ": 3}
    assert read(exports.table(WORKS)).not_understood == {}


def test_a_record_whose_end_is_missing_is_read_and_does_not_swallow_the_next():
    text = exports.ris(WORKS).replace("ER  - \n", "", 1).rstrip().removesuffix("ER  -")
    assert [record.title for record in read(text).records] == [work["title"] for work in WORKS]


@pytest.mark.parametrize(
    ("words", "kind"),
    [("Conference Abstract", "abstract"), ("Letter", "letter"), ("Review", "review"), ("Erratum", "notice")],
)
def test_the_kind_is_the_databases_own_word(words, kind):
    record = read(exports.scopus([WORKS[0] | {"kind": words}])).records[0]
    assert record.kind == kind


def test_a_retracted_report_is_flagged_and_a_notice_is_no_article():
    works = [
        WORKS[0] | {"title": "RETRACTED: " + WORKS[0]["title"]},
        WORKS[1] | {"title": "Correction to: a work"},
    ]
    first, second = read(exports.ris(works, DO="{doi}")).records
    assert first.flags == ("retracted",)
    assert second.kind == "notice"


BOMB = (
    '<!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><xml><records><record>&b;</record></records></xml>'
)
REMOTE = '<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><records><record>&a;</record></records></xml>'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (BOMB.encode(), "declares entities"),
        (REMOTE.encode(), "declares entities"),
        (exports.pubmed_xml(WORKS)[:-90].encode(), "was the file cut"),
        (exports.trials_json(["NCT09999991"])[:-9].encode(), "was the file cut"),
        (b"<!doctype html><html><body>Sign in</body></html>", "a web page"),
        (b"<xml><records></records></xml>", "no record"),
        (b"", "a format that is not known"),
        (b"nothing, of the kind\n1,2\n", "a format that is not known"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(data, words):
    with pytest.raises(ReadError, match=words):
        read_export(data, "export.xml")


def test_other_encodings_are_read():
    text = exports.ris([WORKS[0] | {"authors": "Müller, Ä."}])
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        assert read_export(text.encode(encoding), "x").records[0].authors == ("Müller, Ä.",)


MARKS = ["<", ">", "/", "&", "lt;", "amp;", "#0;", "#8203;", "<!--", "]]>"]
WORDS = ["i", "br", "script", "p<0.05", "T<B", "text", "é"]
SIGNS = ["e\u0301", "\u200b", "\x00", "\ud800", "\u2028", "\u00a0", "\ue000", " "]
PIECES = some.sampled_from([*MARKS, *WORDS, *SIGNS])


@given(some.lists(PIECES, max_size=12).map("".join))
def test_what_is_taken_in_passes_the_checks_of_characters(text):
    title = make_found(title=text).title
    assert not any(look(title) for look in (has_hidden, has_odd_space, has_loose_accent))
    assert title == " ".join(title.split())
    title.encode()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Of CD19<sup>+</sup> &amp;lt;i&amp;gt;cells&amp;lt;/i&amp;gt;", "Of CD19+ cells"),
        ("<jats:p>T<B cells, p &lt; 0.05</jats:p><br/>", "T<B cells, p < 0.05"),
        ("zero&#8203;width\u00a0and e\u0301", "zerowidth and é"),
        ("one <script>two", "one two"),
    ],
)
def test_mark_up_is_left_out_in_whatever_form_it_stands(text, plain):
    assert make_found(title=text).title == plain
    assert not has_markup(plain)


def test_a_line_without_a_tag_goes_on_from_the_last_value_whatever_the_record_holds():
    begin, end = "TY  - JOUR\n", "ER  - \n"
    text = f"{begin}TI  - One\nTI  - Two\nand more\n{end}{begin}lost\nTI  - Three\n{end}"
    assert [record.title for record in read(text).records] == ["One", "Three"]


@pytest.mark.parametrize(
    "text",
    [
        '{"studies": [{"protocolSection": []}]}',
        '{"studies": [{"protocolSection": {"identificationModule": {"officialTitle": 1}}}]}',
        "[" * 100_000,
    ],
)
def test_json_of_another_form_is_told(text):
    with pytest.raises(ReadError, match="JSON"):
        read(text)


def test_numbers_in_other_scripts_are_no_numbers():
    found = make_found(title="x", year="٢٠٢٠", pmid="1٢", doi="10.1000/a\u200bb", pmcid="PMC1٢")
    assert (found.year, found.pmid, found.doi, found.pmcid) == ("", "", "10.1000/ab", "PMC1")


def test_a_day_that_there_is_not_and_a_doi_too_long_for_a_cell_are_left_out():
    row = as_row(make_found(title="x", day="2026-02-30", doi="10.1000/" + "x" * 300))
    assert (row["entered"], row["doi"]) == ("", "")


def test_a_note_that_is_nothing_but_a_number_is_that_number_and_an_old_doi_is_read_whole():
    doi = "10.1002/1097-0142(19900101)65:1<5::aid-cncr2820650104>3.0.co;2-r"
    text = f"TY  - JOUR\nTI  - A title\nDO  - {doi}\nN1  - PMID: 123456\nN1  - PMCID: PMC98765\nER  - \n"
    (found,) = read_export(text.encode(), "x.ris").records
    assert (found.doi, found.pmid, found.pmcid) == (doi, "123456", "PMC98765")
    told = text.replace("PMID: 123456", "see also PMID: 123456, a letter")
    assert read_export(told.encode(), "x.ris").records[0].pmid == ""


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("Robert Walchack", "Walchack, Robert"),
        ("Hagop M Kantarjian", "Kantarjian, Hagop M"),
        ("Jeannette van der Giessen", "van der Giessen, Jeannette"),
        ("John Smith Jr.", "Smith Jr., John"),
        ("SEDA YILMAZ", "YILMAZ, SEDA"),
        ("Walchack R", "Walchack R"),
        ("von Stackelberg", "von Stackelberg"),
        ("Stetler-Stevenson M.", "Stetler-Stevenson M."),
        ("Wu X-Y", "Wu X-Y"),
        ("KIM JH", "KIM JH"),
        ("SEDA KAYA", "KAYA, SEDA"),
        ("Walchack, Robert", "Walchack, Robert"),
        ("Children's Oncology Group", "Children's Oncology Group"),
        ("World Health Organization", "World Health Organization"),
        ("GIMEMA", "GIMEMA"),
    ],
)
def test_a_name_without_a_comma_has_its_family_name_last_unless_initials_follow_it(told, expected):
    ris = f"TY  - JOUR\nTI  - A work\nAU  - {told}\nER  - \n"
    assert read(ris).records[0].authors == (expected,)


def test_one_work_is_one_record_whichever_name_of_its_authors_comes_first():
    one, two = (
        as_row(read(f"TY  - JOUR\nTI  - A work\nAU  - {name}\nPY  - 2020\nER  - \n").records[0])
        for name in ("Robert Walchack", "Walchack, Robert")
    )
    assert fingerprint(one) == fingerprint(two)
    assert name_record(one, set()).startswith("walchack-2020-")
