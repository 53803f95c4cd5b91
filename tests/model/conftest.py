"""A chip market of a few invented makers and buyers, for tests of one clearing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from agents.arrays import Floats
from agents.foundry import Foundry
from agents.lithography import dies_per_wafer
from model import chip_lines
from model.calendar import Calendar
from model.chip_market import ChipMarket
from model.chip_session import Session
from model.rulebook import RuleBook

START, END = 24.0, 27.0
# Buyers spend all their cash and wait for what cannot be had; software, habits and origins draw
# nobody; enforcement finds a quarter of what is smuggled, whatever its means.
PLAIN = {
    "cash_deployed": 1.0,
    "unfilled_reordered": 0.0,
    "price_sensitivity": 1.0,
    "software_loyalty": 0.0,
    "familiarity_from_users": 0.0,
    "own_chip_preference": 1.0,
    "security_of_supply": 0.0,
    "interconnect_weight": 0.0,
    "smuggling_premium": 2.0,
    "smuggling_start": 1e6,
    "rentable_start": 1e6,
    "rent_markup": 1.5,
    "seizure_base": 0.25,
    "seizure_elasticity": 0.0,
    "price_response": 0.2,
    "memory_cover_quarters": 1.0,
    "memory_hoard_quarters": 1.0,
    "packages_per_wafer": 25.0,
    "packaging_growth": 0.0,
}


class Marketplace:
    """An American and a Chinese laboratory, two designers, and makers with room for all orders.

    ``Fast`` and ``Bare`` are American, ``Home`` is Chinese; they cost and do the same, but ``Bare``
    takes no memory and is made at the ``Mill`` like ``Home``, ``Fast`` at the ``Foundry``.
    """

    def __init__(self, cast: Any, *instruments: Any, on_sale: str = "Fast", **changes: Any) -> None:
        self.world = cast.world(2, time=START, **(PLAIN | changes))
        self.rules = RuleBook(instruments, Calendar())
        made = {
            "Fast": cast.chip(name="Fast", designer="Best"),
            "Slow": cast.chip(
                name="Slow",
                designer="Best",
                int8_tops=989.5,
                fp16_tflops=494.5,
                memory_bandwidth_gbs=3350 / 4,
            ),
            "Large": cast.chip(name="Large", designer="Best", die_mm2=1628.0),
            "Bare": cast.chip(name="Bare", designer="Best", foundry="Mill", hbm_stacks=0),
            "Rival": cast.chip(name="Rival", designer="Second"),
            "Home": cast.chip(name="Home", designer="Chinese", home="CN", foundry="Mill"),
        }
        chips = [made[name] for name in on_sale.split()]

        def designer(name: str, **fields: Any) -> Any:
            its = [chip for chip in chips if chip.designer == name]
            return cast.designer(self.world, *its, name=name, **fields)

        self.best, self.second = designer("Best"), designer("Second", software=0.999)
        self.chinese = designer("Chinese", region="CN", country="CN", software=0.998)
        self.designers = [self.best, self.second, self.chinese]
        self.foundry = cast.foundry(self.world, 14, 7, 5)
        self.mill = cast.foundry(self.world, 14, 7, 5, name="Mill", region="CN", country="CN")
        self.memory = cast.memory_maker(self.world, stacks_a_quarter=1e9)
        self.home_memory = cast.memory_maker(
            self.world, name="Home memory", region="CN", country="CN", stacks_a_quarter=1e9
        )
        self.lab = cast.developer(self.world, name="Lab", fleet=0)
        self.chinese_lab = cast.developer(
            self.world, name="Chinese lab", region="CN", country="CN", fleet=0
        )
        self.government = cast.government(self.world)
        self.market = ChipMarket(
            developers=[self.lab, self.chinese_lab],
            designers=self.designers,
            foundries=[self.foundry, self.mill],
            memory_makers=[self.memory, self.home_memory],
            enforcer=self.government,
            parameters=self.world.parameters,
            calendar=self.world.calendar,
            ledger=self.world.ledger,
            futures=2,
        )

    def clear(self, *, us: Any = 0.0, cn: Any = 0.0, rules: Any = None) -> Marketplace:
        """Clear a quarter in which the laboratories have so much cash, USD bn."""
        self.lab.cash, self.chinese_lab.cash = np.full(2, us), np.full(2, cn)
        self.market.clear(rules or self.rules, START, END)
        return self

    def units(self, chip: str, owner: str | None = None, **where: str) -> Floats:
        """Units of a chip that arrived."""
        whose = {} if owner is None else {"owner": owner}
        return self.market.installed_base.received(chip=chip, **whose, **where)

    def let_make(self, foundry: Foundry, dies: float, mm2: float = 814.0) -> None:
        """Let a foundry's wafers give just so many good dies in the quarter."""
        from_a_thousand = 1e3 * dies_per_wafer(mm2) * foundry.yield_at(5.0)
        foundry.wafers = dies / from_a_thousand / foundry.accelerator_share / (END - START)

    def let_package(self, foundry: Foundry, packages: float) -> None:
        """Let a foundry package just so many accelerators of an H100's size in the quarter."""
        foundry.packaging = np.full(2, packages / 25.0 / 1e3 / (END - START))

    def session(self, rules: Any = None, *, barred: Any = False) -> Session:
        """The quarter's session with list prices of 25,000 dollars, and premiums of as much."""
        its_rules = rules or self.rules
        lines = chip_lines.lines_on_sale(
            self.designers, its_rules, self.world.calendar, self.world.parameters, START, END
        )
        listed = np.full((len(lines), 2), 25e-6)
        dear = np.array([[1.0 if line.way == "sale" else 2.0] for line in lines])
        worth = np.ones((len(lines), 2))
        return Session(
            its_rules,
            START,
            END,
            lines,
            [self.foundry, self.mill],
            listed,
            listed * dear,
            worth[:, :1],
            worth,
            {"US": (worth, worth), "CN": (worth, worth)},
            barred,
        )


@pytest.fixture(scope="session")
def marketplace(cast: Any) -> Any:
    """Makes chip markets: ``marketplace(*instruments, on_sale="Fast Bare", **parameters)``."""

    def made(*instruments: Any, **changes: Any) -> Marketplace:
        return Marketplace(cast, *instruments, **changes)

    return made
