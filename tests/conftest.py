"""A small stand-in for the world, and an invented cast, for tests of single parts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright
from pydantic import TypeAdapter

from agents.actor import Actor
from agents.arrays import Bools, Floats, Ints
from agents.designer import Designer
from agents.developer import Developer
from agents.foundry import Foundry
from agents.government import Government
from agents.mechanisms import Mechanism
from agents.memory_maker import MemoryMaker
from agents.records import (
    ChipRecord,
    DesignerRecord,
    DeveloperRecord,
    FoundryRecord,
    GovernmentRecord,
    MemoryMakerRecord,
    Quantity,
    Strict,
    TalentPoolRecord,
    ToolmakerRecord,
)
from agents.side_by_side import Places
from agents.talent_pool import TalentPool
from agents.toolmaker import Toolmaker
from model import loading
from model.calendar import Calendar
from model.ensemble import Parameters, spread
from model.instruments import Instrument
from model.ledger import Ledger
from model.programmes import Grant
from model.rulebook import RuleBook
from model.streams import Streams

settings.register_profile(
    "quick",
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("quick")


class SmallWorld:
    """What one actor sees of a world, with everything in the test's hands.

    Parameters hold their recorded medians unless the test gives another value by name; the ledger,
    the calendar, the streams and the rule book are the real ones.  ``chance`` is all the uniform
    luck there is.
    """

    def __init__(
        self,
        futures: int = 3,
        *,
        time: float = 0.0,
        instruments: Sequence[Instrument] = (),
        chance: float = 0.5,
        **parameters: float | Floats,
    ) -> None:
        self.futures = futures
        self.time = time
        self.calendar = Calendar()
        self.streams = Streams(1, futures)
        quantities = loading.parameter_quantities()
        medians = {name: quantity.value for name, quantity in quantities.items()}
        # Beyond their limits too: a stub isolates a mechanism by values that no world would accept.
        self.parameters = Parameters(quantities, self.streams, medians)
        assert parameters.keys() <= medians.keys(), "no parameter has that name"
        held = {name: np.broadcast_to(value, (futures,)) for name, value in parameters.items()}
        self.parameters._values |= {name: np.array(value, float) for name, value in held.items()}
        self.ledger = Ledger(futures)
        self.rules = RuleBook(instruments, self.calendar)
        self.recorded_rules = self.rules
        self.dates_of_nodes: dict[str, Floats] = {}
        self.knowledge = PublicKnowledge(futures)
        self.adoption = Use(futures)
        self.rung_of_leader: Ints = np.zeros(futures, dtype=np.int64)
        self.owed: list[Grant] = []
        self.noted: list[tuple[float, str, str, str]] = []
        self.seen: dict[str, Floats] = {}
        self.realigned = 0
        self.cast: list[Actor] = []
        self._chance = chance

    def off_since(self, mechanism: Mechanism, region: str) -> float | None:
        return None

    def drawn(self, quantity: Quantity, stream: str) -> Floats:
        return spread(quantity, self.streams.normal(stream))

    def luck(self, stream: str, ordinal: int | Ints, *, sigma: Floats | float) -> Floats:
        return self.streams.lognormal(stream, ordinal, sigma=sigma)

    def luck_at(
        self, streams: Sequence[str], places: Places, ordinals: Ints, *, sigma: Floats
    ) -> Floats:
        return self.streams.lognormal_at(streams, places, ordinals, sigma=sigma)

    def chance(self, stream: str) -> Floats:
        return np.full(self.futures, self._chance)

    def compute_cost(self) -> Floats:
        return self.parameters["compute_cost_start"]

    def leading_rung(self) -> Ints:
        return self.rung_of_leader

    def node_dates(self, foundry: str) -> Floats:
        return self.dates_of_nodes[foundry]

    def region_of(self, name: str) -> str:
        return "RoW" if name == "Foundry" else "CN"

    def grants(self, government: str, start: float, end: float) -> list[Grant]:
        return self.owed

    def last_seen(self, outcome: str) -> Floats:
        return self.seen[outcome]

    def realign_rules(self) -> None:
        self.realigned += 1

    def note(
        self, when: float, actor: str, event: str, subject: str, where: Bools | None = None
    ) -> None:
        self.noted.append((when, actor, event, subject))

    def register_agent(self, agent: Any) -> None:
        self.cast.append(agent)

    def cash(self) -> Floats:
        """All the money there is, ``(futures,)``."""
        everyone: Floats = np.sum([actor.cash for actor in self.cast], axis=0)
        return everyone + self.ledger.outside.cash


class PublicKnowledge:
    """Public knowledge as the test sets it."""

    def __init__(self, futures: int) -> None:
        self.literature: Floats = np.full(futures, -np.inf)
        self.teacher: Floats = np.full(futures, -np.inf)
        self.leader: Floats = np.full(futures, -np.inf)

    def published(self, reader: str) -> Floats:
        return self.literature

    def teachable(self, user: str, until: float | None = None) -> Floats:
        return self.teacher

    def best_offered(self) -> Floats:
        return self.leader

    def best_released(self) -> Floats:
        return self.leader


class Use:
    """The use of AI as the test sets it: none."""

    def __init__(self, futures: int) -> None:
        self.seen: Floats = np.zeros(futures)

    def feedback(self, region: str) -> Floats:
        return self.seen


class Cast:
    """Makes actors and records of an invented cast; a plain number is a figure taken as known."""

    world = SmallWorld

    @staticmethod
    def figure(value: float, low: float | None = None, high: float | None = None) -> Quantity:
        return Quantity(
            value=value, low=low, high=high, unit="units", source="invented", basis="assumption"
        )

    @staticmethod
    def instrument(kind: str, name: str = "a-rule", **fields: Any) -> Any:
        """An instrument in force from 2022 on; values of ``parameters`` may be plain numbers."""
        start = fields.get("effective", date(2022, 1, 1))
        parameters = {
            key: value
            if isinstance(value, dict)
            else {"unit": "", "values": [{"since": start, "value": value, "reference": "none"}]}
            for key, value in fields.pop("parameters", {}).items()
        }
        defaults: dict[str, Any] = {
            "id": name,
            "kind": kind,
            "title": name,
            "issuer": "US",
            "family": "export-control",
            "citation": "none",
            "announced": start,
            "effective": start,
        }
        if kind in {
            *("chip-threshold", "chip-letter", "tool-control"),
            *("memory-control", "foundry-control", "cloud-control"),
        }:
            defaults["destinations"] = ["CN"]
        made = defaults | fields | {"parameters": parameters}
        return TypeAdapter[Any](Instrument).validate_python(made)

    def chip(self, **fields: Any) -> ChipRecord:
        """An accelerator with an H100's figures."""
        defaults = {
            "name": "Chip",
            "designer": "Designer",
            "home": "US",
            "foundry": "Foundry",
            "node_nm": 5,
            "launched": date(2020, 1, 1),
            "fp16_tflops": 989,
            "int8_tops": 1979,
            "die_mm2": 814,
            "memory_gb": 80,
            "hbm_stacks": 5,
            "memory_bandwidth_gbs": 3350,
            "interconnect_gbs": 900,
            "price_usd": 25000,
            "sold_to": "anyone",
            "source": "invented",
            "basis": "assumption",
        }
        return self._record(ChipRecord, defaults | fields)

    def developer(self, world: Any, **fields: Any) -> Developer:
        """A US laboratory of 1,000 H100e that has released nothing yet."""
        defaults = {
            "name": "Lab",
            "country": "US",
            "region": "US",
            "business": "frontier-lab",
            "description": "invented",
            "founded": date(2015, 1, 1),
            "fleet": 1000,
            "spending_share": 1,
            "researchers": 100,
            "engineers": 50,
            "foundation_focus": 1,
            "training_share": 0.5,
            "serving_share": 0.1,
            "release_lag": 1,
            "openness": "closed",
            "efficiency_lag": 0,
        }
        return Developer(world, self._record(DeveloperRecord, defaults | fields))

    def designer(
        self, world: Any, *chips: ChipRecord, products: Any = "recorded", **fields: Any
    ) -> Designer:
        """A US designer whose software is the best."""
        defaults = {
            "name": "Designer",
            "country": "US",
            "region": "US",
            "description": "invented",
            "software": 1,
            "software_gain": 0,
            "margin": 0.5,
            "foundries": ["Foundry"],
            "cadence": 24,
            "node_patience": 0,
            "source": "invented",
        }
        record = self._record(DesignerRecord, defaults | fields)
        return Designer(world, record, chips, products=products)

    def foundry(self, world: Any, *classes: float, **fields: Any) -> Foundry:
        """A foundry that makes 28 nm and the node classes named, without EUV."""
        nodes = [
            {
                "label": f"{nm:g} nm",
                "nm": nm,
                "since": date(2011 + number, 1, 1),
                "source": "invented",
                "basis": "assumption",
            }
            for number, nm in enumerate((28.0, *classes))
        ]
        defaults = {
            "name": "Foundry",
            "country": "TW",
            "region": "RoW",
            "description": "invented",
            "nodes": nodes,
            "progress": 0,
            "research_pace": 0.5,
            "leading_wafers": 10,
            "packaging_wafers": 5,
            "euv_scanners": 0,
            "immersion_scanners": 0,
            "yield_now": 0.5,
            "accelerator_share": 0.5,
            "capital_budget": 2,
        }
        return Foundry(world, self._record(FoundryRecord, defaults | fields))

    def toolmaker(self, world: Any, output: dict[str, tuple[float, float]], **fields: Any) -> Any:
        """A Dutch toolmaker; ``output``: first year and sets a year by tool class."""
        made = {
            tool_class: {"first_year": self.figure(first), "sets_a_year": self.figure(sets)}
            for tool_class, (first, sets) in output.items()
        }
        defaults = {
            "name": "Toolmaker",
            "country": "NL",
            "region": "RoW",
            "description": "invented",
            "output": made,
        }
        return Toolmaker(world, self._record(ToolmakerRecord, defaults | fields))

    def memory_maker(self, world: Any, **fields: Any) -> MemoryMaker:
        """A Korean maker of 1,000 stacks a quarter."""
        defaults = {
            "name": "Memory",
            "country": "KR",
            "region": "RoW",
            "description": "invented",
            "hbm_from": 0,
            "stacks_a_quarter": 1000,
        }
        return MemoryMaker(world, self._record(MemoryMakerRecord, defaults | fields))

    def talent_pool(self, world: Any, region: str = "US", **fields: Any) -> TalentPool:
        """A pool of 1,000 researchers and 10,000 engineers that nobody leaves."""
        defaults = {
            "region": region,
            "description": "invented",
            "researchers": 1000,
            "engineers": 10000,
            "researcher_cohort": 100,
            "engineer_cohort": 1000,
            "cohort_growth": 0,
            "origins": self.for_each_tier({region: 1}),
            "first_places": self.for_each_tier({region: 1}),
            "researcher_wage": 400,
            "engineer_wage": 200,
            "emigration": {},
            "returning": {},
        }
        return TalentPool(world, self._record(TalentPoolRecord, defaults | fields))

    def for_each_tier(self, shares: dict[str, float]) -> dict[str, dict[str, Quantity]]:
        """The same shares by region for both tiers."""
        figures = {region: self.figure(share) for region, share in shares.items()}
        return {"researchers": figures, "engineers": figures}

    def government(self, world: Any, code: str = "US", **fields: Any) -> Government:
        """A government without an agenda."""
        defaults = {
            "name": f"Government of {code}",
            "code": code,
            "region": code if code in ("US", "CN") else "RoW",
            "description": "invented",
            "source": "invented",
        }
        return Government(world, self._record(GovernmentRecord, defaults | fields))

    def _record[R: Strict](self, kind: type[R], fields: dict[str, Any]) -> R:
        uncertain = {Quantity, Quantity | None}
        known = {
            name: self.figure(value)
            if kind.model_fields[name].annotation in uncertain and isinstance(value, int | float)
            else value
            for name, value in fields.items()
        }
        return kind.model_validate(known)


@pytest.fixture(scope="session")
def cast() -> Cast:
    """Makes worlds, actors, chips and instruments."""
    return Cast()


BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium, headless; without one, a failure if the environment says so."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        said = f"no browser: none of {', '.join(BROWSERS)} is on the PATH"
        if os.environ.get("AIGAP_BROWSER_REQUIRED"):
            pytest.fail(said)
        pytest.skip(said)
    with sync_playwright() as playwright:
        # Without its sandbox, which asks for rights that containers do not give.
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print at the end what a test left under ``print-at-end``, whichever process it ran in."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                for name, text in report.user_properties:
                    if name == "print-at-end":
                        terminalreporter.write_line("")
                        terminalreporter.write_line(text)
