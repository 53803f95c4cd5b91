"""How a developer divides its fleet between serving, experiments and the largest run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.arrays import Floats, ratio


@dataclass(frozen=True, slots=True)
class FleetSplit:
    """Shares of a fleet, ``(futures,)`` each, at most 1 together.

    What they leave free goes to research on applications: driving, recommendation, speech.
    """

    serving: Floats
    experiments: Floats
    training: Floats


def serving_need(revenue: Floats, *, cost_share: Floats, compute_cost: Floats) -> Floats:
    """Compute that a developer's users take, H100e, ``(futures,)``.

    ``revenue x share of it that serving costs / cost of an H100e for a year``.

    Args:
        revenue: from models, USD bn a year.
        cost_share: share of revenue that the compute to serve it costs.
        compute_cost: USD bn for an H100e and year, at the day's prices.
    """
    return ratio(revenue * cost_share, compute_cost, otherwise=0.0)


def compute_cost(start: Floats, fall: Floats, months: float) -> Floats:
    """Cost of compute after some months: ``start x exp(-fall x months / 12)``."""
    return start * np.exp(-fall * months / 12.0)


def split(
    other_services: Floats,
    need: Floats,
    usable: Floats,
    attention: Floats,
    experiments_per_run: Floats,
    *,
    limit: Floats,
) -> FleetSplit:
    """Serving takes what it needs up to a limit; experiments are in proportion to the largest run.

    ``serving = min(limit, other services + need / usable)``,
    ``training = (1 - serving) x attention / (1 + ratio)``, ``experiments = ratio x training``.

    Args:
        other_services: share of the fleet that services other than models take.
        need: compute that users of its models take, H100e.
        usable: its fleet, H100e.
        attention: share of its research that goes to large general models.
        experiments_per_run: compute for experiments per compute of the largest run.
        limit: largest share for serving; other services alone may take more.

    Returns:
        The shares: they lie between 0 and 1, add up to 1 at most, and training never grows with
        the users' need.
    """
    models = np.minimum(ratio(need, usable, otherwise=0.0), 1.0)
    serving = np.minimum(other_services + models, np.maximum(limit, other_services))
    training = (1.0 - serving) * attention / (1.0 + experiments_per_run)
    return FleetSplit(serving, experiments_per_run * training, training)
