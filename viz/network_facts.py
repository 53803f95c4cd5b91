"""What there is to know of an actor at a moment: its state, and what it did and decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from agents import lithography
from agents.actor import Actor
from agents.arrays import Floats, total
from agents.designer import Designer
from agents.developer import CHANNELS, Developer
from agents.foundry import STORES, Foundry
from agents.memory_maker import MemoryMaker
from agents.toolmaker import Toolmaker
from experiments.events import events_of
from experiments.terminal import compact
from experiments.wording import power
from model.world import World

_CHANNEL_WORDS = {
    "direct": "bought as sold everywhere",
    "variant": "versions for China",
    "domestic": "of Chinese design",
    "smuggled": "smuggled",
    "rented": "rented abroad",
}
_STORE_WORDS = {
    "euv": "EUV scanners",
    "immersion": "immersion scanners",
    "deposition-etch": "deposition and etch tools",
}
_CLASS_WORDS = {
    "euv": "EUV scanners",
    "immersion-advanced": "advanced immersion scanners",
    "immersion": "older immersion scanners",
    "deposition-etch": "deposition and etch tools",
}
_MIDDLE_AND_RANGE = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure of an actor's state in words: the value, or the median and the 5-95% range."""

    label: str
    value: str
    spread: str = ""


def actor_named(world: World, name: str) -> Actor | None:
    """The actor of that name, if there is one."""
    return next((actor for actor in world.agents if actor.name == name), None)


def facts(world: World, name: str, future: int | None) -> list[Fact]:
    """The state of an actor now; empty if no actor has that name.

    Args:
        world: the world; only read.
        name: of the actor.
        future: number of the future; medians and ranges if left out.
    """
    actor = actor_named(world, name)
    for kind, figures in _FIGURES.items():
        if isinstance(actor, kind):
            return [
                _fact(label, values, shown, future)
                for label, values, shown in figures(world, actor)
            ]
    return []


def past(world: World, name: str, future: int) -> list[tuple[float, str]]:
    """What an actor did and decided in one future, the latest first: months, and a sentence."""
    actor = actor_named(world, name)
    if actor is None:
        return []
    told: list[tuple[float, str]] = [
        (event.when, event.text) for event in events_of(world, future) if name in event.actors
    ]
    if isinstance(actor, Developer):
        told += [
            (one.when, _capital(one.sentence) + ".") for one in actor.decisions.taken_in(future)
        ]
    return sorted(told, key=lambda entry: -entry[0])


Figures = Iterator[tuple[str, Floats, Callable[[float], str]]]


def _fact(label: str, values: Floats, shown: Callable[[float], str], future: int | None) -> Fact:
    if future is not None:
        return Fact(label, shown(float(values[future])))
    low, middle, high = np.quantile(values, _MIDDLE_AND_RANGE, method="closest_observation")
    return Fact(label, shown(float(middle)), f"{shown(float(low))} to {shown(float(high))}")


def _of_developer(world: World, firm: Developer) -> Figures:
    yield "compute installed", total(firm.fleet), _h100e
    for row, channel in enumerate(CHANNELS):
        if (firm.fleet[row] > 0.0).any():
            yield f"of it {_CHANNEL_WORDS[channel]}", firm.fleet[row], _h100e
    yield "money at hand", firm.cash, _usd
    yield "revenue from use, a year", firm.revenue, _usd
    yield "top researchers", firm.researchers, _number
    yield "engineers", firm.engineers, _number
    yield "effort given to large general models", firm.attention, _percent
    yield "best model behind the best released", _behind(world, firm), _oom
    yield "last release with open weights", firm.open_weights.astype(float), _yes
    yield "largest training run so far", firm.largest_run, _flop
    due = np.where(np.isfinite(firm.run_due), firm.run_due - world.time, np.inf)
    yield "months until the run under way is released", due, _months


def _behind(world: World, firm: Developer) -> Floats:
    best = world.knowledge.best_released()
    known = np.isfinite(best) & np.isfinite(firm.released)
    return np.where(known, np.where(known, best, 0.0) - np.where(known, firm.released, 0.0), np.inf)


def _of_designer(_world: World, designer: Designer) -> Figures:
    yield "accelerators shipped since 2022", designer.shipped, _h100e
    yield "revenue since 2022", designer.revenue, _usd
    yield "prices against those on record", designer.price_level, _times
    yield "share of peak its software delivers, of Nvidia's in 2022", designer.software, _percent
    yield "takings from China in the last quarter", designer.china_revenue, _usd
    yield "orders that rules kept from it in the last quarter", designer.forgone, _usd
    if designer.holds_memory:
        yield "memory in store, stacks", designer.memory_stock, _number
        yield "foreign dies in store", designer.die_bank, _number


def _of_foundry(world: World, foundry: Foundry) -> Figures:
    yield "most advanced node in volume", lithography.LADDER[foundry.rung], _nanometres
    yield "way to the next node", foundry.progress, _percent
    yield "wafers a month at 7 nm and below", 1e3 * foundry.wafers, _number
    yield "packaging, wafers a month", 1e3 * foundry.packaging, _number
    best = foundry.yields[foundry.rung, np.arange(world.futures)]
    yield "good large dies at its best node", best, _percent
    for store in STORES:
        received = foundry.tools_received[store]
        if (received > 0.0).any():
            yield f"{_STORE_WORDS[store]} received since 2022", received, _number
    building = total([np.zeros(world.futures), *(p.wafers for p in foundry.projects)])
    yield "wafers a month under construction", 1e3 * building, _number
    yield "money at hand", foundry.cash, _usd


def _of_toolmaker(_world: World, maker: Toolmaker) -> Figures:
    for tool_class, sets in maker.shipped.items():
        yield f"{_CLASS_WORDS[tool_class]} shipped since 2022, sets", sets, _number
    yield "takings since 2022", maker.cash, _usd


def _of_memory_maker(_world: World, maker: MemoryMaker) -> Figures:
    yield "stacks it can deliver a quarter", maker.output(), _number
    yield "stacks sold since 2022", maker.sold, _number


_FIGURES: dict[type[Actor], Callable[..., Figures]] = {
    Developer: _of_developer,
    Designer: _of_designer,
    Foundry: _of_foundry,
    Toolmaker: _of_toolmaker,
    MemoryMaker: _of_memory_maker,
}


def _h100e(value: float) -> str:
    return f"{compact(value, '')} H100e"


def _usd(value: float) -> str:
    if abs(value) >= 1.0:
        return f"USD {value:,.1f} bn"
    return f"USD {1e3 * value:,.0f} m"


def _number(value: float) -> str:
    return compact(value, "") if abs(value) >= 1e4 else f"{value:,.0f}"


def _percent(value: float) -> str:
    return f"{value:.0%}"


def _times(value: float) -> str:
    return f"{value:.2f} times"


def _oom(value: float) -> str:
    if not np.isfinite(value):
        return "no model yet"
    if value < 0.005:
        return "it is the best"
    return f"a factor of {10.0**value:,.1f} in training compute"


def _yes(value: float) -> str:
    return "yes" if value >= 0.5 else "no"


def _flop(value: float) -> str:
    return f"{power(value)} FLOP" if value > 0.0 else "none since 2022"


def _months(value: float) -> str:
    return f"{value:.1f}" if np.isfinite(value) else "none under way"


def _nanometres(value: float) -> str:
    return f"{value:g} nm"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
