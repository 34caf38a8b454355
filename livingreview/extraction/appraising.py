"""How good a report is, as its sheet answers the questions of a tool: answers as rows of the data.

An answer is no figure of the report: it has no printed fragment, and is counted among no rows of evidence.
A tool may judge a whole report or one result of it; which, is told by the answers that the review has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from livingreview.checks.problems import quote
from livingreview.evidence import Evidence
from livingreview.extraction.layout import APPRAISALS
from livingreview.extraction.reading import Book, Place, Sheet, resolve_code, resolve_name
from livingreview.surveillance.identity import Row, free, normal, slug

_RESULT = re.compile(r"(.+?)[,:]?\s+(?:row\s+)?(\d+)", re.IGNORECASE)


class Answer(NamedTuple):
    """One answer, as a row of the data, and where it stands in the sheet."""

    place: Place
    row: Row


def read_answers(
    sheet: Sheet, book: Book, report_id: str, results: Mapping[tuple[str, int], str]
) -> Iterator[Answer]:
    """The answers that a sheet gives, with their addresses.

    Parameters
    ----------
    results : mapping of (str, int) to str
        Table and row of the sheet -> address: an answer may be about one of them, named by page and row.
    """
    filled = sheet.rows.get(APPRAISALS, [])
    if not filled:
        return
    item = book.package.field(APPRAISALS, "judgement")
    held = book.evidence.tables[APPRAISALS]
    taken = set(held["row_id"])
    of_one = _tools_of_results(book.evidence)
    tools = book.evidence.tables["appraisal_tools"].set_index("item_id")["tool"].to_dict()
    for read in filled:
        cells, place = read.cells, read.place
        question = resolve_name(book, "appraisal_tools", cells["question"], place, "question", sheet)
        result = find_result(sheet, book, report_id, cells["result"], place, "result", results)
        if not cells["result"] and tools.get(question) in of_one:
            expected = f"the result that is judged: {tools[question]} judges one result"
            mend = "write its page and row, such as: Outcomes, row 2"
            sheet.tell(place, "result", "result-missing", "nothing", expected, mend)
        row = dict.fromkeys(book.package.table(APPRAISALS).columns, "")
        row |= {"report_id": report_id, "item_id": question, "result": result}
        if cells["answer"]:
            row["judgement"] = resolve_code(item, cells["answer"], place, "answer", sheet)
        row |= {"reason": cells["why"], "locator": cells["where"]}
        of_what = slug(result.removeprefix(f"{report_id}.").replace(".", "-"))
        ends = filter(None, (of_what, question.replace(".", "-")))
        row["row_id"] = free(f"{report_id}.appraisal.{'.'.join(ends)}", taken)
        taken.add(row["row_id"])
        yield Answer(place, row)


def _tools_of_results(evidence: Evidence) -> set[str]:
    """Tools by which the review judged single results, and never a whole report."""
    answers = evidence.tables[APPRAISALS]
    tools = evidence.tables["appraisal_tools"].set_index("item_id")["tool"]
    judged = answers["item_id"].map(tools)
    return set(judged[answers["result"].notna()]) - set(judged[answers["result"].isna()])


def find_result(
    sheet: Sheet,
    book: Book,
    report_id: str,
    text: str,
    place: Place,
    column: str,
    results: Mapping[tuple[str, int], str],
) -> str:
    """The address of the row that a cell means: by its page and row in the sheet, or by itself."""
    if not text:
        return ""
    if named := _RESULT.fullmatch(text):
        for name, page in book.pages.items():
            if normal(named[1]) in (normal(name), normal(page.title)) and (name, int(named[2])) in results:
                return results[name, int(named[2])]
    known = {*results.values(), *book.evidence.row_tables}
    for name in (text, f"{report_id}.{text}"):
        if name in known and name.startswith(f"{report_id}."):
            return name
    expected, mend = "a row of this report", "write its page and row, such as: Outcomes, row 2"
    sheet.tell(place, column, "result-unknown", quote(text), expected, mend)
    return ""
