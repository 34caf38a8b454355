"""In which order and under which headings the rows of the compact forest stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from livingreview.charts.forest_rows import Block, Line, Pool
from livingreview.charts.labels import is_of_one_class, main_family, name_population
from livingreview.evidence import UNSAID, Evidence, records
from livingreview.tables.common import capitalise, name_family, text
from livingreview.tables.labels import refuse_twins

FEW_EACH = 2  # rows a population, on average, below which populations of one disease stand under its name


@dataclass(frozen=True)
class Stratum:
    """What is drawn of one family of regimens in one population: lines and pools, and the rows behind them.

    `told` are all rows of the stratum, by which it is named; `drawn` those that are drawn.
    """

    population: tuple[str, str, str]
    part: str
    class_id: str
    position: int
    family: str
    items: tuple[Line | Pool, ...]
    size: int
    told: tuple[dict, ...]
    drawn: tuple[dict, ...]

    @property
    def context(self) -> bool:
        """Whether the regimens give context alone."""
        return self.part != "core"

    @property
    def disease(self) -> str:
        """Code of the disease."""
        return self.population[0]


def arrange(evidence: Evidence, strata: Sequence[Stratum], title: str) -> list[Block]:
    """Strata as blocks: the regimens of the class, or those under review, before what gives context.

    Of several classes, as in a clinical setting, regimens are the headings and populations stand under them;
    of one class what needs fewer headings. Populations of one disease stand together, the largest first.
    """
    blocks = []
    for context in (False, True):
        part = [stratum for stratum in strata if stratum.context == context]
        ways = [_by_population(evidence, part), _by_regimen(evidence, part)]
        ways = ways[::-1] if not is_of_one_class(evidence) else sorted(ways, key=_headings)
        blocks += ways[0]
    blocks = name_arms(blocks)
    refuse_twins(title, [(words, row_id) for block in blocks for words, row_id in _told(block)])
    return blocks


def _headings(blocks: Sequence[Block]) -> int:
    return sum(1 + sum(isinstance(item, str) for item in block.items) for block in blocks)


def _told(block: Block) -> list[tuple[tuple, str]]:
    """What each row says of itself, with all that stands above it, and its address."""
    heads = block.heads
    return [
        (
            (block.context, block.title, heads[id(line)], line.label, line.who, line.outcome, line.whom),
            line.figures[0].row_id,
        )
        for line in block.lines
    ]


def _by_disease(strata: Sequence[Stratum]) -> list[tuple]:
    """Populations, those of one disease together: the largest disease and in it the largest first."""
    sizes: Counter = Counter()
    for stratum in strata:
        sizes[stratum.disease] += stratum.size
        sizes[stratum.population] += stratum.size
    found = dict.fromkeys(stratum.population for stratum in strata)
    # Codes settle what sizes leave open, so that one disease is never parted by another as large.
    return sorted(found, key=lambda place: (-sizes[place[0]], place[0], -sizes[place], place))


def _ranks(evidence: Evidence) -> dict[str, int]:
    """The order of classes: that of the setting's summary of findings, then that of the whole review."""
    findings = evidence.tables["findings"]
    listed = records(findings.sort_values("position")) if findings["setting_id"].nunique() == 1 else []
    classes = records(evidence.tables["regimen_classes"].sort_values("position"))
    order = dict.fromkeys(text(row["class_id"]) for row in [*listed, *classes])
    return {name: place for place, name in enumerate(order)}


def _in_order(evidence: Evidence, strata: Sequence[Stratum]) -> list[Stratum]:
    ranks = _ranks(evidence)
    return sorted(strata, key=lambda stratum: (ranks[stratum.class_id], stratum.position))


def _by_population(evidence: Evidence, strata: Sequence[Stratum]) -> list[Block]:
    """A block a population, families of regimens under their names, but for the one that needs none."""
    main, ordered = main_family(evidence), _in_order(evidence, strata)
    blocks = []
    for place in _by_disease(strata):
        here = [stratum for stratum in ordered if stratum.population == place]
        items: list[Line | Pool | str] = []
        for stratum in here:
            own = name_family(evidence, stratum.family, stratum.drawn)
            items += [*([] if stratum.family == main else [own]), *stratum.items]
        told = [row for stratum in here for row in stratum.told]
        blocks.append(Block(name_population(evidence, place, told), tuple(items), here[0].context))
    return blocks


def _by_regimen(evidence: Evidence, strata: Sequence[Stratum]) -> list[Block]:
    """A block a family of regimens, populations under their names.

    Where a disease has many small ones, and none is pooled, it is the heading, and each row says the rest.
    """
    blocks = []
    ordered = _in_order(evidence, strata)
    for key in dict.fromkeys((s.class_id, s.position, s.family) for s in ordered):
        own = [s for s in ordered if (s.class_id, s.position, s.family) == key]
        places = {s.population: s for s in own}
        items: list[Line | Pool | str] = []
        apart = groupby((places[place] for place in _by_disease(own)), key=lambda s: s.disease)
        for disease, group in ((disease, list(group)) for disease, group in apart):
            if _are_many_small(group):
                head = _shared_words(evidence, disease, group)
                items += [head, *(item for s in group for item in _with_place(evidence, s, head))]
            else:
                for s in group:
                    items += [name_population(evidence, s.population, s.told), *s.items]
        drawn = [row for s in own for row in s.drawn]
        blocks.append(_join_heads(Block(name_family(evidence, key[2], drawn), tuple(items), own[0].context)))
    return blocks


def _join_heads(block: Block) -> Block:
    """A block with one lesser heading has it in its own."""
    heads = [item for item in block.items if isinstance(item, str)]
    if len(heads) > 1:
        return block
    return replace(block, title=f"{block.title}; {heads[0]}", items=block.items[1:])


def _are_many_small(strata: Sequence[Stratum]) -> bool:
    items = [item for stratum in strata for item in stratum.items]
    alone = not any(isinstance(item, Pool) for item in items)
    return alone and len(items) < FEW_EACH * len(strata) > FEW_EACH


def _shared_words(evidence: Evidence, disease: str, strata: Sequence[Stratum]) -> str:
    """The disease, and the setting where all are of one."""
    codes = {stratum.population[1] for stratum in strata}
    settings = [evidence.label("cohorts", "setting", code) for code in codes] if len(codes) == 1 else []
    return capitalise(", ".join([evidence.label("cohorts", "disease", disease), *settings]))


def _with_place(evidence: Evidence, stratum: Stratum, head: str) -> list[Line]:
    """Lines that say of whom they are what the heading leaves open: ages, and settings where these differ."""
    name = name_population(evidence, stratum.population, stratum.told)
    unsaid = {row["c_age_group"] for row in stratum.told} == {UNSAID}
    rest = [name.removeprefix(head).removeprefix(", "), "age not reported" if unsaid else ""]
    words = capitalise(", ".join(filter(None, rest)))
    return [
        replace(item, who="; ".join(filter(None, (words, item.who))))
        for item in stratum.items
        if isinstance(item, Line)
    ]


def name_arms(blocks: Sequence[Block]) -> list[Block]:
    """Blocks in which rows of one name, of one report, are called by their arm as well.

    They stand under several headings, and the arm's name once was the small line under the study alone.
    """
    arms: dict[str, set[str]] = {}
    counted = Counter(line.label for block in blocks for line in block.lines)
    for block in blocks:
        for line in block.lines:
            arms.setdefault(line.label, set()).add(line.arm)

    def name(item: Line | Pool | str) -> Line | Pool | str:
        if not isinstance(item, Line) or not item.arm:
            return item
        if counted[item.label] == 1 or len(arms[item.label]) == 1:
            return item
        parts = [part for part in item.who.split("; ") if part.casefold() not in item.arm.casefold()]
        return replace(item, label=f"{item.label}: {item.arm}", who="; ".join(parts))

    return [replace(block, items=tuple(map(name, block.items))) for block in blocks]


def unnamed_family(evidence: Evidence, blocks: Sequence[Block]) -> str:
    """The family of the rows under a population's heading alone, where other families are named; else ''."""
    main = main_family(evidence)
    heads = [head for block in blocks for head in block.heads.values()]
    of_regimens = any(block.title.startswith(main) for block in blocks)
    return main if any(heads) and not all(heads) and not of_regimens else ""
