"""Controls of time and of the ensemble: what a browser asks for, checked and passed on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import isinf
from typing import Any, get_args

import solara

from experiments.policies import library
from model.calendar import RECORD_START, parse_year_month
from model.policy import Policy
from viz import here
from viz.beginning import ENSEMBLES
from viz.limits import LAST_MONTH, MOST_FUTURES, LiveError
from viz.live_session import SPEEDS, LiveSession
from viz.track import Rank

_MOST_DIGITS = 9


@solara.component
def Controls(*, setup: bool = True) -> None:
    """Play, step, jump and reset; with ``setup`` also the policy, the ensemble and the future."""
    session = here.use_session()
    stage = session.on_stage
    date = stage[0].date if stage else session.date
    _Controls(
        date=f"{date:%Y-%m}",
        month=f"{date:%b %Y}",
        first=f"{RECORD_START:%Y-%m}",
        last=f"{LAST_MONTH:%Y-%m}",
        playing=session.playing,
        ready=bool(stage) and not session.doing,
        doing="" if session.playing else session.doing,
        progress=session.progress,
        speed=_speed_value(session.speed),
        speeds=[{"value": _speed_value(speed), "label": _speed_label(speed)} for speed in SPEEDS],
        setup=setup,
        policies=offered(session),
        policy=session.beginning.policy.name,
        futures=session.beginning.futures,
        seed=session.beginning.seed,
        ensemble=session.beginning.ensemble,
        ensembles=list(ENSEMBLES),
        future=session.future,
        most=MOST_FUTURES,
        event_act=lambda asked: told(session, asked),
    )


def told(session: LiveSession, asked: Any) -> None:
    """Do what a browser asks for; what it may not have is said in the session's words."""
    try:
        obey(session, asked)
    except ValueError as error:
        session.refuse(str(error))


def obey(session: LiveSession, asked: Any) -> None:
    """Do what a browser asks for.

    Args:
        session: its session.
        asked: ``do``, and what that needs: all of it texts of the user's.

    Raises:
        ValueError: saying what was expected.
    """
    if not isinstance(asked, Mapping) or asked.get("do") not in _DEEDS:
        raise LiveError("that is nothing that the live view can do")
    _DEEDS[asked["do"]](session, asked)


def offered(session: LiveSession) -> list[dict[str, str]]:
    """Policies to choose from: the library's, and one of the session's own."""
    found = dict(library())
    own = session.beginning.policy
    found.setdefault(own.name, own)
    return [
        {"name": name, "title": policy.title or name, "question": policy.question}
        for name, policy in found.items()
    ]


def named_policy(session: LiveSession, name: str) -> Policy:
    """A policy that the session offers.

    Raises:
        LiveError: if it offers none of that name.
    """
    if name == session.beginning.policy.name:
        return session.beginning.policy
    if name not in library():
        raise LiveError(f"the library has no policy '{name[:64]}'")
    return library()[name]


def whole_number(text: Any, what: str) -> int:
    """A number that a user typed.

    Raises:
        LiveError: saying what was expected.
    """
    digits = str(text).strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS):
        raise LiveError(f"{what}: expected a whole number, not '{digits[:20]}'")
    return int(digits)


def _begin(session: LiveSession, asked: Mapping[str, Any]) -> None:
    policy = named_policy(session, str(asked.get("policy")))
    futures = whole_number(asked.get("futures"), "futures")
    seed = whole_number(asked.get("seed"), "seed")
    future = session.future if session.future < futures else 0
    changed = replace(
        session.beginning,
        policy=policy,
        futures=futures,
        seed=seed,
        ensemble=asked.get("ensemble", session.beginning.ensemble),
    )
    session.begin(changed, future=future)


def _speed(session: LiveSession, asked: Mapping[str, Any]) -> None:
    wanted = next((one for one in SPEEDS if _speed_value(one) == asked.get("value")), None)
    if wanted is None:
        raise LiveError("choose one of the speeds offered")
    session.speed = wanted
    session.show_anew()


def _rank(session: LiveSession, asked: Mapping[str, Any]) -> None:
    rank: Any = asked.get("value")
    track = session.live
    if rank not in get_args(Rank) or track is None:
        raise LiveError("choose the median, the widest or the narrowest future")
    with session.lock:
        future = track.ranked(rank)
    session.choose(future)


_DEEDS: Mapping[str, Callable[[LiveSession, Mapping[str, Any]], Any]] = {
    "play": lambda session, _: session.play(),
    "pause": lambda session, _: session.pause(),
    "cancel": lambda session, _: session.cancel(),
    "step": lambda session, _: session.step(),
    "reset": lambda session, _: session.reset(),
    "jump": lambda session, asked: session.jump(parse_year_month(str(asked.get("value"))[:20])),
    "begin": _begin,
    "speed": _speed,
    "rank": _rank,
    "choose": lambda session, asked: session.choose(whole_number(asked.get("value"), "future")),
}


def _speed_value(speed: float) -> str:
    return "fastest" if isinf(speed) else f"{speed:g}"


def _speed_label(speed: float) -> str:
    if isinf(speed):
        return "as fast as it goes"
    return f"{speed:g} month{'' if speed == 1 else 's'} a second"


@solara.component_vue("components/controls.vue")
def _Controls(
    date: str = "",
    month: str = "",
    first: str = "",
    last: str = "",
    playing: bool = False,
    ready: bool = False,
    doing: str = "",
    progress: float | None = None,
    speed: str = "",
    speeds: Sequence[dict[str, str]] = (),
    setup: bool = True,
    policies: Sequence[dict[str, str]] = (),
    policy: str = "",
    futures: int = 0,
    seed: int = 0,
    ensemble: str = "",
    ensembles: Sequence[str] = (),
    future: int = 0,
    most: int = 0,
    event_act: Callable[[Any], None] | None = None,
) -> None:
    """The controls in the browser."""
