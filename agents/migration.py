"""Who moves where, and what for: pure functions on stocks of people and on wages."""

from __future__ import annotations

import numpy as np

from agents.arrays import Floats, ratio, shares, total


def pull(
    wage_ratio: Floats,
    distance: Floats,
    programme_factor: Floats | float,
    *,
    wage_elasticity: Floats,
    prestige: Floats,
) -> Floats:
    """Factor on a recorded flow from what has changed since January 2022.

    ``(wage there / here)^elasticity x exp(-prestige x distance) x programmes``, a gravity model's
    choice term (Beine, Docquier & Ozden 2011) with standing in the field beside pay.  1 where
    nothing has changed; 0 where the door is shut.

    Args:
        wage_ratio: wage there over wage here, relative to January 2022, ``(futures,)``.
        distance: how far the best models there have fallen behind those here since January 2022,
            OOM, negative where they have come nearer, ``(futures,)``.
        programme_factor: product of the factors of the programmes and visa rules in force.
        wage_elasticity: response to the wage ratio.
        prestige: response to the distance, 1/OOM.
    """
    return wage_ratio**wage_elasticity * np.exp(-prestige * distance) * programme_factor


def departures(stock: Floats, rates: Floats, months: float) -> Floats:
    """People who leave for each destination in a period, ``(destinations, ...)``.

    Competing hazards: ``stock x (1 - exp(-sum of rates x years)) x rate / sum of rates``.  Nobody
    leaves at a rate of zero, nobody leaves twice, and more leave by a door that opens wider.

    Args:
        stock: people who could leave, e.g. ``(origins, futures)``.
        rates: share that would leave for each destination in a year, ``(destinations, ...)``.
        months: length of the period.
    """
    altogether = total(rates)
    leaving = stock * -np.expm1(-altogether * months / 12.0)
    return leaving * ratio(rates, np.broadcast_to(altogether, rates.shape))


def first_places(usual: Floats, pulls: Floats) -> Floats:
    """Where a class goes to work or to a doctorate first, shares ``(regions, futures)``.

    ``usual x pull``, divided by their sum (Luce 1959): the recorded shares where nothing has
    changed; a region whose door is shut gets nobody.
    """
    return shares(usual * pulls)


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
