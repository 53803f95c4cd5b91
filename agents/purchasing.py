"""How a buyer of accelerators chooses between products: pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from agents.arrays import Floats, Ints, shares, total

# Why a buyer turns to a channel, in the order of the channels.
BUYING_REASONS = (
    "the chips sold everywhere are the best buy",
    "chips made for its market are the best that may be sold to it",
    "chips made at home are the best buy, or the surest",
    "barred chips are worth their premium and the risk",
    "chips set up abroad are within its reach",
)
HOARDING_REASONS = ("a rule on chips is about to bind",)


@dataclass(frozen=True, slots=True)
class Counter:
    """What a buyer finds on offer in a quarter, a row per line of products open to it.

    Attributes:
        offered: how freely each line may be bought, 0 to 1, ``(lines, 1)`` or ``(lines, futures)``.
        price: USD bn a unit, ``(lines, futures)``.
        appeals: appeal to a buyer who only trains, and to one who only serves models.
        haste: share of the cash usually kept back that a rule about to bind draws out.
        channels: rows of the lines that reach the buyer by each way.
        rows: places of these lines among all lines on the market.
    """

    offered: Floats
    price: Floats
    appeals: tuple[Floats, Floats]
    haste: Floats | float
    channels: Mapping[str, slice | list[int]] = field(default_factory=dict)
    rows: Sequence[int] = ()


def budget(cash: Floats, ready: Floats, haste: Floats | float) -> Floats:
    """What a buyer spends in a quarter, USD bn, ``(futures,)``.

    ``max(0, cash) x (ready + (1 - ready) x haste)``: a share of the cash at hand, and ahead of a
    rule about to bind a share of what is usually kept back besides.  Never more than the cash.
    """
    return np.maximum(cash, 0.0) * (ready + (1.0 - ready) * haste)


def main_channel(
    shares: Floats, ways: Mapping[str, slice | list[int]], channels: Sequence[str]
) -> Ints:
    """Place in ``channels`` of the way that takes most of a budget; -1 where nothing is bought.

    Args:
        shares: share of the budget by line, ``(lines, futures)``.
        ways: rows of the lines that come by each channel.
        channels: all channels; the first counts where two take the same.
    """
    if not ways:
        return np.full(shares.shape[1], -1)
    taken = [place for place, channel in enumerate(channels) if channel in ways]
    spent = np.array([total(shares[ways[channels[place]]]) for place in taken])
    return np.where(spent.any(axis=0), np.array(taken)[spent.argmax(axis=0)], -1)


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
