"""Designers of AI accelerators: what they offer, at what price, and the parts they lay in."""

from __future__ import annotations

import numpy as np

from agents.actor import Actor
from agents.arrays import Floats, ratio
from agents.records import ChipRecord, DesignerRecord
from agents.surroundings import Surroundings


class Designer(Actor):
    """A designer of accelerators, fabless: dies come from foundries, memory from memory makers.

    Attributes:
        chips: its recorded products.
        recorded_software: the median of the next, 2022.
        software: share of peak that its software delivers in training, relative to Nvidia's 2022.
        price_level: its prices relative to the recorded ones, ``(futures,)``.
        die_bank: logic dies in store that foreign foundries made, ``(futures,)``.
        memory_stock: stacks of high-bandwidth memory in store, ``(futures,)``.
        dies_obtained, dies_used: such dies obtained and built in since the start.
        memory_laid_in, memory_used: stacks bought and built in since the start.
        shipped: accelerators delivered since the start, H100e, ``(futures,)``.
        revenue: money taken for accelerators since the start, USD bn, ``(futures,)``.
    """

    def __init__(
        self, model: Surroundings, record: DesignerRecord, chips: tuple[ChipRecord, ...]
    ) -> None:
        super().__init__(model, name=record.name, region=record.region, country=record.country)
        self.chips = chips
        self.recorded_software = record.software.value
        self.software = self.draw(record.software, "software")
        self.margin = self.draw(record.margin, "margin")
        self._software_gain = self.draw(record.software_gain, "software-gain")
        self._third_country_dies = (
            np.zeros(model.futures)
            if record.third_country_dies is None
            else self.draw(record.third_country_dies, "third-country-dies")
        )
        self._third_country_since = (
            np.inf
            if record.third_country_since is None
            else model.calendar.months(record.third_country_since)
        )
        self.price_level: Floats = np.ones(model.futures)
        self.die_bank: Floats = np.zeros(model.futures)
        self.dies_obtained: Floats = np.zeros(model.futures)
        self.dies_used: Floats = np.zeros(model.futures)
        self.memory_stock: Floats = np.zeros(model.futures)
        self.memory_laid_in: Floats = np.zeros(model.futures)
        self.memory_used: Floats = np.zeros(model.futures)
        self.shipped: Floats = np.zeros(model.futures)
        self.revenue: Floats = np.zeros(model.futures)

    @property
    def holds_memory(self) -> bool:
        """Whether it buys memory ahead: makers whose supply a rule can cut do."""
        return self.region == "CN"

    def on_sale(self, start: float, end: float) -> list[ChipRecord]:
        """Products offered at any time in ``[start, end)``."""
        months = self.model.calendar.months
        return [
            chip
            for chip in self.chips
            if months(chip.launched) < end
            and (chip.discontinued is None or months(chip.discontinued) > start)
        ]

    def improve_software(self, months: float) -> None:
        """Close part of the distance between its software and the best."""
        closed = -np.expm1(np.log1p(-self._software_gain) * months / 12.0)
        self.software = self.software + closed * np.maximum(0.0, 1.0 - self.software)

    def obtain_foreign_dies(self, start: float, end: float) -> None:
        """Lay in dies made abroad through unlisted go-betweens, as far as these may be served."""
        open_from = max(start, self._third_country_since)
        if open_from >= end:
            return
        go_between = self.model.rules.foundry_access("", self.region, "RoW", open_from, end)
        openly = self.model.rules.foundry_access(self.name, self.region, "RoW", open_from, end)
        # Where the designer may be served openly it needs no go-between.
        quarters = (end - open_from) / 3.0
        dies = self._third_country_dies * go_between * (1.0 - openly) * quarters
        self.die_bank = self.die_bank + dies
        self.dies_obtained = self.dies_obtained + dies

    def memory_wanted(self, use: Floats, start: float, end: float) -> Floats:
        """Stacks it wants to buy this quarter: cover for some quarters, and a hoard before a ban.

        Args:
            use: stacks that this quarter's orders would take, ``(futures,)``.
            start: the quarter's beginning, months.
            end: its end.
        """
        known = self.model.parameters
        cover = known["memory_cover_quarters"]
        lead = end - start + known.certain("memory_warning_months")
        if self.model.rules.memory_control_ahead(self.region, start, lead):
            cover = cover + known["memory_hoard_quarters"]
        return np.maximum(0.0, cover * use - self.memory_stock)

    def lay_in_memory(self, stacks: Floats) -> None:
        """Add memory to its stock."""
        self.memory_stock = self.memory_stock + stacks
        self.memory_laid_in = self.memory_laid_in + stacks

    def use_memory(self, stacks: Floats) -> None:
        """Take memory from its stock for packages delivered."""
        self.memory_stock = self.memory_stock - stacks
        self.memory_used = self.memory_used + stacks

    def use_dies(self, dies: Floats) -> None:
        """Take dies from its bank for packages delivered."""
        self.die_bank = self.die_bank - dies
        self.dies_used = self.dies_used + dies

    def ship(self, h100e: Floats, takings: Floats) -> None:
        """Book deliveries (H100e) and what was paid for them (USD bn)."""
        self.shipped = self.shipped + h100e
        self.revenue = self.revenue + takings

    def set_prices(self, ordered: Floats, delivered: Floats) -> None:
        """Raise prices where orders outran deliveries, let them fall back where not."""
        known = self.model.parameters
        tightness = ratio(ordered, delivered, otherwise=1.0)
        moved = self.price_level * tightness ** known["price_response"]
        eased = 1.0 + (moved - 1.0) * known["price_memory"]
        self.price_level = np.clip(eased, 1.0, known["highest_price_level"])
