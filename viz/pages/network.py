"""The supply chain: who delivers to whom, how much, and by which permission."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import solara

from model.world import World
from viz import here
from viz.controls import Controls
from viz.network import network
from viz.network_drawing import amount_in_words, draw, legend
from viz.network_facts import facts, past
from viz.network_graph import PERMISSIONS, Network
from viz.own_values import OwnValues
from viz.waiting import Waiting

FOCUSES = {"CN": "into China", "US": "into the United States", "RoW": "elsewhere", "all": "all"}
WHOSE = {"median": "the middle of all futures", "future": "one future"}
_MOST_PAST = 60
_REGIONS = ("US", "CN", "RoW")


@solara.component
def Page() -> None:
    """The page."""
    session = here.use_session()
    state = here.use_page_state()
    solara.use_effect(lambda: session.show("live"), [])
    Controls()
    OwnValues()
    track = session.live
    if track is None:
        Waiting()
        return
    focus = _one_of(state.get("focus"), FOCUSES)
    whose = _one_of(state.get("whose"), WHOSE)
    all_firms = state.get("firms") == "all"
    with session.lock:
        world = track.world
        future = session.future if whose == "future" else None
        shown = network(
            world,
            future,
            focus=None if focus == "all" else focus,
            expanded=_REGIONS if all_firms else (),
        )
        picked = state.get("agent", "")
        known = picked in {node.name for node in shown.nodes}
        agent = _agent(world, shown, picked, future, session.future) if known else {}
        quarter = _quarter(world, shown)
    _Network(
        svg=draw(shown, selected=picked if known else ""),
        legend=legend(),
        links=_rows(shown),
        agent=agent,
        quarter=quarter,
        focus=focus,
        focuses=_options(FOCUSES),
        whose=whose,
        future=session.future,
        ensemble=_capital(track.ensemble),
        all_firms=all_firms,
        event_pick=lambda name: here.keep(agent=str(name)[:100] or None),
        event_aim=lambda name: here.keep(focus=str(name)[:10]),
        event_take=lambda name: here.keep(whose=str(name)[:10]),
        event_expand=lambda wanted: here.keep(firms="all" if wanted else None),
    )


def _one_of(asked: str | None, known: dict[str, str]) -> str:
    """What the address asks for, if there is such a thing; else the first."""
    return asked if asked in known else next(iter(known))


def _options(words: dict[str, str]) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in words.items()]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _quarter(world: World, shown: Network) -> str:
    """The quarter whose flows are shown, in words; empty if none has been cleared."""
    if shown.quarter_ends <= 0.0:
        return ""
    last = world.calendar.month(int(shown.quarter_ends) - 1)
    first = world.calendar.month(int(shown.quarter_ends) - 3)
    return f"{first:%B} to {last:%B %Y}"


def _rows(shown: Network) -> list[dict[str, str]]:
    return [
        {
            "source": shown.node(link.source).label,
            "target": shown.node(link.target).label,
            "amount": amount_in_words(link),
            "permission": PERMISSIONS[link.permission],
            "why": link.why,
        }
        for link in sorted(shown.links, key=lambda one: (one.unit, -one.amount))
    ]


def _agent(
    world: World, shown: Network, name: str, future: int | None, chosen: int
) -> dict[str, Any]:
    """State, links and past of the node picked."""
    node = shown.node(name)
    links = [
        f"{'from' if link.target == name else 'to'}"
        f" {shown.node(link.source if link.target == name else link.target).label}:"
        f" {amount_in_words(link)}, {PERMISSIONS[link.permission]}"
        + (f" ({link.why})" if link.why else "")
        for link in sorted(shown.touching(name), key=lambda one: -one.amount)
    ]
    told = past(world, name, chosen)
    return {
        "name": name,
        "label": node.label,
        "members": list(node.members),
        "facts": [
            {"label": fact.label, "value": fact.value, "spread": fact.spread}
            for fact in facts(world, name, future)
        ],
        "links": links,
        "past": [
            {"day": f"{world.calendar.date(when):%d %b %Y}", "text": text}
            for when, text in told[:_MOST_PAST]
        ],
        "earlier": max(0, len(told) - _MOST_PAST),
        "future": chosen,
    }


@solara.component_vue("../components/network.vue")
def _Network(
    svg: str = "",
    legend: str = "",
    links: Sequence[dict[str, str]] = (),
    agent: dict[str, Any] | None = None,
    quarter: str = "",
    focus: str = "",
    focuses: Sequence[dict[str, str]] = (),
    whose: str = "",
    future: int = 0,
    ensemble: str = "",
    all_firms: bool = False,
    event_pick: Callable[[str], None] | None = None,
    event_aim: Callable[[str], None] | None = None,
    event_take: Callable[[str], None] | None = None,
    event_expand: Callable[[bool], None] | None = None,
) -> None:
    """Drawing, legend, panel of the agent picked, and table, in the browser."""
