"""Which sectors a firm makes applications for: pure functions over sectors and futures.

A firm divides its people among the sectors that it is in, in proportion to their usual weight.  It
enters one where they would be paid better than now by enough to make up for the way there, and
leaves one where they are paid far less than elsewhere; in between it stays (Dixit 1989).
"""

from __future__ import annotations

import numpy as np

from agents.arrays import SMALLEST_MARKET, Bools, Floats, ratio, total


def distances(scenarios: Floats) -> Floats:
    """How far apart sectors are in what they live on, 0 to 1, ``(sectors, sectors)``.

    One less the cosine of their weights of characteristics, after measures of relatedness between
    the businesses of a firm (Teece, Rumelt, Dosi and Winter 1994).  Limits: 0 to itself; 1 where
    two sectors have no characteristic in common; the same both ways.

    Args:
        scenarios: weights of characteristics in each sector, ``(sectors, characteristics)``.
    """
    lengths = np.sqrt((scenarios**2).sum(axis=1))
    alike = scenarios @ scenarios.T / np.outer(lengths, lengths)
    return np.asarray(np.clip(1.0 - alike, 0.0, 1.0))


def way(entered: Bools, between: Floats) -> Floats:
    """Distance from the nearest sector that a firm is in, ``(sectors, futures)``.

    0 where it is; 1, the farthest, for a firm that is in none.
    """
    from_each = np.where(entered[:, None], between[:, :, None], 1.0)
    return np.asarray(from_each.min(axis=0))


def emphasis(entered: Bools, usual: Floats) -> Floats:
    """Share of a firm's people in each sector, ``(sectors, futures)``; they sum to 1 or 0.

    Args:
        entered: the sectors that it is in, ``(sectors, futures)``.
        usual: weight of each sector where a firm is in all, ``(sectors, 1)``.
    """
    divided = entered * usual
    return ratio(divided, total(divided))


def pay_now(takings: Floats, effort: Floats, held: Floats) -> Floats:
    """What a firm earns for a unit of effort where it is, ``(futures,)``.

    Args:
        takings: what its region's developers take in each sector, ``(sectors, futures)``.
        effort: effort of all of them there, same shape.
        held: share of its people in each sector, same shape.
    """
    return ratio(total(held * ratio(takings, effort)), total(held))


def gain_from_entry(
    entered: Bools,
    takings: Floats,
    effort: Floats,
    own: Floats,
    usual: Floats,
    to_go: Floats,
    *,
    hurdle: Floats,
    distance_cost: Floats,
) -> Floats:
    """Worth of entering each sector, logarithm, ``(sectors, futures)``: positive where it pays.

    ``ln(pay there / pay now) - hurdle - distance cost x way``, where pay there is what takings
    come to for a unit of effort once the firm's own is added.  Limits: minus infinity where it is
    already, or where nothing is taken; falls with the way and with what others do there.

    Args:
        entered: the sectors that the firm is in, ``(sectors, futures)``.
        takings: what its region's developers are expected to take, same shape.
        effort: effort of all of them now, same shape.
        own: effort of the firm if all its people were in one sector, ``(futures,)``.
        usual: weight of each sector where a firm is in all, ``(sectors, 1)``.
        to_go: way to each sector, 0 to 1, ``(sectors, futures)``.
        hurdle: gain below which it stays where it is.
        distance_cost: gain that the longest way takes.
    """
    held = total(entered * usual)
    brought = own * usual / (held + usual)
    there = ratio(takings, effort + brought)
    here = pay_now(takings, effort, emphasis(entered, usual))
    better = np.log(np.maximum(there, SMALLEST_MARKET) / np.maximum(here, SMALLEST_MARKET))
    worth = better - hurdle - distance_cost * to_go
    return np.where(entered | (there <= SMALLEST_MARKET), -np.inf, worth)


def loss_from_staying(
    entered: Bools, takings: Floats, effort: Floats, usual: Floats, *, hurdle: Floats
) -> Floats:
    """Case for leaving each sector, logarithm, ``(sectors, futures)``: positive where it is good.

    ``ln(pay elsewhere / pay there) - hurdle``, elsewhere being the other sectors that the firm is
    in.  Limit: minus infinity where it is not, and in its last sector.
    """
    pay = ratio(takings, effort)
    weighed = entered * usual
    held = total(weighed)
    elsewhere = ratio(total(weighed * pay) - weighed * pay, held - weighed)
    case = np.log(np.maximum(elsewhere, SMALLEST_MARKET) / np.maximum(pay, SMALLEST_MARKET))
    others = entered.sum(axis=0) > 1
    return np.where(entered & others, case - hurdle, -np.inf)
