"""Whose file an import brings, and which days: what would let the next search begin on a wrong day.

Of a file that came through a manager or a screening tool nothing is said: any database may have given it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping

from livingreview.surveillance.readers.found import Export
from livingreview.surveillance.sources import find_source
from livingreview.surveillance.windows import OVERLAP, find_mark

Row = Mapping[str, str]
# What a dialect says of the database, and the words of which a strategy's source or platform then holds one.
_FROM = (
    ("Ovid", ("ovid",)),
    ("Embase", ("embase",)),
    ("Scopus", ("scopus",)),
    ("Web of Science", ("web of science", "webofscience", "wos")),
    ("Cochrane CENTRAL", ("central", "cochrane")),
    ("EBSCOhost", ("ebsco", "cinahl", "psycinfo")),
    ("ProQuest", ("proquest", "psycinfo")),
    ("Europe PMC", ("europe pmc", "europepmc")),
    ("PubMed", ("pubmed", "medline")),
    ("ClinicalTrials.gov", ("clinicaltrials",)),
    ("ICTRP", ("ictrp", "who")),
    ("Crossref", ("crossref",)),
    ("OpenAlex", ("openalex",)),
    ("Lens", ("lens",)),
)


def tell_origin(name: str, export: Export, strategy: Row, strategies: Iterable[Row]) -> str:
    """What is said of a file that by its marks is of another database than the strategy; else ''."""
    found = next(((origin, words) for origin, words in _FROM if origin in export.dialect), None)
    if found is None or _fits(strategy, found[1]):
        return ""
    fitting = [row["strategy_id"] for row in strategies if _fits(row, found[1])]
    instead = (
        f"with --strategy {' or '.join(fitting[:4])}"
        if fitting
        else f"with --source '{found[0]}' --kind database"
    )
    return (
        f"{name} looks like a file of {found[0]}, and strategy {strategy['strategy_id']} is run in "
        f"{strategy['platform']}. If that is a slip, take this import back (git restore data review.yml) and "
        f"import the file {instead}"
    )


def _fits(strategy: Row, words: Iterable[str]) -> bool:
    said = f"{strategy['source']} {strategy['platform']}".lower()
    return any(word in said for word in words)


def tell_window(searches: Iterable[Row], strategy: Row, day: str, from_day: str) -> str:
    """What an import without a first day means for the next search of a strategy with a window; else ''."""
    source = find_source(strategy["source"])
    if source is None or not strategy["window_field"] or from_day:
        return ""
    mark = datetime.date.fromisoformat(find_mark(searches, strategy) or day)
    return (
        f"no --from was given: this counts as everything that {source.NAME} holds until {mark}, and "
        f"livingreview search {strategy['strategy_id']} will begin on {mark - datetime.timedelta(OVERLAP)}. "
        "If the file holds certain days only, import it again with --from DAY --to DAY, which corrects that"
    )


def correct_window(search: dict[str, str], from_day: str, to_day: str) -> Iterator[str]:
    """Give a search that was taken in the days that are now told of it; yields what was changed."""
    for column, told in (("from_day", from_day), ("to_day", to_day)):
        if told and search[column] != told:
            yield f"{column} of {search['search_id']}: {search[column] or 'none'} to {told}"
            search[column] = told
