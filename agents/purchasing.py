"""How a buyer of accelerators chooses between products: pure functions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.arrays import Floats, shares


@dataclass(frozen=True, slots=True)
class Counter:
    """What a buyer finds on offer in a quarter, a row per line of products.

    Attributes:
        offered: how freely each line may be bought, 0 to 1, ``(lines, 1)`` or ``(lines, futures)``.
        price: USD bn a unit, ``(lines, futures)``.
        appeals: appeal to a buyer who only trains, and to one who only serves models.
        haste: share of the cash usually kept back that a rule about to bind draws out.
    """

    offered: Floats
    price: Floats
    appeals: tuple[Floats, Floats]
    haste: Floats | float


def appeal(worth_per_dollar: Floats, *, sensitivity: Floats) -> Floats:
    """Weight of each product in a buyer's choice, ``(products, futures)``: 1 for the best buy.

    ``(worth per dollar / best)^sensitivity``, the weights of Luce's choice rule (Luce 1959).
    """
    best = np.maximum(worth_per_dollar.max(axis=0), 1e-30)
    return np.asarray((worth_per_dollar / best) ** sensitivity)


def choice_shares(appeal: Floats, offered: Floats) -> Floats:
    """Share of a budget that goes to each product, ``(products, futures)``; they sum to 1 or 0.

    Shares are proportional to ``offered x appeal``.  Products not offered get nothing; a product
    offered in part (licences granted for a share of applications, a ramp under way) is chosen in
    proportion.
    """
    return shares(offered * appeal)
