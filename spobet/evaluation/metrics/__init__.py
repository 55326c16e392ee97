"""The metrics besides top-k accuracy, by name: a new one is a function in a file here.

Each gives the gain of a clip, 0 to 1, from the rank of its true gloss; the metric is the mean over
clips. How a report shows it stands in reports/templates/metrics/<name>.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from spobet.evaluation.metrics.discounted_cumulative_gain import discounted_cumulative_gain
from spobet.evaluation.metrics.mean_reciprocal_rank import mean_reciprocal_rank

Gain = Callable[[np.ndarray], np.ndarray]
METRICS: Mapping[str, Gain] = {
    "mean_reciprocal_rank": mean_reciprocal_rank,
    "discounted_cumulative_gain": discounted_cumulative_gain,
}
