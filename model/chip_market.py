"""The chip market: each quarter, orders meet what foundries, packaging, memory and rules allow.

One clearing goes through these steps, each a method below: lines and prices are set out; every
developer asks; sellers say how much of it their scarcest input lets them promise, and what they
cannot promise is ordered elsewhere; orders are cut to what can be made; what is left is paid and
delivered; prices and networks move.  Chips, dies, memory and money change hands here, and none
is made or lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from agents import purchasing
from agents.arrays import Bools, Floats, filled, ratio, span, total
from agents.designer import Designer
from agents.developer import Developer
from agents.foundry import Foundry
from agents.government import Government
from agents.memory_maker import MemoryMaker
from agents.surroundings import Parameters
from model import chip_lines
from model.calendar import Calendar
from model.chip_lines import USD_BN, Line
from model.chip_session import Session, Shelf, Stall, Stalls
from model.grey_market import GreyMarket
from model.installed_base import InstalledBase, Kind
from model.ledger import Ledger
from model.memory_market import MemoryMarket
from model.rulebook import shared_book
from model.rules_by_future import Rulings


class ChipMarket:
    """Clears accelerators between developers and designers.

    Attributes:
        grey: smuggling and renting.
        memory_market: high-bandwidth memory.
        installed_base: accelerators received since the start, by owner, chip and channel.
        us_revenue_from_china: what US designers took from Chinese buyers, USD bn since the start.
        lost_revenue: orders that they would have had besides at the same budgets had no rule of
            any side stood in the way, USD bn since the start.
        domestic_share: share of the compute delivered to China last quarter that was Chinese.
        seized_h100e: compute seized on its way to China since the start, H100e.
        cash: money between payer and payee within a clearing; zero outside one.
    """

    def __init__(
        self,
        *,
        developers: Sequence[Developer],
        designers: Sequence[Designer],
        foundries: Sequence[Foundry],
        memory_makers: Sequence[MemoryMaker],
        enforcer: Government,
        parameters: Parameters,
        calendar: Calendar,
        ledger: Ledger,
        futures: int,
    ) -> None:
        self._developers = developers
        self._designers = designers
        self._foundries = foundries
        self._enforcer = enforcer
        self._parameters = parameters
        self._calendar = calendar
        self._ledger = ledger
        self.grey = GreyMarket(futures, parameters)
        self.installed_base = InstalledBase(futures, parameters["fleet_life_months"])
        self.memory_market = MemoryMarket(designers, memory_makers, futures)
        self._no_rules = shared_book([], calendar)
        nothing: Floats = np.zeros(futures)
        self.cash = nothing
        self.us_revenue_from_china = nothing
        self.lost_revenue = nothing
        self.domestic_share = nothing
        self.seized_h100e = nothing

    def clear(self, rules: Rulings, start: float, end: float) -> None:
        """Clear the quarter ``[start, end)``."""
        session = self._open(rules, start, end)
        for designer in self._designers:
            designer.open_books()
        firms = [developer for developer in self._developers if developer.exists]
        stalls = Stalls(session, self._parameters)
        at = [stalls.of(firm, rules) for firm in firms]
        asks = [firm.order_chips(stall.counter) for firm, stall in zip(firms, at, strict=True)]
        asked = _together(session, at, asks)
        promised = self._promise(session, asked)
        promises = stalls.parts_of(promised)
        orders = [
            firm.reorder(stall.counter, ask, promises[stall.shelf.number])
            for firm, stall, ask in zip(firms, at, asks, strict=True)
        ]
        ordered = _together(session, at, orders)
        share = self._fill(session, ordered)
        fills = stalls.parts_of(share)
        sold = ordered * share
        reference = (
            self._parameters.certain("enforcement_reference"),
            self._parameters.certain("enforcement_staff_reference"),
        )
        effort = rules.enforcement_effort(self._enforcer.code, reference, start, end)
        seizure = self.grey.seizure_share(effort)
        to_china = np.zeros_like(ordered)
        for firm, stall, ask, order in zip(firms, at, asks, orders, strict=True):
            units = order * fills[stall.shelf.number]
            self._collect(session, firm, stall.shelf, units)
            self._hand_over(session, firm, stall.shelf, units, seizure)
            if firm.region == "CN":
                free = stalls.of(firm, self._no_rules)
                self._count_lost_sales(session, firm, stall.shelf, free, ask)
                to_china[stall.shelf.rows] += units
        self._pay_makers(session, sold)
        self._settle(session, asked, sold, to_china, seizure)

    # --- what is on offer -----------------------------------------------------------------------

    def _open(self, rules: Rulings, start: float, end: float) -> Session:
        lines = chip_lines.lines_on_sale(
            self._designers, rules, self._calendar, self._parameters, start, end
        )
        listed = np.array([self._list_price(line) for line in lines])
        price = listed * np.array([self._premium(line) for line in lines])
        known = self._parameters
        training, serving = chip_lines.worth(lines, known)
        return Session(
            rules,
            start,
            end,
            lines,
            self._foundries,
            listed,
            price,
            chip_lines.column(lines, lambda chip: chip.h100e),
            training,
            self._appeals(lines, chip_lines.appeals(lines, training, serving, price, known)),
            _barred(lines),
        )

    def _appeals(
        self, lines: list[Line], by_worth: tuple[Floats, Floats]
    ) -> dict[str, tuple[Floats, Floats]]:
        """Weights by worth and by familiar software, by region of the buyer."""
        for_training, for_serving = by_worth
        found: dict[str, tuple[Floats, Floats]] = {}
        for region in {developer.region for developer in self._developers}:
            familiar = chip_lines.familiarity(lines, region)
            found[region] = familiar * for_training, familiar * for_serving
        return found

    def _list_price(self, line: Line) -> Floats:
        designer = line.designer
        return designer.list_prices[line.chip.name] * designer.price_level * USD_BN

    def _premium(self, line: Line) -> Floats:
        """What a line costs relative to its list price, ``(futures,)``."""
        if line.way == "smuggled":
            return self.grey.premium
        if line.way == "rented":
            return self._parameters["rent_markup"]
        return np.ones_like(self.cash)

    # --- what can be delivered ------------------------------------------------------------------

    def _promise(self, session: Session, asked: Floats) -> Floats:
        """Share of what is asked of each line that could be made, ``(lines, futures)``.

        Packagers expand on what was asked of them, not on what they let go elsewhere.
        """
        carried = self._way_fill(session, asked)
        fill = self._makeable_share(session, asked, carried)
        for foundry, _, wanted, available in self._packaging_wanted(session, asked * carried):
            foundry.expand_packaging(ratio(wanted, available))
        rules, start, end = session.rules, session.start, session.end
        return fill * self.memory_market.promise(session.lines, asked * fill, rules, start, end)

    def _fill(self, session: Session, ordered: Floats) -> Floats:
        """Share of the orders of each line that its scarcest input allows, ``(lines, futures)``."""
        fill = self._makeable_share(session, ordered, self._way_fill(session, ordered))
        rules, start, end = session.rules, session.start, session.end
        return fill * self.memory_market.clear(session.lines, ordered * fill, rules, start, end)

    def _makeable_share(self, session: Session, ordered: Floats, carried: Floats) -> Floats:
        """Share of the orders of each line that all inputs but memory allow.

        ``carried`` is the share that ways around the rules can carry: what smugglers and clouds
        cannot claims no dies and no packages.
        """
        made = self._logic_fill(session, ordered * carried)
        return carried * np.minimum(made, self._packaging_fill(session, ordered * carried))

    def _logic_fill(self, session: Session, ordered: Floats) -> Floats:
        """Logic dies: from a designer's bank first, then from the foundry's wafers."""
        dies = ordered * session.dies
        banked = np.zeros_like(dies)
        for designer in self._designers:
            rows = session.rows_of(designer)
            if rows:
                banked[rows] = filled(total(dies[rows]), designer.die_bank)
        fill = np.ones_like(dies)
        for works in session.works:
            rows = works.rows
            wafers = ratio(dies[rows] * (1.0 - banked[rows]), works.from_wafers)
            made = works.serves * filled(total(wafers * works.serves), works.wafers)
            fill[rows] = banked[rows] + (1.0 - banked[rows]) * made
        return fill

    def _packaging_fill(self, session: Session, ordered: Floats) -> Floats:
        """Advanced packaging, which joins dies and memory, of the foundry that makes the die."""
        fill = np.ones_like(ordered)
        for _, rows, wanted, available in self._packaging_wanted(session, ordered):
            fill[rows] = filled(wanted, available)
        return fill

    def _packaging_wanted(
        self, session: Session, ordered: Floats
    ) -> Iterator[tuple[Foundry, list[int], Floats, Floats]]:
        """Rows that each foundry packages, what they take and what it has, thousand wafers."""
        for works in session.works:
            if works.packed:
                h100s = total(ordered[works.packed] * works.packages)
                wanted = h100s / self._parameters["packages_per_wafer"] / 1e3
                available = works.foundry.packaging_for_accelerators(session.months)
                yield works.foundry, works.packed, wanted, available

    def _way_fill(self, session: Session, ordered: Floats) -> Floats:
        """Smugglers move a number of units, clouds abroad set up an amount of compute."""
        fill = np.ones_like(ordered)
        smuggled = session.rows(lambda line: line.way == "smuggled")
        if smuggled:
            fill[smuggled] = filled(total(ordered[smuggled]), self.grey.network)
        rented = session.rows(lambda line: line.way == "rented")
        if rented:
            asked = total(ordered[rented] * session.compute[rented])
            fill[rented] = filled(asked, self.grey.rentable)
        return fill

    # --- payment and delivery -------------------------------------------------------------------

    def _collect(self, session: Session, firm: Developer, shelf: Shelf, units: Floats) -> None:
        """The firm pays list prices to the market and premiums outside; sellers owe fees."""
        taken = units * shelf.listed
        self._ledger.pay(firm, self, total(taken), "accelerators")
        if shelf.dearer:
            premiums = total(units[span(shelf.dearer)] * shelf.mark_up)
            self._ledger.pay(firm, self._ledger.outside, premiums, "premium on accelerators")
        if firm.region != "CN":
            return
        for place, line in shelf.from_us:
            self.us_revenue_from_china = self.us_revenue_from_china + taken[place]
            line.designer.china_revenue = line.designer.china_revenue + taken[place]
            rate = session.rules.chip_fee(
                line.chip, firm.region, firm.name, session.start, session.end
            )
            if np.any(rate > 0.0):
                self._enforcer.take_fee(line.designer, taken[place] * rate)

    def _hand_over(
        self, session: Session, firm: Developer, shelf: Shelf, units: Floats, seizure: Floats
    ) -> None:
        """The firm installs what reached it, by channel."""
        compute, training = units * shelf.compute, units * shelf.training
        arrived, passed = units, 1.0 - seizure
        for channel in shelf.by_channel:
            rows = shelf.rows_by_channel[channel]
            sent, trained = total(compute[rows]), total(training[rows])
            if channel == "smuggled":
                arrived = units.copy()
                arrived[rows] *= passed
                self.seized_h100e = self.seized_h100e + sent * (1.0 - passed)
                sent, trained = sent * passed, trained * passed
            firm.install(channel, sent, trained)
        delivered = units.any(axis=1)
        came = [place for its in shelf.by_channel.values() for place in its if delivered[place]]
        kinds = [
            Kind(firm.name, firm.region, shelf.lines[place].chip.name, shelf.channels[place])
            for place in came
        ]
        self.installed_base.receive(kinds, arrived[came], session.end)

    def _pay_makers(self, session: Session, sold: Floats) -> None:
        """The market pays the designers, and these their suppliers."""
        for designer in self._designers:
            rows = session.rows_of(designer)
            if not rows:
                continue
            takings = total(sold[rows] * session.listed[rows])
            self._ledger.pay(self, designer, takings, "accelerators")
            designer.ship(total(sold[rows] * session.compute[rows]), takings)
            dies = total(sold[rows] * session.dies[rows])
            designer.use_dies(np.minimum(dies, designer.die_bank))
            if designer.holds_memory:
                designer.use_memory(total(sold[rows] * session.stacks[rows]))
            # Suppliers' prices cover their running costs; their investment is funded apart.
            costs = takings * (1.0 - designer.margin)
            self._ledger.pay(designer, self._ledger.outside, costs, "dies, memory and assembly")

    # --- books ----------------------------------------------------------------------------------

    def _count_lost_sales(
        self, session: Session, firm: Developer, shelf: Shelf, free: Stall, order: Floats
    ) -> None:
        """What the rules of both sides cost US sellers: the same budget, spent without rules."""
        choice = purchasing.choice_shares(firm.appeal(free.shelf.appeals), free.counter.offered)
        spent = order * shelf.price
        budget = total(spent)
        wanted, asked = np.zeros_like(budget), np.zeros_like(budget)
        for designer in session.us_sellers:
            its_wanted = total(choice[free.shelf.sold_by(designer)]) * budget
            its_asked = total(spent[shelf.sold_by(designer)])
            designer.forgone = designer.forgone + np.maximum(0.0, its_wanted - its_asked)
            wanted, asked = wanted + its_wanted, asked + its_asked
        self.lost_revenue = self.lost_revenue + np.maximum(0.0, wanted - asked)

    def _settle(
        self,
        session: Session,
        ordered: Floats,
        sold: Floats,
        to_china: Floats,
        seizure: Floats,
    ) -> None:
        """Prices, smuggling networks and shares move with what the quarter brought."""
        for designer in self._designers:
            # Also one with nothing on sale here: whether it has anything elsewhere must not matter.
            rows = session.rows_of(designer)
            designer.set_prices(total(ordered[rows]), total(sold[rows]))
        smuggled = session.rows(lambda line: line.way == "smuggled")
        if smuggled:
            diverted = {session.lines[r].chip.name: session.lines[r].barred for r in smuggled}
            openly = session.rows(lambda line: line.way == "sale" and line.chip.name in diverted)
            in_circulation = total(
                sold[row] * (diverted[session.lines[row].chip.name] > 0.0) for row in openly
            )
            self.grey.settle(
                total(ordered[smuggled]),
                total(sold[smuggled]),
                seizure,
                in_circulation,
                session.months,
                session.barred,
            )
        china = to_china * session.compute
        self.grey.set_rentable(total(sold * session.compute) - total(china))
        domestic = session.rows(lambda line: line.chip.home == "CN")
        self.domestic_share = ratio(total(china[domestic]), total(china))


def _barred(lines: Sequence[Line]) -> bool | Bools:
    """Whether any line is one that rules keep from China."""
    barred: bool | Bools = False
    for line in lines:
        barred = barred | (line.barred > 0.0)
    return barred


def _together(session: Session, stalls: Sequence[Stall], units: Sequence[Floats]) -> Floats:
    """What all buyers ask of each line, ``(lines, futures)``."""
    everything = np.zeros_like(session.price)
    for stall, its_units in zip(stalls, units, strict=True):
        everything[stall.shelf.rows] += its_units
    return everything
