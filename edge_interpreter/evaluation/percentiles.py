"""Percentiles as the figures of every bench are printed."""

from collections.abc import Sequence

import numpy as np


def percentiles(values: Sequence[float], *points: int) -> dict[str, int | None]:
    """`{"p50": …, "p95": …}` rounded to whole units; None where there are no values."""
    wanted = points or (50, 95)
    if not values:
        return {f"p{point}": None for point in wanted}
    return {f"p{point}": round(float(np.percentile(values, point))) for point in wanted}
