"""Designers of AI accelerators: what they offer, at what price, and the parts they lay in."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from agents import chip_design, lithography, product_planning, software
from agents.actor import Actor
from agents.arrays import Bools, Floats, Ints, ratio
from agents.records import ChipRecord, DesignerRecord
from agents.surroundings import ChipRules, Rules, Surroundings

Products = Literal["recorded", "versions-planned", "planned"]
# How many of its products a designer defends in China.
FLAGSHIPS = 2


@dataclass
class Planned:
    """A chip that a designer plans itself, and when it is sold.

    Attributes:
        chip: its data sheet.
        base: the chip it is cut down from, or that begins its line.
        launches: when it ships, months, infinite where it is never made, ``(futures,)``.
        ends: when its sale ends, months, infinite where it goes on, ``(futures,)``.
    """

    chip: ChipRecord
    base: ChipRecord
    launches: Floats
    ends: Floats


class Designer(Actor):
    """A designer of accelerators, fabless: dies come from foundries, memory from memory makers.

    Attributes:
        chips: its recorded products.
        variants: versions for China that it designed itself, where it plans these.
        successors: chips of its main line that it planned beyond the recorded ones.
        list_prices: recorded price of each product, USD, ``(futures,)``.
        china_revenue: takings from Chinese buyers in the last quarter, USD bn, ``(futures,)``.
        forgone: orders that rules kept from it in the last quarter, USD bn, ``(futures,)``.
        recorded_software: the median of the next, 2022.
        software: share of peak that its software delivers in training, relative to Nvidia's 2022.
        following: how many write AI software for its stack, as a share of all, relative to the
            start, ``(futures,)``.
        price_level: its prices relative to the recorded ones, ``(futures,)``.
        die_bank: logic dies in store that foreign foundries made, ``(futures,)``.
        memory_stock: stacks of high-bandwidth memory in store, ``(futures,)``.
        dies_obtained, dies_used: such dies obtained and built in since the start.
        latest_dies_used: such dies built in when it last delivered, ``(futures,)``.
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
        products: Products = "recorded",
    ) -> None:
        super().__init__(model, name=record.name, region=record.region, country=record.country)
        self.plans_variants = products != "recorded" and record.region != "CN"
        main_line = tuple(c for c in chips if c.sold_to != "china" or record.region == "CN")
        if products == "planned":
            main_line = self._launched_at_start(main_line)
        self._main_line = tuple(sorted(main_line, key=lambda chip: chip.launched))
        self.chips = chips if products == "recorded" else main_line
        self.variants: list[Planned] = []
        self.successors: list[Planned] = []
        self._best_versions: dict[Hashable, ChipRecord | None] = {}
        self._foundries = record.foundries
        self._cadence = self.draw(record.cadence, "cadence")
        self._patience = self.draw(record.node_patience, "node-patience")
        self._generations: Ints = np.zeros(model.futures, dtype=np.int64)
        self._best_planned: Ints = np.zeros(model.futures, dtype=np.int64)
        self._commits: Floats = np.full(model.futures, np.inf)
        self._last_planned = -np.inf
        if self._main_line:
            last = self._main_line[-1]
            self._best_planned += max(lithography.rung(c.node_nm) for c in self._main_line)
            launched = np.full(model.futures, model.calendar.months(last.launched))
            self._commits = self._next_commitment(launched)
        self.list_prices: dict[str, Floats] = {
            chip.name: model.drawn(chip.price_usd, f"price/{chip.name}") for chip in self.chips
        }
        self.china_revenue: Floats = np.zeros(model.futures)
        self.forgone: Floats = np.zeros(model.futures)
        self.recorded_software = record.software.value
        self.software = self.draw(record.software, "software")
        self.margin = self.draw(record.margin, "margin")
        self._software_gain = self.draw(record.software_gain, "software-gain")
        self._software_at_start = self.software
        self.following: Floats = np.ones(model.futures)
        self._following_in: dict[str, Floats] = {}
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
        self.latest_dies_used: Floats = np.zeros(model.futures)
        self.memory_stock: Floats = np.zeros(model.futures)
        self.memory_laid_in: Floats = np.zeros(model.futures)
        self.memory_used: Floats = np.zeros(model.futures)
        self.shipped: Floats = np.zeros(model.futures)
        self.revenue: Floats = np.zeros(model.futures)

    @property
    def holds_memory(self) -> bool:
        """Whether it buys memory ahead: makers whose supply a rule can cut do."""
        return self.region == "CN"

    def product_names(self) -> list[str]:
        """Names of its products, those that it planned itself included."""
        return [chip.name for chip in self.products()]

    def products(self) -> list[ChipRecord]:
        """Its products, those that it planned itself included, whether on sale or not."""
        return [*self.chips, *(plan.chip for plan in self.planned)]

    def on_sale(self, start: float, end: float) -> list[ChipRecord]:
        """Products offered at any time in ``[start, end)``."""
        months = self.model.calendar.months
        return [
            chip
            for chip in self.chips
            if months(chip.launched) < end
            and (chip.discontinued is None or months(chip.discontinued) > start)
        ]

    @property
    def foundries(self) -> tuple[str, ...]:
        """Who may make its dies, the preferred first."""
        return self._foundries

    @property
    def planned(self) -> list[Planned]:
        """Every chip that it planned itself, in an order that no other future has a part in."""
        return sorted([*self.variants, *self.successors], key=lambda planned: planned.chip.name)

    def _launched_at_start(self, chips: tuple[ChipRecord, ...]) -> tuple[ChipRecord, ...]:
        """Products out by the start of the simulation; the first one, if none was."""
        earliest = min((chip.launched for chip in chips), default=None)
        return tuple(
            chip
            for chip in chips
            if self.model.calendar.months(chip.launched) <= 0.0 or chip.launched == earliest
        )

    # --- the main line ---------------------------------------------------------------------------

    def plan_products(self) -> None:
        """Commit to a node for the next chip of its line, where one is due or a better node opens.

        A roadmap on record stands until its last chip.  Beyond it a designer plans on; and before,
        where a foundry of a better node that the recorded rules closed to it is open.
        """
        now, known = self.model.time, self.model.parameters
        since, self._last_planned = self._last_planned, now
        if not self._main_line:
            return
        if not (self._commits <= now).any() and not any(
            self._is_reopened(foundry, now) for foundry in self._foundries
        ):
            return
        # One that waits for a node commits once there is one, seen from when it last looked.
        by = np.clip(self._commits, since, now)
        rungs, makers, reopened = self._nodes_to_be_had(now, by)
        due = (self._commits <= now) & (rungs >= self._best_planned)
        opened = reopened & (rungs > self._best_planned)
        launches = by + known["commitment_months"]
        begin = (due | opened) & (launches < self.model.calendar.end)
        if not begin.any():
            return
        self._launch(begin, launches, rungs, makers)
        self._generations = self._generations + begin
        self._best_planned = np.where(begin, rungs, self._best_planned)
        self._commits = np.where(begin, self._next_commitment(launches), self._commits)

    def _nodes_to_be_had(self, now: float, by: Floats) -> tuple[Ints, Ints, Bools]:
        """Best node class it may commit to: rung, place of the foundry in its order, and news.

        A class counts that is proven by a day, ``(futures,)``, of a foundry that serves it now.
        News is where that foundry serves it now, and by the recorded rules would not.
        """
        rungs = np.full(self.model.futures, product_planning.NO_NODE)
        makers = np.zeros(self.model.futures, dtype=np.int64)
        reopened = np.zeros(self.model.futures, dtype=np.bool_)
        for place, foundry in enumerate(self._foundries):
            news = self._is_reopened(foundry, now)
            reached = self.model.node_dates(foundry) + self._barred_nodes(foundry, now)
            rung = product_planning.usable_rung(reached, by, self._patience)
            better = rung > rungs
            rungs = np.where(better, rung, rungs)
            makers = np.where(better, place, makers)
            reopened = np.where(better, news, reopened)
        return rungs, makers, reopened

    def _is_reopened(self, foundry: str, now: float) -> bool:
        """Whether a foundry serves it somewhere that the recorded rules closed to it."""
        recorded, present = self.model.recorded_rules, self.model.rules
        return bool(
            np.any(self._serves(present, foundry, now))
            and not np.any(self._serves(recorded, foundry, now))
        )

    def _serves(self, rules: Rules, foundry: str, now: float) -> bool | Bools:
        """Whether rules let a foundry take most of its orders."""
        region = self.model.region_of(foundry)
        access = rules.foundry_access(self.name, self.region, region, now, now + 1.0)
        return np.greater_equal(access, 0.5)

    def _barred_nodes(self, foundry: str, now: float) -> Floats:
        """Infinite where no service or no software is to be had, ``(rungs, futures)``."""
        rules = self.model.rules
        served = self._serves(rules, foundry, now)
        at_home = self.model.parameters.certain("home_software_nm")
        barred = np.zeros((len(lithography.LADDER), self.model.futures))
        for rung, nm in enumerate(lithography.LADDER):
            access = rules.design_software_access(self.region, float(nm), now, now + 1.0)
            enough = np.greater_equal(access, 0.5) | (nm >= at_home)
            barred[rung] = np.where(served & enough, 0.0, np.inf)
        return barred

    def _launch(self, begin: Bools, launches: Floats, rungs: Ints, makers: Ints) -> None:
        """Put chips on the list: one for each year of launch, node and maker that occurs."""
        ends = launches + self.model.parameters["product_overlap_months"]
        for earlier in self.successors:
            selling = begin & np.isfinite(earlier.launches) & np.isinf(earlier.ends)
            earlier.ends = np.where(selling, ends, earlier.ends)
        years = np.floor(launches / 12.0).astype(np.int64)
        kinds = np.unique(np.stack([years, rungs, makers])[:, begin], axis=1)
        for year, rung, maker in kinds.T:
            where = begin & (years == year) & (rungs == rung) & (makers == maker)
            chip = self._successor(int(year), int(rung), self._foundries[maker])
            chip.launches = np.where(where, np.minimum(chip.launches, launches), chip.launches)
            chip.ends = np.where(where, np.inf, chip.ends)

    def _successor(self, year: int, rung: int, foundry: str) -> Planned:
        """The chip of its line for a year, node and maker: a new one where it has none yet."""
        nm = lithography.LADDER[rung]
        begins = self.model.calendar.date(12.0 * year).year
        name = f"{self.name} {begins}, {nm:g} nm at {foundry}"
        found = next((planned for planned in self.successors if planned.chip.name == name), None)
        if found is not None:
            return found
        anchor = self._anchor(year)
        launched = self.model.calendar.months(anchor.launched)
        years = max(0.0, (12.0 * year + 6.0 - launched) / 12.0)
        gains = self._gains()
        # Data sheets are shared by all futures, so memory is that of the policy as it stands.
        _, usual, _ = self.model.rules.in_force(self.model.time)[0]
        memory = usual.memory_access(self.region, launched, launched + 12.0 * years)
        chip = product_planning.successor(
            anchor, gains, name=name, foundry=foundry, rung=rung, years=years, open_memory=memory
        )
        factor = product_planning.price_factor(chip, anchor, gains.price)
        self.list_prices[name] = self.list_prices[anchor.name] * factor
        never = np.full(self.model.futures, np.inf)
        self.successors.append(Planned(chip, anchor, never, never))
        return self.successors[-1]

    def _anchor(self, year: int) -> ChipRecord:
        """The chip on record that one launched in a year comes after."""
        months = self.model.calendar.months
        earlier = [chip for chip in self._main_line if months(chip.launched) < 12.0 * year]
        return earlier[-1] if earlier else self._main_line[0]

    def _gains(self) -> product_planning.Gains:
        certain = self.model.parameters.certain
        return product_planning.Gains(
            node=certain("node_gain"),
            architecture=certain("architecture_gain"),
            area=certain("package_gain"),
            memory=certain("memory_gain"),
            memory_at_home=certain("memory_gain_at_home"),
            links=certain("link_gain"),
            price=certain("price_per_worth"),
        )

    def _next_commitment(self, launched: Floats) -> Floats:
        known = self.model.parameters
        luck = self.model.luck(
            f"{self.name}/generation", self._generations, sigma=known["product_luck"]
        )
        return launched + self._cadence * luck - known["commitment_months"]

    # --- versions for China ----------------------------------------------------------------------

    def flagships(self) -> list[tuple[ChipRecord, Bools]]:
        """The two most useful products that it sells to anyone now, the best first.

        With each the futures in which it is one of these two.
        """
        now = self.model.time
        everywhere = np.ones(self.model.futures, dtype=np.bool_)
        on_sale = [(chip, everywhere) for chip in self.on_sale(now, now + 1.0)]
        on_sale += [(p.chip, (p.launches <= now) & (p.ends > now)) for p in self.successors]
        open_sale = [(chip, where) for chip, where in on_sale if chip.sold_to == "anyone"]
        open_sale.sort(key=lambda one: (-chip_design.worth(one[0]), one[0].name))
        found = []
        better: Ints = np.zeros(self.model.futures, dtype=np.int64)
        for chip, where in open_sale:
            among_the_best = where & (better < FLAGSHIPS)
            better = better + where
            if among_the_best.any():
                found.append((chip, among_the_best))
        return found

    def plan_variants(self) -> None:
        """Answer rules that bar its best products: design versions that they let pass."""
        for chip, sold in self.flagships() if self.plans_variants else ():
            for _, rules, where in self.model.rules.in_force(self.model.time):
                if self._may_sell(chip, rules):
                    continue
                variant = self._variant(chip, rules)
                if variant is not None:
                    self._begin_where_worthwhile(variant, sold & where)

    def _begin_where_worthwhile(self, variant: Planned, where: Bools) -> None:
        """Start design in the futures where what China buys, or would buy, pays for it."""
        known = self.model.parameters
        at_stake = 4.0 * (self.forgone + self.china_revenue)
        begin = where & np.isinf(variant.launches) & (at_stake > known["variant_cost"])
        if not begin.any():
            return
        lag = known["variant_months"] * self.model.luck(
            f"{self.name}/variant/{variant.chip.name}", 0, sigma=known["variant_luck"]
        )
        variant.launches = np.where(begin, self.model.time + lag, variant.launches)

    def _variant(self, base: ChipRecord, rules: ChipRules) -> Planned | None:
        """The best version that passes, new or known; none where nothing passes.

        It is named after its figures, so that it is the same whatever other futures designed.
        """
        best = self._best_version(base, rules)
        if best is None:
            return None
        known = next((v for v in self.variants if v.chip.name == best.name), None)
        if known is not None:
            return known
        # Never below what dies, memory and assembly cost, which cutting down does not save.
        kept = np.maximum(chip_design.relative_price(best, base), 1.0 - self.margin)
        self.list_prices[best.name] = self.list_prices[base.name] * kept
        never = np.full(self.model.futures, np.inf)
        self.variants.append(Planned(best, base, never, never))
        return self.variants[-1]

    def _best_version(self, base: ChipRecord, rules: ChipRules) -> ChipRecord | None:
        """The best version that passes, found once for as long as the rules on chips stay."""
        outlook = base.name, rules.chip_outlook("CN", self.model.time)
        if outlook not in self._best_versions:
            self._best_versions[outlook] = self._design_version(base, rules)
        return self._best_versions[outlook]

    def _design_version(self, base: ChipRecord, rules: ChipRules) -> ChipRecord | None:
        def may_sell(chip: ChipRecord) -> bool:
            return self._may_sell(chip, rules)

        # Named anew before it is judged: a letter catches the base by its name.
        plain = base.model_copy(update={"name": f"{base.name} for China", "sold_to": "china"})
        bounds = rules.chip_bounds("CN", self.model.time)
        best = chip_design.compliant_variant(plain, bounds, may_sell, chip_design.worth)
        if best is None:
            return None
        name = (
            f"{best.name} (TPP {best.tpp:.0f}, links {best.interconnect_gbs:.0f}, "
            f"memory {best.memory_bandwidth_gbs:.0f} GB/s)"
        )
        return best.model_copy(update={"name": name})

    def _may_sell(self, chip: ChipRecord, rules: ChipRules) -> bool:
        """Whether the rules, those known to come included, let a chip be sold to China."""
        return rules.will_admit(chip, "CN", self.model.time)

    # --- software -------------------------------------------------------------------------------

    def count_users(self, following: Floats, by_region: Mapping[str, Floats]) -> None:
        """Take note of who writes for its stack, everywhere and by region, against the start."""
        self.following = following
        self._following_in = dict(by_region)

    def improve_software(self, months: float) -> None:
        """Close part of the distance between its software and the best; users speed it."""
        self.software = software.matured(
            self.software,
            self._software_gain,
            self.following,
            learning=self.model.parameters["stack_learning"],
            years=months / 12.0,
        )

    def familiarity(self, region: str) -> Floats:
        """Pull of its stack on buyers of a region beyond what it delivers, ``(futures,)``."""
        known = self.model.parameters
        return software.familiarity(
            self.software,
            self._software_at_start,
            self._following_in.get(region, np.ones_like(self.software)),
            loyalty=known["software_loyalty"],
            from_users=known["familiarity_from_users"],
        )

    # --- parts and sales ------------------------------------------------------------------------

    def obtain_foreign_dies(self, start: float, end: float) -> None:
        """Lay in dies made abroad, through go-betweens where it may not be served itself."""
        open_from = max(start, self._third_country_since)
        if open_from >= end:
            return
        # Whom no list names is served as far as anybody: no less than the designer itself.
        go_between = self.model.rules.foundry_access("", self.region, "RoW", open_from, end)
        quarters = (end - open_from) / 3.0
        dies = self._third_country_dies * go_between * quarters
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
        self.latest_dies_used = dies
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
