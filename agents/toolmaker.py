"""Toolmakers: they ship scanners and process tools, as far as orders, capacity and rules allow."""

from __future__ import annotations

import numpy as np

from agents.actor import Actor
from agents.arrays import Floats
from agents.records import ToolClass, ToolmakerRecord
from agents.surroundings import Surroundings


class Toolmaker(Actor):
    """A maker of wafer fabrication equipment.

    Attributes:
        shipped: sets shipped since the start by class, ``(futures,)`` each.
    """

    def __init__(self, model: Surroundings, record: ToolmakerRecord) -> None:
        super().__init__(model, name=record.name, region=record.region, country=record.country)
        self._first = {
            tool_class: 12.0 * self.draw(output.first_year, f"{tool_class}/first-year")
            for tool_class, output in record.output.items()
        }
        self._sets_a_year = {
            tool_class: self.draw(output.sets_a_year, f"{tool_class}/sets")
            for tool_class, output in record.output.items()
        }
        self.shipped: dict[ToolClass, Floats] = {
            tool_class: np.zeros(model.futures) for tool_class in record.output
        }

    def capacity(self, tool_class: ToolClass, months: float) -> Floats:
        """Sets it can ship of a class that it makes over the period now ending, ``(futures,)``."""
        known = self.model.parameters
        growth = known["chinese_tool_growth" if self.region == "CN" else "tool_growth"]
        years = (self.model.time - np.maximum(self._first[tool_class], 0.0)) / 12.0
        yearly = self._sets_a_year[tool_class] * np.exp(growth * np.maximum(years, 0.0))
        return np.where(years >= 0.0, yearly, 0.0) * months / 12.0

    def ship(self, tool_class: ToolClass, sets: Floats) -> None:
        """Book a shipment."""
        self.shipped[tool_class] = self.shipped[tool_class] + sets
