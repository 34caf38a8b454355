"""Exported files after the shapes that databases and tools give them; all works are made up."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

Work = Mapping[str, str]


def make_works(count: int, start: int = 1) -> list[dict[str, str]]:
    """Works with a number, a title and a place of their own."""
    what = ("early death", "second transplant", "dose finding", "late relapse", "quality of life", "cost")
    who = ("adults", "children", "older patients", "infants", "women", "siblings of donors", "veterans")
    how = ("registry study", "randomised comparison", "single centre", "pooled series", "phase one")
    return [
        {
            "title": f"{how[number % 5]} {number}: {what[number % 6]} among {who[number % 7]}, an example",
            "authors": f"Able, {chr(65 + number % 26)}.; Baker, {chr(65 + number % 7)}. C.",
            "container": f"Journal of Example {number % 4}",
            "year": str(2020 + number % 6),
            "volume": str(10 + number % 9),
            "issue": str(1 + number % 4),
            "pages": f"{100 + number}-{109 + number}",
            "doi": f"10.9999/example.{number}",
            "pmid": str(90000000 + number),
            "abstract": f"Of {20 + number} patients {number} responded. Work {number} of the example series.",
            "kind": "Article",
        }
        for number in range(start, start + count)
    ]


def ris(works: Iterable[Work], **tags: str) -> str:
    """Plain RIS; `tags` are written into every record, ``{doi}`` and so on filled in."""
    return "\n".join(_record(work, tags) for work in works)


def _record(work: Work, tags: Mapping[str, str]) -> str:
    begin, _, end = work["pages"].partition("-")
    lines = ["TY  - JOUR", f"TI  - {work['title']}"]
    lines += [f"AU  - {name}" for name in work["authors"].split("; ")]
    lines += [f"T2  - {work['container']}", f"PY  - {work['year']}", f"VL  - {work['volume']}"]
    lines += [f"IS  - {work['issue']}", f"SP  - {begin}", f"EP  - {end}", f"AB  - {work['abstract']}"]
    lines += [f"{tag}  - {text.format(**work)}" for tag, text in tags.items()]
    return "\n".join([*lines, "ER  - ", ""])


def scopus(works: Iterable[Work]) -> str:
    """A byte-order mark; the PubMed number under C2."""
    return "\ufeff" + ris(
        works, DO="{doi}", C2="{pmid}", M3="{kind}", DB="Scopus", N1="Export Date: 01 May 2026"
    )


def embase(works: Iterable[Work]) -> str:
    """Title, authors and abstract under other tags, two databases, an unknown link."""
    text = ris(
        works,
        M3="{kind}",
        U2="L20{pmid}",
        C5="{pmid}",
        DB="Embase",
        L2="http://dx.doi.org/{doi}",
        LK="https://library.example/atoz?id=doi:{doi}",
    )
    for plain, own in (("TI", "T1"), ("AU", "A1"), ("AB", "N2")):
        text = text.replace(f"{plain}  - ", f"{own}  - ")
    return text.replace("DB  - Embase", "DB  - Embase\nDB  - Medline")


def ovid(works: Iterable[Work]) -> str:
    """A number before each record, addresses for DOIs, a strategy after the last."""
    parts = []
    for number, work in enumerate(works, 1):
        text = ris([work], DO="https://dx.doi.org/{doi}", M1="10.9999/cited.by.this", PT="{kind}")
        parts.append(f"{number}. \n" + text.replace("PY  - ", "Y1  - ").replace("AB  - ", "N2  - "))
    return "\n".join([*parts, "1. exp Example/ or example*.ti,ab.", "2. 1 and 2020:2026.(sa_year)."])


def central(works: Iterable[Work]) -> str:
    """A line between records, two blanks after the dash."""
    parts = []
    for number, work in enumerate(works, 1):
        text = ris([work], DO="{doi}", AN="CN-{pmid}", C3="PUBMED {pmid}", M3="Journal article")
        parts.append(f"Record #{number} of 9\nProvider: John Wiley & Sons, Ltd.\n\n" + text)
    return "\n".join(parts).replace("  - ", "  -  ")


def rayyan(works: Iterable[Work]) -> str:
    """Two tags glued on one line."""
    note = 'RAYYAN-INCLUSION: {{"Reader"=>"Included"}}'
    return ris(works, AN="rayyan-{pmid}", DO="{doi}     LK  - https://library.example/{pmid}", N1=note)


def web_of_science(works: Iterable[Work]) -> str:
    """Windows line ends, notes that go on without a tag, a month alone as date."""
    text = ris(
        works, DO="{doi}", AN="WOS:000{pmid}", DA="SEP 22", N1="Times Cited:  5\nTotal Times Cited:  5"
    )
    return "\ufeff" + text.replace("\n", "\r\n")


def ebsco(works: Iterable[Work]) -> str:
    """The DOI among links, and a notice of copyright as a second abstract."""
    notice = "Copyright of the example is the property of its publisher."
    text = ris(works, L3="{doi}", M3="{kind}", DB="cin20", DP="EBSCOhost")
    return text.replace("\nL3  - ", f"\nAB  - {notice}\nL3  - ").replace("PY  - ", "Y1  - ")


def covidence(works: Iterable[Work]) -> str:
    """Empty tags are kept; pages under one."""
    return ris(works, PD="", NS="", DO="{doi}", AN="", CY="")


def endnote(works: Iterable[Work]) -> str:
    """Values without a tag on lines of their own."""
    return ris(works, DO="{doi}", KW="one keyword\nanother keyword", ST="{title}", ID="887").replace(
        "\n", "\r\n"
    )


def zotero(works: Iterable[Work]) -> str:
    """A date of slashes."""
    return ris(works, DO="{doi}", DA="{year}///", L2="http://example.org/{doi}")


def eppi(works: Iterable[Work]) -> str:
    """Two addresses under one tag, the DOI in one of them."""
    return ris(works, KW="eppi-reviewer", U1="{pmid}", UR="https://example.org https://doi.org/{doi}")


DIALECTS = {
    "Scopus": scopus,
    "Embase.com": embase,
    "Ovid": ovid,
    "Cochrane CENTRAL": central,
    "Rayyan": rayyan,
    "Web of Science": web_of_science,
    "EBSCOhost": ebsco,
    "Covidence": covidence,
    "EndNote": endnote,
    "Zotero": zotero,
    "EPPI-Reviewer": eppi,
}


def nbib(works: Iterable[Work]) -> str:
    """MEDLINE's tags: the DOI of the article, and that of an erratum beside it."""
    parts = []
    for work in works:
        begin, _, rest = work["title"].partition(": ")
        lines = [f"PMID- {work['pmid']}", "OWN - NLM", f"TI  - {begin}:", f"      {rest}"]
        lines += [f"PG  - {work['pages']}", f"VI  - {work['volume']}", f"IP  - {work['issue']}"]
        lines += [f"DP  - {work['year']} Sep 5", f"LID - {work['doi']} [doi]", f"AB  - {work['abstract']}"]
        lines += [f"FAU - {name}" for name in work["authors"].split("; ")]
        lines += [
            "PT  - Journal Article",
            f"JT  - {work['container']}",
            "SI  - ClinicalTrials.gov/NCT09999999",
        ]
        lines += ["EIN - Example J. 2026;1:2. doi: 10.9999/erratum. PMID: 99999999", "CRDT- 2026/05/01 12:00"]
        lines += [f"AID - {work['doi']} [doi]", f"AID - S{work['pmid']} [pii]", "XYZ - unheard of", ""]
        parts.append("\n".join(lines))
    return "\n".join(parts)


def pubmed_xml(works: Iterable[Work]) -> str:
    """The DOI in the list of the article's own numbers only; another's DOI in its reference list."""
    parts = [
        f"""<PubmedArticle><MedlineCitation><PMID>{work["pmid"]}</PMID><Article>
<Journal><JournalIssue><Volume>{work["volume"]}</Volume><Issue>{work["issue"]}</Issue>
<PubDate><Year>{work["year"]}</Year></PubDate></JournalIssue><Title>{work["container"]}</Title></Journal>
<ArticleTitle>{work["title"].replace("cohort", "<i>cohort</i>")}</ArticleTitle>
<Pagination><MedlinePgn>{work["pages"]}</MedlinePgn></Pagination>
<Abstract><AbstractText Label="RESULTS">{work["abstract"]}</AbstractText></Abstract>
<AuthorList>{_authors(work)}</AuthorList>
<PublicationTypeList><PublicationType>Journal Article</PublicationType></PublicationTypeList></Article>
</MedlineCitation><PubmedData><History><PubMedPubDate PubStatus="entrez"><Year>2026</Year><Month>5</Month>
<Day>1</Day></PubMedPubDate></History><ArticleIdList><ArticleId IdType="doi">{work["doi"]}</ArticleId>
</ArticleIdList><ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.9999/cited</ArticleId>
</ArticleIdList></Reference></ReferenceList></PubmedData></PubmedArticle>"""
        for work in works
    ]
    head = '<?xml version="1.0"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD" "https://dtd.example/pubmed.dtd">'
    return f"{head}\n<PubmedArticleSet>{''.join(parts)}</PubmedArticleSet>"


def _authors(work: Work) -> str:
    names = [name.split(", ") for name in work["authors"].split("; ")]
    return "".join(
        f"<Author><LastName>{last}</LastName><ForeName>{first}</ForeName></Author>" for last, first in names
    )


def endnote_xml(works: Iterable[Work]) -> str:
    """Text inside runs of style."""

    def run(text: str) -> str:
        return f'<style face="normal">{text[:9]}</style><style face="italic">{text[9:]}</style>'

    parts = [
        f"""<record><ref-type name="Journal Article">17</ref-type><contributors><authors>
{"".join(f"<author>{run(name)}</author>" for name in work["authors"].split("; "))}</authors></contributors>
<titles><title>{run(work["title"])}</title></titles><periodical><full-title>{run(work["container"])}</full-title>
</periodical><pages>{run(work["pages"])}</pages><volume>{run(work["volume"])}</volume>
<number>{run(work["issue"])}</number><dates><year>{run(work["year"])}</year></dates>
<abstract>{run(work["abstract"])}</abstract><accession-num>{run(work["pmid"])}</accession-num>
<remote-database-provider>NLM</remote-database-provider><surprise>x</surprise>
<electronic-resource-num>{run(work["doi"])}</electronic-resource-num></record>"""
        for work in works
    ]
    return f"<xml><records>{''.join(parts)}</records></xml>"


def bibtex(works: Iterable[Work]) -> str:
    """BibTeX."""
    return "\n".join(
        f"@article{{key{work['pmid']}, title={{{work['title']}}}, journal={{{work['container']}}}, "
        f"author={{{work['authors'].replace('; ', ' and ')}}}, year={work['year']}, volume={work['volume']}, "
        f"number={{{work['issue']}}}, pages={{{work['pages'].replace('-', '--')}}}, doi={{{work['doi']}}}, "
        f"pmid={{{work['pmid']}}}, abstract={{{work['abstract']}}}}}"
        for work in works
    )


def table(works: Iterable[Work], sign: str = ",") -> str:
    """A table with headings of a database, some cells quoted."""
    lines = [
        sign.join(
            ("PMID", "Title", "Authors", "Citation", "Journal/Book", "Publication Year", "NIHMS ID", "DOI")
        )
    ]
    lines += [
        sign.join(
            (
                work["pmid"],
                f'"{work["title"]}"',
                f'"{work["authors"]}"',
                '"x"',
                work["container"],
                work["year"],
                "",
            )
        )
        + sign
        + work["doi"]
        for work in works
    ]
    return "\n".join(lines)


def trials_json(numbers: Iterable[str]) -> str:
    """ClinicalTrials.gov, version 2."""
    studies = [
        {
            "protocolSection": {
                "identificationModule": {
                    "nctId": number,
                    "briefTitle": f"Trial {number}",
                    "officialTitle": f"A Trial of the Example Series, {number}",
                    "secondaryIdInfos": [{"id": "2026-500000-11", "type": "EUDRACT_NUMBER"}],
                },
                "statusModule": {"studyFirstPostDateStruct": {"date": "2026-02-03", "type": "ACTUAL"}},
                "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Example Group"}},
                "descriptionModule": {"briefSummary": "What it asks."},
            },
            "hasResults": False,
        }
        for number in numbers
    ]
    return json.dumps({"studies": studies, "nextPageToken": "x"})


def ictrp(numbers: Iterable[str]) -> str:
    """The WHO's portal: flat, with blanks around each text."""
    parts = [
        f"""<Trial><Internal_Number>1 </Internal_Number><TrialID>{number}
    </TrialID><Public_title>A trial</Public_title><Scientific_title>A trial of the series, {number}
    </Scientific_title><Primary_sponsor>Example Group</Primary_sponsor><Source_Register>Register
    </Source_Register><Date_registration3>20260203</Date_registration3>
    <Intervention>&lt;br&gt;Drug: example</Intervention></Trial>"""
        for number in numbers
    ]
    name = "Trials_downloaded_from_ICTRP"
    return f"<?xml version='1.0' encoding='UTF-8' ?><{name}>{''.join(parts)}</{name}>"
