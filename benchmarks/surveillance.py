"""How much of others' files is read, which copies are told, and what a hundred thousand records cost.

    python -m benchmarks.surveillance --exports FILES... --pubmed FILES... --medline FILES...
    python -m benchmarks.surveillance --gold FOLDERS...
    python -m benchmarks.surveillance --gold FOLDERS... --records 100000 [--dask tcp://host:8786]

Nothing of others' is shipped. What the numbers of the README were measured on:

- exports: the RIS files of https://github.com/asreview/citation-file-formatting (``Datasets/RIS``, CC0) and
  of https://github.com/asreview/asreview (``tests/demo_data``);
- PubMed XML: ``tests/fixtures/pmid_xml`` of the source package of metapub 0.7.5 (``pip download --no-binary
  :all: --no-deps metapub``), and ``Tests/Entrez/pubmed*.xml`` of that of biopython;
- MEDLINE: ``Tests/Medline/pubmed_result*.txt`` of the source package of biopython; with biopython installed
  each record is held against what its own reader finds;
- gold sets: folders under ``data`` of https://github.com/CoLRev-Environment/bib-dedupe, at the parent of
  commit e3f876d: ``records_pre_merged.csv`` and ``merged_record_ids.csv``.

``--records`` imports so many made of theirs. Ends with 1 where a number falls short of what is asked for.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

from benchmarks.many_records import import_many
from livingreview.surveillance.identity import Index, as_row, contradict
from livingreview.surveillance.matching import match
from livingreview.surveillance.ordering import put_in_order
from livingreview.surveillance.readers import Export, Found, ReadError, read_export
from livingreview.surveillance.readers.found import make_found

# What others published of their own programs; none was run here.
PUBLISHED = """\
published: ASySD: sensitivity 0.95-0.99, specificity > 0.99, less than an hour for 79,880 citations
  (Hair 2023, doi:10.1186/s12915-023-01686-z); bib-dedupe: precision 1.000, sensitivity 0.994 over ten sets,
  9 s for 1,988 records, 35 s for 7,159 (its own evaluation of 2025-10-05, at the parent of commit e3f876d)"""
# Links to notices in MEDLINE's tags -> what they make of a record.
LINKS = {"RIN": "retracted", "ECI": "expression of concern", "EIN": "corrected", "UIN": "updated"}
LINKS |= {"UOF": "update of another"}
SHORT: list[str] = []


def ask_for(what: str, found: float, least: float) -> str:
    """A number, and whether it is what is asked for."""
    if found < least:
        SHORT.append(f"{what}: {found:.4f}, asked for {least}")
    return f"{found:.4f}"


def read(path: Path) -> Export | None:
    """A file's records; None, and the reason, where it cannot be read."""
    try:
        return read_export(path.read_bytes(), path.name)
    except ReadError as error:
        print(f"  {error}")
        return None


def read_files(paths: Sequence[Path]) -> None:
    """Records, titles and DOIs of exports; and what a second import of the same would add."""
    print(f"\n{'export':52}{'begun':>7}{'read':>6}{'titles':>8}{'DOIs':>6}  dialect; not used")
    totals = [0, 0, 0, 0]
    for path in paths:
        if (export := read(path)) is None:
            continue
        own = [
            export.begun,
            len(export.records),
            sum(bool(item.title) for item in export.records),
            sum(bool(item.doi) for item in export.records),
        ]
        totals = [one + two for one, two in zip(totals, own, strict=True)]
        unused = ", ".join(f"{tag} ({count})" for tag, count in export.not_understood.items())
        begun, whole, titles, dois = own
        words = f"{export.dialect}; {unused}".rstrip("; ")
        print(f"{path.name[-52:]:52}{begun:7}{whole:6}{titles:8}{dois:6}  {words}")
        index = Index({})
        for item in export.records:
            index.find(as_row(item)) or index.add(as_row(item))
        if again := sum(not index.find(as_row(item)) for item in export.records):
            SHORT.append(f"{path.name}: a second import adds {again} records")
    begun, whole, titles, dois = totals
    print(f"{'all':52}{begun:7}{whole:6}{titles:8}{dois:6}")
    ask_for("records read of those begun", whole / max(begun, 1), 1.0)


def read_pubmed(paths: Sequence[Path]) -> None:
    """Articles, and their own DOI, against what stands in the XML by its path."""
    articles = whole = with_doi = same = 0
    for path in paths:
        try:
            items = ET.parse(path).getroot().findall(".//PubmedArticle")
        except ET.ParseError as error:
            print(f"  {path.name}: no XML ({error})")
            continue
        export = read(path) if items else None
        records = {item.pmid: item for item in export.records} if export else {}
        articles += len(items)
        for item in items:
            doi = own_doi(item)
            record = records.get(item.findtext("MedlineCitation/PMID") or "")
            whole += record is not None
            with_doi += bool(doi)
            same += bool(doi) and record is not None and record.doi == doi
    print(f"\nPubMed XML: {whole} of {articles} articles read, own DOI of {same} of {with_doi}")
    ask_for("articles of PubMed XML", whole / max(articles, 1), 1.0)
    ask_for("own DOIs of PubMed XML", same / max(with_doi, 1), 1.0)


def own_doi(article: ET.Element) -> str:
    """The DOI that an article calls its own; reference lists hold those of others."""
    listed = article.findtext("PubmedData/ArticleIdList/ArticleId[@IdType='doi']")
    return (listed or article.findtext(".//Article/ELocationID[@EIdType='doi']") or "").strip().lower()


def read_medline(paths: Sequence[Path]) -> None:
    """Records of MEDLINE files against biopython's reader."""
    try:
        from Bio import Medline
    except ImportError:
        print("\nMEDLINE: biopython is not installed; nothing to hold the records against")
        return
    same = count = 0
    for path in paths:
        with path.open(encoding="utf-8-sig") as handle:
            told = [item for item in Medline.parse(handle) if item]
        export = read(path)
        for found, item in zip(export.records if export else (), told, strict=False):
            same += is_alike(found, item)
        count += len(told)
    print(f"\nMEDLINE: {same} of {count} records tell what biopython finds")
    ask_for("MEDLINE records", same / max(count, 1), 1.0)


def is_alike(found: Found, item: dict) -> bool:
    """Whether a record's number, title, volume, abstract, DOI and notices are what another reader found."""
    own = [value.split(" ")[0].lower() for value in item.get("AID", ()) if value.endswith("[doi]")]
    links = {flag for tag, flag in LINKS.items() if tag in item}
    title = " ".join(item.get("TI", "").split()).rstrip(".")
    told = (item.get("PMID", ""), item.get("VI", ""), " ".join(item.get("AB", "").split()))
    return (
        (found.pmid, found.volume, found.abstract) == told
        and (not own or found.doi == own[0])
        and found.title.rstrip(".") == title
        and links <= set(found.flags)
    )


def read_gold(folder: Path) -> tuple[list[dict[str, str]], set[frozenset[str]]]:
    """Records of a gold set, and the pairs of them that are one."""
    csv.field_size_limit(10**8)
    with open(folder / "records_pre_merged.csv", encoding="utf-8", newline="") as handle:
        works = list(csv.DictReader(handle))
    with open(folder / "merged_record_ids.csv", encoding="utf-8", newline="") as handle:
        groups = [row["merged_ids"].split(";") for row in csv.DictReader(handle)]
    return works, {frozenset(pair) for group in groups for pair in itertools.combinations(group, 2)}


def as_found(work: dict[str, str]) -> Found:
    """A record of a gold set as a file would tell it."""
    is_article = work.get("ENTRYTYPE") == "article"
    return make_found(
        **{name: work.get(name, "") for name in ("title", "year", "volume", "abstract", "doi")},
        authors=[name for name in work.get("author", "").split(" and ") if name],
        container=work.get("journal", "") or work.get("booktitle", ""),
        issue=work.get("number", ""),
        pages=work.get("pages", "").replace("--", "-"),
        kinds="journal article" if is_article else work.get("ENTRYTYPE", ""),
    )


def merge_all(works: Sequence[dict[str, str]]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Each work's record after all that an import does, and pairs of these for a person."""
    index, of, abstracts = Index({}), {}, {}
    for work in works:
        found = as_found(work)
        row = as_row(found)
        name = index.find(row)
        if name:
            index.fill(name, row)
        name = of[work["ID"]] = name or index.add(row)
        abstracts[name] = abstracts.get(name) or found.abstract
    stands = {name: name for name in index.rows}

    def join(first: str, second: str) -> None:
        one, two = follow(stands, first), follow(stands, second)
        if one != two and not contradict(index.rows[one], index.rows[two]):
            stands[max(one, two)] = min(one, two)

    for name, row in index.rows.items():
        for other, is_sure in index.sharing(row):
            if is_sure and other != name:
                join(name, other)
    same, doubtful = match(index.rows, set(index.rows), abstracts=abstracts)
    for first, second in same:
        join(first, second)
    ends = [(follow(stands, pair.first), follow(stands, pair.second)) for pair in doubtful]
    open_pairs = [(first, second) for first, second in ends if first != second]
    return {work: follow(stands, name) for work, name in of.items()}, open_pairs


def follow(stands: dict[str, str], name: str) -> str:
    """The record that stands for another at the end of all."""
    while stands[name] != name:
        name = stands[name]
    return name


def tell_copies(folders: Sequence[Path]) -> None:
    """Precision and recall of what is merged, and what is left to a person."""
    print(f"\n{'gold set':22}{'records':>8}{'pairs':>7}{'merged':>8}{'wrong':>7}", end="")
    print("  precision recall  with a person")
    totals = [0] * 7
    for folder in folders:
        works, gold = read_gold(folder)
        start = time.process_time()
        of, doubtful = merge_all(works)
        spent = time.process_time() - start
        groups: dict[str, list[str]] = {}
        for work, name in of.items():
            groups.setdefault(name, []).append(work)
        mine = {frozenset(pair) for group in groups.values() for pair in itertools.combinations(group, 2)}
        shown = {
            frozenset(pair)
            for item in doubtful
            for pair in itertools.product(*(groups[name] for name in item))
        }
        kind = {work["ID"]: as_found(work).kind for work in works}
        kinds = sum({kind[work] for work in pair} == {"abstract", "article"} for pair in mine)
        counts = [
            len(works),
            len(gold),
            len(mine & gold),
            len(mine - gold),
            len(gold & (mine | shown)),
            kinds,
            len(doubtful),
        ]
        totals = [one + two for one, two in zip(totals, counts, strict=True)]
        print(_line(folder.name, counts), f"{len(doubtful)} pairs shown, {spent:.0f} s of processor time")
    _, pairs, right, wrong, _, kinds, count = totals
    print(_line("all", totals), f"{count} pairs shown, {kinds} abstracts merged with articles")
    ask_for("precision", right / max(right + wrong, 1), 0.999)
    ask_for("recall", right / max(pairs, 1), 0.96)
    ask_for("records for each pair that a person is shown", totals[0] / max(totals[-1], 1), 5)
    if kinds:
        SHORT.append(f"{kinds} abstracts merged with articles")
    print(PUBLISHED)


def _line(name: str, counts: Sequence[int]) -> str:
    records, pairs, right, wrong, with_person, *_ = counts
    return (
        f"{name:22}{records:8}{pairs:7}{right:8}{wrong:7}{right / max(right + wrong, 1):11.4f}"
        f"{right / max(pairs, 1):7.4f}{with_person / max(pairs, 1):7.4f} "
    )


def time_ranking(works: Sequence[dict[str, str]], count: int = 5_000) -> None:
    """How long a reader waits for the queue of so many records with abstracts."""
    told = [work for work in works if work.get("abstract")]
    rows = {
        f"r{place}": {"entered": "", "year": "2020"}
        | {name: told[place % len(told)][name] for name in ("title", "abstract")}
        for place in range(count)
    }
    word = "work" if any("work" in work["title"].lower() for work in told[:200]) else "patient"
    known = {name: word in row["title"].lower() for name, row in itertools.islice(rows.items(), 200)}
    wall, start = time.perf_counter(), time.process_time()
    put_in_order(rows, [name for name in rows if name not in known], known)
    spent = time.process_time() - start
    print(f"\n{count} records ranked after 200 decisions: {spent:.1f} s of processor time, ", end="")
    print(f"{time.perf_counter() - wall:.1f} s")
    if spent > 5:
        SHORT.append(f"{count} records ranked in {spent:.1f} s, asked for 5")


def main() -> int:
    """Print every table asked for; returns 1 where a number falls short."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name in ("exports", "pubmed", "medline", "gold"):
        parser.add_argument(f"--{name}", nargs="+", type=Path, default=[])
    parser.add_argument("--records", type=int, default=0, help="so many made of the gold sets' are imported")
    parser.add_argument("--dask", help="address of a cluster that compares them")
    options = parser.parse_args()
    for paths, measure in (
        (options.exports, read_files),
        (options.pubmed, read_pubmed),
        (options.medline, read_medline),
    ):
        if paths:
            measure(paths)
    works = [work for folder in options.gold for work in read_gold(folder)[0]]
    if options.records:
        if not works:
            parser.error("--records makes records of those of the sets given with --gold")
        SHORT.extend(import_many(works, options.records, options.dask))
        print(PUBLISHED)
    elif works:
        tell_copies(options.gold)
        time_ranking(works)
    print("".join(f"\nFALLS SHORT: {line}" for line in SHORT) or "\nnothing falls short")
    return bool(SHORT)


if __name__ == "__main__":
    sys.exit(main())
