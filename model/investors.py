"""Where developers' money comes from: investors and parents, stirred by what AI shows it can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from agents.arrays import Floats, shares
from agents.developer import Developer
from agents.mechanisms import Mechanism
from agents.records import DemandShock
from agents.side_by_side import Teams
from agents.surroundings import Parameters
from model.calendar import MONTHS_PER_YEAR, Calendar
from model.knowledge import REGIONS
from model.ledger import Ledger
from model.switchboard import Switchboard


class Investors:
    """Spending on AI compute by region, and its division among developers.

    The rate of spending grows by a trend that fades and by *demand shocks*: dated events after
    which it rises by a lasting factor, most of it within a year or two:
    ``rate = start x exp(trend x f(t, fade) + sum_k effect_k x f(t - t_k, lag) / lag)`` with
    ``f(t, tau) = tau (1 - exp(-t / tau))``.

    Args:
        developers: the firms to fund.
        shocks: demand shocks, each with its effect by region, one value per future.
        switches: where spending keeps the rate of an earlier day; nowhere if left out.
        teams: teams of developers by region, where others keep them too.
    """

    def __init__(
        self,
        developers: Sequence[Developer],
        shocks: Sequence[tuple[DemandShock, Mapping[str, Floats]]],
        parameters: Parameters,
        calendar: Calendar,
        ledger: Ledger,
        switches: Switchboard | None = None,
        teams: Teams[Developer] | None = None,
    ) -> None:
        self._developers = developers
        self._shocks = [(calendar.months(shock.happened), effect) for shock, effect in shocks]
        self._parameters = parameters
        self._ledger = ledger
        self._switches = switches or Switchboard()
        self._teams = teams or Teams()

    def rate(self, region: str, now: float) -> Floats:
        """Spending on accelerators of a region's developers, USD bn a year, ``(futures,)``."""
        known = self._parameters
        fade = known["trend_fade_months"]
        trended = fade * -np.expm1(-now / fade) / MONTHS_PER_YEAR
        growth = known[f"spending_trend_{region.lower()}"] * trended
        for since, effect in self._shocks:
            if region in effect and now > since:
                risen = -np.expm1(-(now - since) / known["spending_lag_months"])
                growth = growth + effect[region] * risen
        return known[f"spending_start_{region.lower()}"] * np.exp(growth)

    def fund(self, now: float, months: float) -> None:
        """Pay a month's money to every developer founded by now.

        A firm's share of its region's money is its recorded share, which a firm founded during
        the simulation reaches over its first two years.
        """
        for region in REGIONS:
            founded = [d for d in self._developers if d.region == region and d.exists]
            if not founded:
                continue
            firms = self._teams.of(region, founded)
            weights = firms.together("weight to investors", (self._weight(d, now) for d in firms))
            held = self._switches.off_since(Mechanism.MONEY, region)
            amount = self.rate(region, now if held is None else held) * months / MONTHS_PER_YEAR
            given = amount * shares(weights)
            self._ledger.pay_each(firms, given, "investment")
            firms["funding"] = given * MONTHS_PER_YEAR / months

    def _weight(self, developer: Developer, now: float) -> Floats:
        """Its share of its region's money, once it has grown into it."""
        if developer.founded <= 0.0:
            return developer.spending_share
        age = now - developer.founded
        grown = np.minimum(1.0, (age + 1.0) / self._parameters["ramp_months"])
        return developer.spending_share * grown
