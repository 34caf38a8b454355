"""Starting a sheet: what is known of a record, from the review, from a file or from a service."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from livingreview.evidence import Evidence, load_evidence, records
from livingreview.evidence.upkeep import read_upkeep
from livingreview.extraction.accounting import tell_proposal, write_left
from livingreview.extraction.against import Beside, compare_report, tell_beside, write_beside
from livingreview.extraction.ctgov import read_ctgov
from livingreview.extraction.drafts import draft_more, start_draft
from livingreview.extraction.euctr import read_euctr
from livingreview.extraction.layout import codes_of
from livingreview.extraction.posted import Posted
from livingreview.extraction.proposing import Proposal, propose
from livingreview.extraction.reading import Book, code_for
from livingreview.extraction.workbook import SheetError, write_sheet
from livingreview.surveillance.asking import Client, Request, SourceError
from livingreview.surveillance.identity import SCHEMES, slug
from livingreview.surveillance.readers import Found, ReadError, read_export, read_exports
from livingreview.surveillance.readers.found import find_doi, find_pmid, find_trials
from livingreview.surveillance.searching import way_to
from livingreview.surveillance.sources import Source, crossref, pubmed, trials

SHEETS = "sheets"  # the project's folder of sheets at work; git leaves it out


class Read(NamedTuple):
    """What a file or a service says of a report: its record, posted results of a trial, and who says so."""

    found: Found
    posted: Posted | None = None
    source: str = ""


def add(
    root: Path,
    what: str,
    *,
    class_id: str = "",
    disease: str = "",
    output: Path | None = None,
    as_tables: bool = False,
    against: str = "",
    same: Mapping[str, str] | None = None,
    environment: Mapping[str, str],
    tell: Callable[[str], None] = lambda text: None,
    client: Client | None = None,
) -> Path:
    """Write the sheet of a report; returns where it is.

    Posted results of a trial fill it: every cell of theirs is a proposed row, or listed beside the sheet with
    the reason why not.

    Parameters
    ----------
    what : str
        A report's id, a record's id, a file with one exported record, a DOI, a PubMed number or a number of
        a trial register.
    class_id : str
        The class whose usual outcomes are offered.
    disease : str
        What its patients have, as a code or in words: the outcomes usual in it are offered.
    against : str
        A report of the review with which posted results are compared: differences are listed beside the
        sheet.
    same : mapping of str to str, optional
        Title of a group of the results -> cohort of that report, where their names do not say it.

    Raises
    ------
    SheetError, LoopError, ReadError
        If it is none of these, if the report is here already, or if a sheet is there and might be filled.
    """
    evidence = load_evidence(root)
    _check_class(evidence, class_id)
    disease = _find_disease(evidence, disease)
    proposal = None
    if what in set(evidence.tables["reports"]["report_id"]):
        draft, name = draft_more(evidence, what), what
    else:
        read = _read(root, evidence, what, environment, tell, client or Client(tell=tell))
        named = read.found.authors[0] if read.found.authors else read.found.title
        name = slug(" ".join([re.split(r"[ ,]", named)[0], read.found.year])) or slug(what)
        if read.posted:
            proposal = propose(evidence, read.posted, class_id=class_id)
            draft, name = proposal.draft, slug(read.posted.number) or name
        else:
            draft = start_draft(evidence, read.found, class_id=class_id, disease=disease)
        draft.form["record_from"] = read.source
        if unused := list(_tell_unused(read.found)):
            tell(f"not used of the record: {'; '.join(unused)}")
    if against and proposal is None:
        msg = f"--against {against}: {what} holds no results of a trial that could be compared"
        raise SheetError(msg)
    path = output or root / SHEETS / (name if as_tables else f"{name}.xlsx")
    if path.exists():
        msg = f"{path} is there already and may be filled: take it, move it, or name another with --output"
        raise SheetError(msg)
    beside = compare_report(evidence, proposal, against, same=same) if proposal and against else None
    path.parent.mkdir(parents=True, exist_ok=True)
    write_sheet(path, evidence.package, draft, Book(evidence).choices(class_id))
    if proposal:
        _tell_results(evidence, proposal, beside, path, tell)
    return path


def _tell_results(
    evidence: Evidence, proposal: Proposal, beside: Beside | None, path: Path, tell: Callable[[str], None]
) -> None:
    """What became of posted results: told, and listed beside the sheet."""
    left = path.with_name(f"{path.stem}-left.csv")
    if proposal.left():
        write_left(left, proposal)
    tell("\n".join(tell_proposal(proposal, left)))
    if beside:
        table = path.with_name(f"{path.stem}-against-{beside.report_id}.csv")
        write_beside(table, evidence, beside)
        tell("\n".join(tell_beside(beside, table)))


def _check_class(evidence: Evidence, class_id: str) -> None:
    known = evidence.tables["regimen_classes"]["class_id"].tolist()
    if class_id and class_id not in known:
        msg = f"--class {class_id}: no such class in data/regimen_classes.csv; there are: {', '.join(known)}"
        raise SheetError(msg)


def _tell_unused(found: Found) -> Iterator[str]:
    """What a person may know to be a field of the form, and the record does not say."""
    if found.accession and found.accession not in (found.pmid, found.doi, found.pmcid, *found.trials):
        is_like = not found.pmid and re.fullmatch(r"[1-9]\d{5,8}", found.accession)
        hint = " (if it is the PubMed number, write it into pmid)" if is_like else ""
        yield f"the number {found.accession} in its database{hint}"
    if found.address:
        yield f"{found.address} (into page_read, if that is the page that you read)"


def _find_disease(evidence: Evidence, text: str) -> str:
    """The code of a disease that is named by it or in words; '' where none is named."""
    item = evidence.package.field("cohorts", "disease")
    found = code_for(item, text) if text else [""]
    if len(found) != 1:
        known = (f"{code} ({words})" for code, words in codes_of(item).items())
        msg = f"--disease {text}: expected one of: {', '.join(known)}"
        raise SheetError(msg)
    return found[0]


def _read(
    root: Path,
    evidence: Evidence,
    what: str,
    environment: Mapping[str, str],
    tell: Callable[[str], None],
    client: Client,
) -> Read:
    """What is known of a report that is not here."""
    record = _in_records(evidence, what)
    read = Read(record, source="the record that a search brought") if record else _in_file(Path(what))
    if read is None:
        numbers = [Found(**{scheme: number}) for scheme, number, *_ in _ways(what) if scheme != "trials"]
        _refuse_held(evidence, what, *numbers)
        read = _by_number(root, what, environment, tell, client)
    _refuse_held(evidence, what, read.found)
    return read


def _in_records(evidence: Evidence, what: str) -> Found | None:
    """A record that a search brought, by its id."""
    if "records" not in evidence.package.tables:
        return None
    rows = {row["record_id"]: row for row in records(evidence.tables["records"].fillna(""))}
    row = rows.get(what)
    if row is None:
        return None
    names = ("pmid", "doi", "pmcid", "title", "container", "year", "volume", "issue", "pages", "kind")
    return Found(
        **{name: str(row[name]) for name in names},
        authors=tuple(filter(None, row["authors"].split("; "))),
        trials=tuple(filter(None, row["trials"].split("; "))),
    )


def _in_file(path: Path) -> Read | None:
    """The one record of an exported file; None where there is no such file."""
    if not path.is_file():
        return None
    if posted := _posted(path.read_bytes(), path.name):
        return Read(posted.found, posted, f"the results in {path.name}")
    ((_, _, _, export),) = read_exports([path])
    if len(export.records) != 1:
        msg = f"{path}: holds {len(export.records)} records; several are brought in with livingreview import"
        raise SheetError(msg)
    return Read(export.records[0], source=f"the record in {path.name}")


def _posted(data: bytes, name: str) -> Posted | None:
    try:
        return read_ctgov(data) or read_euctr(data)
    except ValueError as error:
        msg = f"{name}: {error}"
        raise ReadError(msg) from None


def _by_number(
    root: Path, what: str, environment: Mapping[str, str], tell: Callable[[str], None], client: Client
) -> Read:
    """What a service says of a number; the bare number where it cannot be asked."""
    for scheme, number, source, request in _ways(what):
        tell(f"{source.NAME} is asked for {number}")
        try:
            base, secret = way_to(source, read_upkeep(root), environment)
            data = client.get(source.NAME, base, request, secret=secret, pause=source.PAUSE)
        except SourceError as error:
            why = re.split(r"\W+Nothing was written", str(error))[0]  # here the sheet is
            tell(f"{why}.\nThe sheet is written with the number alone: fill in the rest from the report.")
            return Read(Found(**{scheme: (number,) if scheme == "trials" else number}))
        try:
            told = read_export(data, source.NAME).records
        except ReadError:
            told = ()
        for found in told:
            if number in (getattr(found, scheme), *found.trials):
                return Read(found, _posted(data, source.NAME), f"the record of {source.NAME}")
        msg = f"{what}: {source.NAME} knows no such record; look for a slip in the number"
        raise SheetError(msg)
    msg = (
        f"{what}: is no report or record of this review, no file, and no DOI, PubMed number (pmid:12345) or "
        "number of a trial register"
    )
    raise SheetError(msg)


def _ways(what: str) -> list[tuple[str, str, Source, Request]]:
    """(attribute of a record, number, who is asked, what) of a number; none where it is no number."""
    if doi := find_doi(what):
        return [("doi", doi, crossref, Request("works", (("filter", f"doi:{doi}"), ("rows", "1"))))]
    if pmid := find_pmid(what) or (what if re.fullmatch(r"[1-9]\d{3,8}", what) else ""):
        return [("pmid", pmid, pubmed, pubmed.ask_for((pmid,)))]
    if numbers := find_trials(what):
        asked = (("filter.ids", numbers[0]), ("format", "json"))
        return [("trials", numbers[0], trials, Request("studies", asked))]
    return []


def _refuse_held(evidence: Evidence, what: str, *known: Found) -> None:
    """Tell of a record that it is a report of the review, by one of its numbers."""
    numbers = {
        (scheme, value.lower()) for found in known for scheme in SCHEMES if (value := getattr(found, scheme))
    }
    keys = [
        key
        for key, entry in evidence.bibliography.entries.items()
        if any((name, str(entry.fields.get(name, "")).lower()) in numbers for name in SCHEMES)
    ]
    for held in [*keys, *(entry for found in known for entry in _held_entries(evidence, found))]:
        named = evidence.report_names.get(held, held)
        msg = f"{what}: is here already as {held} ({named}); for more rows: livingreview add {held}"
        raise SheetError(msg)


def _held_entries(evidence: Evidence, found: Found) -> list[str]:
    """Reports that are a trial's own entry in a register, by its number there."""
    if found.kind != "registry" or not found.trials:
        return []
    reports, numbers = evidence.tables["reports"], evidence.tables["identifiers"]
    entries = set(reports.loc[reports["kind"].eq(found.kind), "report_id"])
    own = numbers["value"].str.lower().eq(found.trials[0].lower()) & numbers["report_id"].isin(entries)
    return numbers.loc[own, "report_id"].tolist()
