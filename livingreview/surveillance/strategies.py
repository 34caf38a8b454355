"""Under which strategy a file is taken in: a stored one, or one that is made with it."""

from __future__ import annotations

from livingreview.surveillance.identity import Row, free, slug
from livingreview.surveillance.tables import Loop, LoopError

NOT_TOLD = "not told with the file"
_NOTE = "The words that were searched did not come with the file."


def find_strategy(loop: Loop, strategy_id: str) -> Row:
    """A stored strategy by its id. LoopError, with those that there are, where there is none of that name."""
    for row in loop.tables["strategies"]:
        if row["strategy_id"] == strategy_id:
            return row
    known = ", ".join(row["strategy_id"] for row in loop.tables["strategies"]) or "none yet"
    msg = (
        f"--strategy {strategy_id}: no such strategy in data/strategies.csv; there are: {known}; for a file "
        "of another source: --source NAME --kind KIND instead"
    )
    raise LoopError(msg)


def name_strategy(loop: Loop, strategy_id: str, source: str, kind: str, query: str) -> tuple[str, bool]:
    """The strategy of a file, and whether it was made now: by its id, or by source, kind and words.

    One that is made stands in the loop's table, and is written with the search.

    Raises
    ------
    LoopError
        If neither is told, or both are; with what there is to choose from.
    """
    if strategy_id and not (source or kind or query):
        return strategy_id, False
    if strategy_id or not source or not kind:
        told = "expected --strategy ID, or --source NAME with --kind KIND (and --query WORDS) for a new one"
        msg = f"{told}\n{_list(loop)}"
        raise LoopError(msg)
    kinds = _kinds(loop)
    kind = kind.lower() if kind.lower() in kinds else kind.lower().removesuffix("s")
    if kind not in kinds:
        msg = f"--kind {kind}: expected one of: {', '.join(kinds)}"
        raise LoopError(msg)
    words = query.strip() or NOT_TOLD
    for row in loop.tables["strategies"]:
        if (row["source"], row["kind"], row["query"]) == (source, kind, words):
            return row["strategy_id"], False
    taken = {row["strategy_id"] for row in loop.tables["strategies"]}
    name = free(slug(source)[:40].strip("-") or kind, taken)
    made = dict.fromkeys(loop.package.tables["strategies"].columns, "")
    made |= {"strategy_id": name, "source": source, "platform": source, "kind": kind, "query": words}
    loop.tables["strategies"].append(made | {"note": "" if query.strip() else _NOTE})
    loop.changed.add("strategies")
    return name, True


def _kinds(loop: Loop) -> list[str]:
    return list(loop.package.tables["strategies"].field("kind").constraints.get("enum", ()))


def _list(loop: Loop) -> str:
    """The stored strategies, one a line, and the kinds that a new one may be of."""
    rows = sorted(loop.tables["strategies"], key=lambda row: row["strategy_id"])
    lines = [f"  {row['strategy_id']:36} {row['source']} ({row['kind']})" for row in rows]
    return "\n".join(
        ["stored strategies:", *(lines or ["  none yet"]), f"kinds of a new one: {', '.join(_kinds(loop))}"]
    )
