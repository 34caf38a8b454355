"""Checks of counts and levels shared by the modules of this package."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from livingreview.synthesis._types import Array, Flags


def as_counts(values: npt.ArrayLike, name: str) -> Array:
    """Return whole, non-negative numbers as a float array of shape (k,).

    Floats hold every count below 2**53 exactly and spare the callers a cast
    before each product with a probability.
    """
    try:
        array = np.atleast_1d(np.asarray(values, dtype=float))
    except (TypeError, ValueError) as error:
        msg = f"{name}: expected whole numbers, found {values!r}"
        raise ValueError(msg) from error
    if array.ndim != 1:
        msg = f"{name}: expected one dimension, found shape {array.shape}"
        raise ValueError(msg)
    bad = ~np.isfinite(array) | (array != np.floor(array))
    _refuse(bad, array, name, "a whole number")
    _refuse(array < 0, array, name, "a number >= 0")
    return array


def check_pairs(
    events: npt.ArrayLike, totals: npt.ArrayLike, *, names: tuple[str, str] = ("events", "totals")
) -> tuple[Array, Array]:
    """Return events and totals as float arrays with 0 <= events <= totals, totals >= 1.

    Raises
    ------
    ValueError
        Naming the position (from 0) of the first value that cannot be right.
    """
    x, n = as_counts(events, names[0]), as_counts(totals, names[1])
    check_as_many(x, names[0], n, names[1])
    if len(x) == 0:
        msg = f"{names[0]}: expected at least one study, found none"
        raise ValueError(msg)
    _refuse(n < 1, n, names[1], "a number >= 1")
    over = np.flatnonzero(x > n)
    if over.size:
        i = over[0]
        msg = f"{names[0]} at position {i} (from 0): {x[i]:g} exceeds {names[1]} {n[i]:g}"
        raise ValueError(msg)
    return x, n


def check_as_many(values: Array, name: str, beside: Array, other: str) -> None:
    """Raise ValueError unless values are one a study, as those beside them, both of shape (k,)."""
    if values.shape != beside.shape:
        msg = f"{name} has {values.size} values, {other} has {beside.size}; expected as many"
        raise ValueError(msg)


def check_level(level: float) -> float:
    """Return a coverage strictly between 0 and 1."""
    level = float(level)
    if not 0 < level < 1:
        msg = f"level: expected a coverage between 0 and 1, found {level}"
        raise ValueError(msg)
    return level


def check_choice(value: str, allowed: Sequence[str], name: str) -> str:
    """Return value if it is one of the allowed words."""
    if value not in allowed:
        msg = f"{name}: expected one of {', '.join(allowed)}; found {value!r}"
        raise ValueError(msg)
    return value


def as_floats(values: npt.ArrayLike, name: str, *, positive: bool = False) -> Array:
    """Return finite numbers as a float array of shape (k,), positive if asked."""
    try:
        array = np.atleast_1d(np.asarray(values, dtype=float))
    except (TypeError, ValueError) as error:
        msg = f"{name}: expected numbers, found {values!r}"
        raise ValueError(msg) from error
    _refuse(~np.isfinite(array), array, name, "a finite number")
    if positive:
        _refuse(array <= 0, array, name, "a number > 0")
    return array


def design_matrix(moderators: Mapping[str, npt.ArrayLike], beside: Array, other: str) -> Array:
    """Return the design matrix (k, 1 + moderators) of what is known of each study, the first column ones.

    Raises
    ------
    ValueError
        Naming the moderator that has another length than what is beside it, is no finite number, is the same
        in all studies, or follows from those before it.
    """
    k = len(beside)
    columns = [np.ones(k)]
    for name, values in moderators.items():
        column = as_floats(values, name)
        check_as_many(column, name, beside, other)
        if column.min() == column.max():
            msg = f"{name}: expected values that differ between studies, found only {column[0]:g}"
            raise ValueError(msg)
        columns.append(column)
        scaled = np.stack([column / np.abs(column).max() for column in columns], axis=1)
        if k >= len(columns) and np.linalg.matrix_rank(scaled) < len(columns):
            msg = f"{name} follows from the moderators before it; leave it out"
            raise ValueError(msg)
    return np.stack(columns, axis=1)


def _refuse(bad: Flags, array: Array, name: str, expected: str) -> None:
    if bad.any():
        i = int(np.flatnonzero(bad)[0])
        msg = f"{name} at position {i} (from 0): expected {expected}, found {array[i]:g}"
        raise ValueError(msg)
