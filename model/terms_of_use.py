"""What rules say of the use of AI in a period: its pace, what it is let into, and whose it may be.

Figures of January 2022 are on record in ``sectors.yaml``; instruments change them by date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agents.arrays import Floats, ratio, total
from agents.records import MARKETS, SECTORS, Market, Region
from model.knowledge import REGIONS
from model.rules_by_future import Rulings

# A developer's name, region and weight in its customers' choice, ``(futures,)``.
Seller = tuple[str, Region, Floats]


@dataclass(frozen=True, slots=True)
class TermsOfUse:
    """Factors on the figures of January 2022; the last axis is 1 where all futures agree.

    Attributes:
        pace: on the pace of adoption, ``(markets, 1 or futures)``.
        permission: on the share of regulated uses that may start, ``(sectors, markets, 1 or
            futures)``; None where no rule changes it.
        access: on who may buy from developers of a region, ``(regions, markets, 1 or futures)``;
            None where no rule changes it.
    """

    pace: Floats
    permission: Floats | None = None
    access: Floats | None = None


AS_IN_2022 = TermsOfUse(np.ones((len(MARKETS), 1)))


def terms_of_use(
    rules: Rulings,
    homes: Mapping[Market, Region],
    sellers: Sequence[Seller],
    start: float,
    end: float,
) -> TermsOfUse:
    """The terms of a period.

    Access to the developers of a region is the mean over them by their weight in customers'
    choice, so that a limit on a small one matters little.

    Args:
        rules: the rule book.
        homes: the region that is at home in each market.
        sellers: developers who offer services.
        start: the period's beginning, months.
        end: its end.
    """
    pace = [rules.adoption_push(homes[market], start, end) for market in MARKETS]
    permission = [
        [rules.permission_factor(market, sector, start, end) for market in MARKETS]
        for sector in SECTORS
    ]
    access = [
        [_admitted(rules, region, market, homes[market], sellers, start, end) for market in MARKETS]
        for region in REGIONS
    ]
    return TermsOfUse(
        _stacked(pace),
        None if _unchanged(permission) else np.array(_same_length(permission)),
        None if _unchanged(access) else np.array(_same_length(access)),
    )


def _admitted(
    rules: Rulings,
    region: Region,
    market: Market,
    home: Region,
    sellers: Sequence[Seller],
    start: float,
    end: float,
) -> float | Floats:
    """Share of a market's customers of a region's developers whom limits let through."""
    if region == home:
        return 1.0
    answers = [
        (rules.market_access(name, region, market, home, start, end), weight)
        for name, of, weight in sellers
        if of == region
    ]
    if all(isinstance(answer, float) and answer == 1.0 for answer, _ in answers):
        return 1.0
    reached = total([answer * weight for answer, weight in answers])
    return ratio(reached, total([weight for _, weight in answers]), otherwise=1.0)


def _unchanged(table: Sequence[Sequence[float | Floats]]) -> bool:
    return all(isinstance(v, float) and v == 1.0 for row in table for v in row)


def _same_length(table: Sequence[Sequence[float | Floats]]) -> list[Floats]:
    if all(isinstance(value, float) for row in table for value in row):
        return list(np.array(table)[..., np.newaxis])
    longest = max(np.size(value) for row in table for value in row)
    return [np.array([np.broadcast_to(value, longest) for value in row]) for row in table]


def _stacked(row: Sequence[float | Floats]) -> Floats:
    return _same_length([row])[0]
