"""Who moves where, and what for: pure functions on stocks of people and on wages."""

from __future__ import annotations

import numpy as np

from agents.arrays import Floats, ratio


def movers(
    stock: Floats,
    base_rate: Floats,
    wage_ratio: Floats,
    programme_factor: Floats | float,
    *,
    wage_elasticity: Floats,
    months: float,
) -> Floats:
    """People who move from one region to another in a period.

    ``stock x rate x (wage there / wage here)^elasticity x programmes``, a gravity model's choice
    term (Beine, Docquier & Ozden 2011), limited to the stock.

    Args:
        stock: people who could move, ``(futures,)``.
        base_rate: share that moves in a year at the wages of January 2022, ``(futures,)``.
        wage_ratio: wage there over wage here, relative to January 2022, ``(futures,)``.
        programme_factor: product of the factors of the programmes in force.
        wage_elasticity: response to the wage ratio.
        months: length of the period.

    Returns:
        Persons, ``(futures,)``, between 0 and ``stock``.
    """
    rate = base_rate * wage_ratio**wage_elasticity * programme_factor * months / 12.0
    return stock * np.clip(rate, 0.0, 1.0)


def wage_factor(openings: Floats, searching: Floats, *, usual: Floats, response: Floats) -> Floats:
    """Factor on a wage after a period in which firms and people looked for one another.

    ``1 + response x (t - usual) / (t + usual)`` with ``t`` openings per searcher: 1 at the usual
    ratio, ``1 + response`` where openings are without number, ``1 - response`` without openings.

    Args:
        openings: people whom firms want, ``(futures,)``.
        searching: people who would take a job, ``(futures,)``.
        usual: openings per searcher at which wages stand still.
        response: largest change in the period.
    """
    # Written with openings and searchers, so that no searcher at all divides by nothing.
    expected = usual * searching
    return 1.0 + response * ratio(openings - expected, openings + expected)
