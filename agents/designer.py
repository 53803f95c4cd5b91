"""Designers of AI accelerators: what they offer, at what price, and the parts they lay in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents import chip_design
from agents.actor import Actor
from agents.arrays import Bools, Floats, ratio
from agents.records import ChipRecord, DesignerRecord
from agents.surroundings import ChipRules, Surroundings


@dataclass
class Variant:
    """A version of a chip made for China, and when it ships.

    Attributes:
        chip: its data sheet.
        base: the chip it is cut down from.
        launches: when it ships, months, infinite where it is not worth designing, ``(futures,)``.
        rules: number of the set of rules that it answers.
    """

    chip: ChipRecord
    base: ChipRecord
    launches: Floats
    rules: int = 0


class Designer(Actor):
    """A designer of accelerators, fabless: dies come from foundries, memory from memory makers.

    Attributes:
        chips: its recorded products.
        variants: versions for China that it designed itself, where it plans these.
        list_prices: recorded price of each product, USD, ``(futures,)``.
        china_revenue: takings from Chinese buyers in the last quarter, USD bn, ``(futures,)``.
        forgone: orders that rules kept from it in the last quarter, USD bn, ``(futures,)``.
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
        self,
        model: Surroundings,
        record: DesignerRecord,
        chips: tuple[ChipRecord, ...],
        *,
        plans_variants: bool = False,
    ) -> None:
        super().__init__(model, name=record.name, region=record.region, country=record.country)
        self.plans_variants = plans_variants and record.region != "CN"
        self.chips = (
            tuple(chip for chip in chips if chip.sold_to != "china")
            if self.plans_variants
            else chips
        )
        self.variants: list[Variant] = []
        self.list_prices: dict[str, Floats] = {
            chip.name: model.drawn(chip.price_usd, f"price/{chip.name}") for chip in self.chips
        }
        self.china_revenue: Floats = np.zeros(model.futures)
        self.forgone: Floats = np.zeros(model.futures)
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

    def flagships(self) -> list[ChipRecord]:
        """The two most useful of the products that it sells to anyone now, the best first."""
        now = self.model.time
        on_sale = [chip for chip in self.on_sale(now, now + 1.0) if chip.sold_to == "anyone"]
        return sorted(on_sale, key=chip_design.worth, reverse=True)[:2]

    def plan_variants(self) -> None:
        """Answer rules that bar its best products: design versions that they let pass."""
        for chip in self.flagships() if self.plans_variants else ():
            for number, rules, where in self.model.rules.in_force(self.model.time):
                if self._may_sell(chip, rules):
                    continue
                known = (v for v in self.variants if v.base is chip and v.rules in (0, number))
                passing = (v for v in known if self._may_sell(v.chip, rules))
                variant = next(passing, None) or self._design_variant(chip, number, rules)
                if variant is not None:
                    self._begin_where_worthwhile(variant, where)

    def _begin_where_worthwhile(self, variant: Variant, where: bool | Bools) -> None:
        """Start design in the futures where what China buys, or would buy, pays for it."""
        known = self.model.parameters
        at_stake = 4.0 * (self.forgone + self.china_revenue)
        begin = np.isinf(variant.launches) & (at_stake > known["variant_cost"]) & where
        siblings = [v for v in self.variants if v.rules == variant.rules]
        lag = known["variant_months"] * self.model.luck(
            f"{self.name}/variant{_of(variant.rules)}",
            siblings.index(variant),
            sigma=known["variant_luck"],
        )
        variant.launches = np.where(begin, self.model.time + lag, variant.launches)

    def _design_variant(self, base: ChipRecord, number: int, rules: ChipRules) -> Variant | None:
        def may_sell(chip: ChipRecord) -> bool:
            return self._may_sell(chip, rules)

        bounds = rules.chip_bounds("CN", self.model.time)
        cut_down = chip_design.compliant_variant(base, bounds, may_sell, chip_design.worth)
        if cut_down is None:
            return None
        siblings = [v for v in self.variants if v.base is base and v.rules == number]
        name = f"{base.name} for China {1 + len(siblings)}{_of(number)}"
        chip = cut_down.model_copy(update={"name": name, "sold_to": "china"})
        # Never below what dies, memory and assembly cost, which cutting down does not save.
        kept = np.maximum(chip_design.relative_price(chip, base), 1.0 - self.margin)
        self.list_prices[name] = self.list_prices[base.name] * kept
        self.variants.append(Variant(chip, base, np.full(self.model.futures, np.inf), number))
        return self.variants[-1]

    def _may_sell(self, chip: ChipRecord, rules: ChipRules) -> bool:
        """Whether the rules, those known to come included, let a chip be sold to China."""
        return rules.will_admit(chip, "CN", self.model.time)

    def improve_software(self, months: float) -> None:
        """Close part of the distance between its software and the best."""
        closed = -np.expm1(np.log1p(-self._software_gain) * months / 12.0)
        self.software = self.software + closed * np.maximum(0.0, 1.0 - self.software)

    def obtain_foreign_dies(self, start: float, end: float) -> None:
        """Lay in dies made abroad, through go-betweens where it may not be served itself."""
        open_from = max(start, self._third_country_since)
        if open_from >= end:
            return
        go_between = self.model.rules.foundry_access("", self.region, "RoW", open_from, end)
        openly = self.model.rules.foundry_access(self.name, self.region, "RoW", open_from, end)
        # Where the designer may be served openly it needs no go-between for the same dies.
        quarters = (end - open_from) / 3.0
        dies = self._third_country_dies * np.maximum(go_between, openly) * quarters
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
        ahead = self.model.rules.memory_control_ahead(self.region, start, lead)
        cover = np.where(ahead, cover + known["memory_hoard_quarters"], cover)
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

    def open_books(self) -> None:
        """Begin a quarter's count of what China buys and would have bought."""
        self.china_revenue = np.zeros(self.model.futures)
        self.forgone = np.zeros(self.model.futures)

    def set_prices(self, ordered: Floats, delivered: Floats) -> None:
        """Raise prices where orders outran deliveries, let them fall back where not."""
        known = self.model.parameters
        tightness = ratio(ordered, delivered, otherwise=1.0)
        moved = self.price_level * tightness ** known["price_response"]
        eased = 1.0 + (moved - 1.0) * known["price_memory"]
        self.price_level = np.clip(eased, 1.0, known["highest_price_level"])


def _of(rules: int) -> str:
    """What tells versions for a set of rules from those for the usual one."""
    return f" under rules {rules}" if rules else ""
