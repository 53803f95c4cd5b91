"""The panel of levers: every instrument by family, its state, and what can be done with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import solara

from model.instruments import Instrument
from model.loading import recorded_instruments
from viz import here
from viz.levers import ACTIONS, Action, Lever, LeverError, actions_for, courses, in_words
from viz.live_session import LiveSession
from viz.track import Track

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "export-control": "Export controls",
        "counter-measure": "Counter-measures",
        "enforcement": "Enforcement",
        "subsidy": "Subsidies",
        "compute": "Compute programmes",
        "talent": "Talent",
        "knowledge": "Publication and openness",
        "adoption": "Adoption",
    }
)


def _asking(
    label: str, asks: str, usual: float, least: float, most: float, step: float
) -> dict[str, Any]:
    amount = {"asks": asks, "usual": usual, "least": least, "most": most, "step": step}
    return {"label": label, "percent": asks.startswith("%"), **amount}


_BUTTONS: Mapping[Action, dict[str, Any]] = MappingProxyType(
    {
        "remove": {"label": "End it"},
        "impose": {"label": "In force from now on"},
        "tighten": _asking("Tighten", "% of what passes", 50, 1, 100, 1),
        "loosen": _asking("Loosen", "% of what it stops", 50, 1, 100, 1),
        "delay": _asking("Put off", "months", 12, 1, 240, 1),
        "scale": _asking("Change its means", "times", 2, 0, 100, 0.1),
    }
)


@solara.component
def Levers() -> None:
    """The panel."""
    session = here.use_session()
    track = session.live
    if track is None:
        return
    with session.lock:
        groups = grouped(track)
        month, pulled = f"{track.date:%B %Y}", [in_words(lever) for lever in track.levers]
    _Levers(
        month=month,
        groups=groups,
        courses=_courses(),
        pulled=pulled,
        busy=bool(session.doing),
        event_pull=lambda asked: pull(session, asked),
    )


def pull(session: LiveSession, asked: Any) -> None:
    """Pull the lever that a browser asks for; what cannot be is said in the session's words."""
    try:
        lever = read_lever(asked, session.date)
        session.pull(lever.action, lever.target, lever.amount)
    except ValueError as error:
        session.refuse(str(error))


def read_lever(asked: Any, on: dt.date) -> Lever:
    """The lever that a browser asks for.

    Raises:
        LeverError: if it is none.
    """
    if not isinstance(asked, Mapping) or asked.get("action") not in ACTIONS:
        raise LeverError("that is no lever")
    try:
        amount = float(asked.get("amount", 1.0))
    except (TypeError, ValueError):
        raise LeverError("the amount of a lever is a number") from None
    return Lever(on, asked["action"], str(asked.get("target"))[:100], amount)


def grouped(track: Track) -> list[dict[str, Any]]:
    """Instruments by family, as the panel shows them."""
    held = {one.id: one for one in track.world.policy.amend(recorded_instruments())}
    # One that a lever took out before it began can be brought back.
    every = {one.id: one for one in recorded_instruments()} | held
    families: dict[str, list[dict[str, Any]]] = {}
    for one in sorted(every.values(), key=lambda one: one.effective):
        families.setdefault(one.family, []).append(_item(one, track.date, gone=one.id not in held))
    return [
        {"title": title, "items": families[family]}
        for family, title in FAMILIES.items()
        if family in families
    ]


def _item(one: Instrument, on: dt.date, *, gone: bool) -> dict[str, Any]:
    actions = ("impose",) if gone else actions_for(one, on)
    return {
        "id": one.id,
        "title": one.title,
        "issuer": one.issuer,
        "status": "taken out" if gone else _status(one, on),
        "citation": one.citation,
        "figures": _figures(one, on),
        "words": f"{one.title} {one.issuer} {one.family} {one.kind} {one.id}".lower(),
        "actions": [{"name": action, **_BUTTONS[action]} for action in actions],
    }


def _status(one: Instrument, on: dt.date) -> str:
    if one.effective > on:
        return f"takes effect {one.effective:%b %Y}"
    if one.ended is not None and one.ended <= on:
        return f"ended {one.ended:%b %Y}"
    until = f" to {one.ended:%b %Y}" if one.ended else ""
    return f"in force since {one.effective:%b %Y}{until}"


def _figures(one: Instrument, on: dt.date) -> str:
    told = [
        f"{name.replace('_', ' ')} {parameter.on(on):g} ({parameter.unit})"
        for name, parameter in one.parameters.items()
    ]
    return "; ".join(told)


def _courses() -> list[dict[str, str]]:
    return [
        {
            "name": name,
            "title": title,
            "words": f"{course.government} reviews every {course.reviews_every} months by"
            f" {course.outcome}",
        }
        for name, (title, course) in courses().items()
    ]


@solara.component_vue("components/levers.vue")
def _Levers(
    month: str = "",
    groups: Sequence[dict[str, Any]] = (),
    courses: Sequence[dict[str, str]] = (),
    pulled: Sequence[str] = (),
    busy: bool = False,
    event_pull: Callable[[Any], None] | None = None,
) -> None:
    """The panel in the browser."""
