"""Names for the kinds of values that the modules of this package hand to one another."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

# Counts are held as floats too: see `_validate.as_counts`.
Array: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Index: TypeAlias = npt.NDArray[np.intp]
Interval: TypeAlias = tuple[float, float]
