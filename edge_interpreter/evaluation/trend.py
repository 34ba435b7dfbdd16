"""Whether something grows with time."""

from collections.abc import Sequence

import numpy as np


def slope_per_minute(points: Sequence[tuple[float, float]]) -> float:
    """Least-squares growth of a value a minute, of (seconds, value); 0.0 for fewer than two."""
    if len(points) < 2:
        return 0.0
    seconds, values = zip(*points, strict=True)
    return round(float(np.polyfit(np.asarray(seconds) / 60, values, 1)[0]), 2)
