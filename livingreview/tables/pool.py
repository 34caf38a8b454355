"""One pool: the counts in it, its median, the interval for a new study, and what is shown of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from livingreview.evidence import UNSAID
from livingreview.synthesis import (
    GroupPrediction,
    LevelComparison,
    PooledProportion,
    compare_levels,
    pool_proportions,
    predict_group,
)
from livingreview.tables.choice import say_sum

LEAST_STUDIES, FEW_STUDIES = 3, 5
# Scale of the half-normal prior of the spread between studies [logit]: the smallest of 1, 1.25 and 1.5 with
# which at least 92 of 100 new studies lie in the interval for one where logits have a standard deviation of
# 1.2 (benchmarks/coverage.py).
SPREAD = 1.25
WIDEST = 0.60  # width of the interval for a new study beyond which a median describes no study
LEAST_A_SIDE = 2  # studies that a comparison of two kinds of studies needs of each
# True of studies that differ and of few small ones alike: either makes the interval of a new study wide.
FAR_FROM_MEDIAN = "a new study could lie far from the median"
PRIMARY = "primary"
# Pools of one question by the rule that is changed, in the order in which they are shown.
KINDS = {
    PRIMARY: "primary",
    "any_time": "any time",
    "widest": "widest definition",
    "trials": "trials alone",
    "routine": "routine care alone",
    "no_arms": "without randomised arms",
    "first_hand": "first-hand counts alone",
}
CARES = {"trials": "trial", "routine": "routine"}  # kind of pool: the designs it holds
MOST_OUTSIDE = "most patients of such studies are not in it"
# Why a fit gave no value (`Pooled.status`), in words.
STOPPED = {
    "no_events": "no study has an event",
    "all_events": "every patient has the event",
    "not_converged": "the calculation did not come to an end",
}


@lru_cache(maxsize=1024)
def _fit(events: tuple[int, ...], totals: tuple[int, ...], model: str) -> PooledProportion:
    """One fit of a set of counts: a set stands in the whole review, in its chapter and in the panel."""
    return pool_proportions(events, totals, model=model, profile=False, tau_scale=SPREAD)


@lru_cache(maxsize=1024)
def _predict(events: tuple[int, ...], totals: tuple[int, ...], size: int) -> GroupPrediction:
    return predict_group(events, totals, size=size, tau_scale=SPREAD)


def foretell(entries: Sequence[Entry], size: int) -> GroupPrediction:
    """How many of a new group of `size` patients would be expected from some studies, or from one."""
    counts = (tuple(entry.events for entry in entries), tuple(entry.total for entry in entries))
    return _predict(*counts, size)


@dataclass(frozen=True)
class Part:
    """One evidence row of a study's count, with its events and patients as pooled."""

    row_id: str
    label: str
    events: int
    total: int


@dataclass(frozen=True)
class Entry:
    """One study's count in a pool.

    Attributes
    ----------
    row_id, study_id, name : str
        The evidence row (the largest, where several are added up), its study, and the study's short name with
        the cohort's label.
    events, total : int
        As pooled; `rebased` where the total is all patients enrolled though the report counts from those
        evaluable.
    second_hand : bool
        Whether the count is known from another publication only.
    available : str
        When the study first became public, by the reports of it that are held, whichever of them the count
        was read in; '' where not established. Of a sum, when the last of its cohorts did.
    parts : tuple of Part
        The rows behind the count: one, or those of cohorts without a patient in common.
    care : str
        ``trial`` or ``routine``; '' where the design says neither.
    setting : str
        The setting as the report words it, which may be a part of the population's.
    arm : str
        The randomised arm; '' where there is none.
    """

    row_id: str
    study_id: str
    name: str
    events: int
    total: int
    rebased: bool = False
    second_hand: bool = False
    available: str = ""
    parts: tuple[Part, ...] = ()
    care: str = ""
    setting: str = ""
    arm: str = ""

    @property
    def row_ids(self) -> list[str]:
        """Every evidence row behind the count."""
        return [part.row_id for part in self.parts] or [self.row_id]

    @property
    def arithmetic(self) -> str:
        """How a sum comes about, '8/21 + 11/14 + 4/5 = 23/40'; '' where nothing is added up."""
        return say_sum([(part.events, part.total) for part in self.parts]) if len(self.parts) > 1 else ""


@dataclass(frozen=True)
class Place:
    """Where a pool stands, in codes: whose patients, what is counted, of whom, when."""

    family: str
    disease: str
    setting: str
    age: str
    what: str
    base: str
    time: str

    def beside(self, other: Place, name: str) -> bool:
        """Whether another pool differs in one thing alone, `name`."""
        return self != other and replace(self, **{name: getattr(other, name)}) == other


@dataclass(frozen=True)
class Moderator:
    """Two kinds of studies of one question compared: exploratory, since studies differ in other things too.

    ``levels`` names the two kinds, ``entries`` are their studies, ``comparison`` is of the second with the
    first.
    """

    name: str
    levels: tuple[str, str]
    entries: tuple[tuple[Entry, ...], tuple[Entry, ...]]
    comparison: LevelComparison


@dataclass(frozen=True)
class Plan:
    """What the rules make of one population, outcome, time and denominator.

    Attributes
    ----------
    stratum, outcome, when, base : str
        In words.
    key : str
        Stable name of the pool, for addresses.
    place : Place
        The same in codes.
    kind : str
        ``primary``, or which rule is changed, see `KINDS`.
    entries : tuple of Entry
        Studies that may stand together, by first availability.
    left_out : tuple of (row_id, name, reason)
        Counts of the population that may not, and why.
    outside : dict of str to int
        Patients of ``trial`` and ``routine`` studies that tell of the result and are not in the pool, where
        it tells these two apart; see `livingreview.tables.kept_out`.
    """

    stratum: str
    outcome: str
    when: str
    base: str
    key: str
    place: Place
    kind: str = PRIMARY
    entries: tuple[Entry, ...] = ()
    left_out: tuple[tuple[str, str, str], ...] = field(default=())
    outside: dict[str, int] = field(default_factory=dict, compare=False)

    @property
    def events(self) -> list[int]:
        """Events of each study."""
        return [entry.events for entry in self.entries]

    @property
    def totals(self) -> list[int]:
        """Patients of each study."""
        return [entry.total for entry in self.entries]

    def fit(self, model: str = "glmm") -> PooledProportion:
        """The counts pooled by a model, see `livingreview.synthesis.pool_proportions`."""
        return _fit(tuple(self.events), tuple(self.totals), model)

    @cached_property
    def bayes(self) -> PooledProportion | None:
        """The Bayesian fit; None where there are too few studies for one."""
        if len(self.entries) < LEAST_STUDIES:
            return None
        return self.fit("bayes")

    @cached_property
    def pooled(self) -> PooledProportion | None:
        """The pooled proportion; None where there are too few studies for one.

        Median and interval are those of the binomial-normal model, or of the Bayesian where the first has no
        estimate (no event, or nothing but events); ``prediction`` is always the Bayesian.
        """
        if self.bayes is None:
            return None
        fit = self.fit()
        if fit.status != "ok":
            return self.bayes if self.bayes.status == "ok" else fit
        return replace(fit, prediction=self.bayes.prediction)

    @property
    def new_study(self) -> tuple[float, float] | None:
        """Where a new study would be expected, proportions; None where nothing is pooled."""
        return self.pooled.prediction if self.decision == "pooled" else None

    @property
    def row_ids(self) -> list[str]:
        """Every evidence row behind the pool."""
        return [row_id for entry in self.entries for row_id in entry.row_ids]

    @property
    def is_wide(self) -> bool:
        """Whether a new study could lie so far from the median that it is said (`FAR_FROM_MEDIAN`)."""
        return self.new_study is not None and self.new_study[1] - self.new_study[0] > WIDEST

    @property
    def decision(self) -> str:
        """``pooled``, ``listed`` (shown, not pooled) or ``refused`` (fewer than two may stand together)."""
        if len(self.entries) < 2:
            return "refused"
        return "listed" if self.stop or len(self.entries) < LEAST_STUDIES else "pooled"

    @property
    def stop(self) -> str:
        """Why nothing is told of three studies or more together; '' where it is."""
        if len(self.entries) >= LEAST_STUDIES and self.kind in CARES and self.is_fraction(CARES[self.kind]):
            return MOST_OUTSIDE
        if len(self.entries) < LEAST_STUDIES or self.fit().status == "ok" or self.bayes.status == "ok":
            return ""
        return STOPPED.get(self.fit().status, "the spread between studies cannot be estimated")

    @property
    def reason(self) -> str:
        """The decision in one sentence."""
        k = len(self.entries)
        if k < 2:
            return "fewer than two studies may be pooled together" if k else "no study may be pooled"
        if k < LEAST_STUDIES:
            return "two studies: both shown, none pooled"
        if self.stop:
            return f"{k} studies, shown but not pooled: {self.stop}"
        few = " (few studies)" if k < FEW_STUDIES else ""
        wide = f"; {FAR_FROM_MEDIAN}" if self.is_wide else ""
        return f"{k} studies of one population, outcome, time and denominator, no patient twice{few}{wide}"

    def is_fraction(self, care: str) -> bool:
        """Whether studies of trials, or of routine care, have fewer patients in the pool than outside it.

        Which they are is decided by what they report, so they may not stand for their kind.
        """
        return self.outside.get(care, 0) > sum(entry.total for entry in self.entries if entry.care == care)

    def part(self, alike: Callable[[Entry], str]) -> dict[str, tuple[Entry, ...]]:
        """The studies parted by what `alike` says of them; those of which it says '' are left out."""
        parts: dict[str, list[Entry]] = {}
        for entry in self.entries:
            if said := alike(entry):
                parts.setdefault(said, []).append(entry)
        return {said: tuple(entries) for said, entries in parts.items()}


def find_fractions(plan: Plan) -> list[str]:
    """Which of trials and routine care lack most of their patients; none where there is one of them alone."""
    care = plan.part(lambda entry: entry.care)
    enough = len(care) == len(CARES) and min(map(len, care.values())) >= LEAST_A_SIDE
    return [each for each in CARES.values() if enough and plan.is_fraction(each)]


def find_moderators(plan: Plan, plans: Iterable[Plan] = ()) -> list[Moderator]:
    """What the spread of a pool may go with, whatever it turns out to be.

    Trials against routine care, where most patients of both are in it, and each setting within the
    population against the others; and, among `plans`, pools that differ in the disease or the age group
    alone, all at two studies a side or more.
    """
    found = []
    care = plan.part(lambda entry: entry.care)
    if set(care) == {"trial", "routine"} and not find_fractions(plan):
        found.append(("trials against routine care", ("trial", "routine"), (care["trial"], care["routine"])))
    settings = plan.part(lambda entry: entry.setting)
    for code, entries in list(settings.items())[len(settings) == 2 :]:  # of two settings one comparison
        others = tuple(entry for entry in plan.entries if entry.setting != code)
        found.append(("setting", ("the others", code), (others, entries)))
    for name in ("disease", "age"):
        for other in plans:
            levels = (getattr(plan.place, name), getattr(other.place, name))
            known = UNSAID not in levels
            if known and other.kind == plan.kind and plan.place.beside(other.place, name):
                found.append((name, levels, (plan.entries, _not_in(other.entries, plan.entries))))
    return [
        Moderator(name, levels, sides, comparison)
        for name, levels, sides in found
        if min(map(len, sides)) >= LEAST_A_SIDE and (comparison := _compare(sides)).status == "ok"
    ]


def _not_in(entries: Sequence[Entry], others: Sequence[Entry]) -> tuple[Entry, ...]:
    """Entries of studies that are not among the others: a trial may count two age groups."""
    told = {row_id for entry in others for row_id in entry.row_ids}
    return tuple(entry for entry in entries if not told & set(entry.row_ids))


def _compare(sides: tuple[Sequence[Entry], Sequence[Entry]]) -> LevelComparison:
    entries = [entry for side in sides for entry in side]
    levels = [level for level, side in enumerate(sides) for _ in side]
    return compare_levels([entry.events for entry in entries], [entry.total for entry in entries], levels)
