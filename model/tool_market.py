"""The market for fabrication equipment: foundries order, toolmakers ship what rules allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from agents.arrays import Floats, filled, ratio, total
from agents.foundry import TOOL_CLASSES, Foundry
from agents.records import ToolClass
from agents.surroundings import Parameters
from agents.toolmaker import Toolmaker
from model.ledger import Ledger
from model.rules_by_future import Rulings


class ToolMarket:
    """Clears each quarter; better tool classes first, a foundry's own country's makers first.

    Attributes:
        latest: sets delivered in the last quarter by maker, foundry and tool class, ``(futures,)``
            each.
    """

    def __init__(
        self,
        foundries: Sequence[Foundry],
        toolmakers: Sequence[Toolmaker],
        parameters: Parameters,
        ledger: Ledger,
    ) -> None:
        self._foundries = foundries
        self._toolmakers = toolmakers
        self._parameters = parameters
        self._ledger = ledger
        self.latest: dict[tuple[str, str, ToolClass], Floats] = {}

    def clear(self, rules: Rulings, start: float, end: float) -> None:
        """Deliver a quarter's tools and let the foundries start the fabs they can equip."""
        self.latest = {}
        expansions = {foundry: foundry.affordable_expansion() for foundry in self._foundries}
        for tool_class in TOOL_CLASSES:
            for chinese in (True, False):
                makers = [m for m in self._toolmakers if (m.region == "CN") is chinese]
                # Chinese makers serve Chinese foundries only.
                served = {
                    foundry: expansion
                    for foundry, expansion in expansions.items()
                    if foundry.region == "CN" or not chinese
                }
                self._deliver(tool_class, makers, served, rules, start, end)
        for foundry, expansion in expansions.items():
            foundry.begin_fab(np.minimum(expansion, foundry.affordable_expansion()))

    def _deliver(
        self,
        tool_class: ToolClass,
        makers: Sequence[Toolmaker],
        expansions: Mapping[Foundry, Floats],
        rules: Rulings,
        start: float,
        end: float,
    ) -> None:
        makers = [maker for maker in makers if tool_class in maker.shipped]
        capacities = [maker.capacity(tool_class, end - start) for maker in makers]
        everything = total([np.zeros_like(self._ledger.outside.cash), *capacities])
        if not expansions or not (everything > 0.0).any():
            return
        orders = {f: f.order(tool_class, expansion) for f, expansion in expansions.items()}
        for maker, capacity in zip(makers, capacities, strict=True):
            part = ratio(capacity, everything)
            asked = {
                foundry: ordered
                * part
                * self._access(tool_class, maker, foundry, rules, start, end)
                for foundry, ordered in orders.items()
            }
            share = filled(total(asked.values()), capacity)
            for foundry, sets in asked.items():
                self._sell(tool_class, maker, foundry, sets * share)

    def _access(
        self,
        tool_class: ToolClass,
        maker: Toolmaker,
        foundry: Foundry,
        rules: Rulings,
        start: float,
        end: float,
    ) -> float | Floats:
        """Share of an order that may be shipped."""
        if maker.region == foundry.region == "CN":
            return 1.0
        return rules.tool_access(
            tool_class, maker.country, maker.region, foundry.region, foundry.name, start, end
        )

    def _sell(
        self, tool_class: ToolClass, maker: Toolmaker, foundry: Foundry, sets: Floats
    ) -> None:
        maker.ship(tool_class, sets)
        self.latest[maker.name, foundry.name, tool_class] = sets
        foundry.take_delivery(tool_class, sets, maker.country)
        price = self._parameters[f"price_{tool_class.replace('-', '_')}"]
        self._ledger.pay(foundry, maker, sets * price, "tools")
