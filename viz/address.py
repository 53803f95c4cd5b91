"""The state of a view as the query of its address, both ways, so that a link reproduces it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from urllib.parse import parse_qsl, urlencode

from experiments.hints import did_you_mean
from experiments.policies import library
from model.calendar import RECORD_START, parse_year_month
from viz.beginning import ENSEMBLES, Beginning, EnsembleName, finite
from viz.levers import Lever, LeverError
from viz.limits import LiveError, require_within

LONGEST = 4_000
_MOST_LEVERS = 50
_LONGEST_VALUE = 120
_SEPARATOR = "~"
_OWN = ("policy", "futures", "seed", "ensemble", "set", "date", "future", "levers")


@dataclass(frozen=True)
class Address:
    """What an address says.

    Attributes:
        policy: name in the library.
        futures, seed: how many, and of which luck.
        ensemble: which futures of that seed.
        fixed: parameters with one value in every future, by name.
        date: first day of the month shown.
        future: number of the one drawn through the fans.
        levers: pulled on the way, in order of their months.
        page: what a page adds for itself, by name.
    """

    policy: str = "history"
    futures: int = 200
    seed: int = 1
    ensemble: EnsembleName = "prior"
    fixed: Mapping[str, float] = field(default_factory=dict)
    date: dt.date = RECORD_START
    future: int = 0
    levers: tuple[Lever, ...] = ()
    page: Mapping[str, str] = field(default_factory=dict)

    def query(self) -> str:
        """The query of the address, without the question mark."""
        parts = {
            "policy": self.policy,
            "futures": str(self.futures),
            "seed": str(self.seed),
            **({} if self.ensemble == "prior" else {"ensemble": self.ensemble}),
            **({"set": _encoded(self.fixed)} if self.fixed else {}),
            "date": f"{self.date:%Y-%m}",
            "future": str(self.future),
        }
        if self.levers:
            parts["levers"] = ",".join(lever.encoded() for lever in self.levers)
        return urlencode(parts | dict(self.page), safe="~,")


def read_address(query: str | None) -> tuple[Address, list[str]]:
    """The state that an address asks for, and what in it could not be followed, in words.

    What cannot be followed is left at its default.
    """
    if not query:
        return Address(), []
    if len(query) > LONGEST:
        return Address(), [f"the address is too long to follow (over {LONGEST:,} characters)"]
    given = dict(parse_qsl(query, keep_blank_values=True))
    faults: list[str] = []
    start = Address()
    futures = _number(given, "futures", start.futures, faults)
    date = _month(given, start.date, faults)
    try:
        require_within(futures, date)
    except LiveError as error:
        faults.append(str(error))
        futures, date = start.futures, start.date
    future = _number(given, "future", start.future, faults)
    if future >= futures:
        faults.append(f"there is no future {future}: they are numbered 0 to {futures - 1}")
        future = start.future
    ensemble = _ensemble(given, faults)
    fixed = _fixed(given, ensemble, faults)
    return Address(
        policy=_policy(given, faults),
        futures=futures,
        seed=_number(given, "seed", start.seed, faults),
        ensemble=ensemble,
        fixed=fixed,
        date=date,
        future=future,
        levers=_levers(given, faults),
        page={name: text for name, text in given.items() if name not in _OWN},
    ), faults


def _number(given: Mapping[str, str], name: str, default: int, faults: list[str]) -> int:
    text = given.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return int(text)
    faults.append(f"{name}={text[:20]} is not a whole number, so {default} is shown")
    return default


def _month(given: Mapping[str, str], default: dt.date, faults: list[str]) -> dt.date:
    if "date" not in given:
        return default
    try:
        return parse_year_month(given["date"][:20])
    except ValueError as error:
        faults.append(f"date: {error}")
        return default


def _policy(given: Mapping[str, str], faults: list[str]) -> str:
    name = given.get("policy", Address.policy)
    if name in library():
        return name
    near = did_you_mean(get_close_matches(name[:64], list(library()), n=1))
    faults.append(f"the library has no policy '{name[:40]}'{near}; history is shown")
    return Address.policy


def _ensemble(given: Mapping[str, str], faults: list[str]) -> EnsembleName:
    name = given.get("ensemble", Address.ensemble)
    found = next((known for known in ENSEMBLES if known == name), None)
    if found is None:
        faults.append(f"ensemble: expected {' or '.join(ENSEMBLES)}, not '{name[:20]}'")
    return found or Address.ensemble


def _encoded(fixed: Mapping[str, float]) -> str:
    return ",".join(f"{name}{_SEPARATOR}{value!r}" for name, value in fixed.items())


def _fixed(
    given: Mapping[str, str], ensemble: EnsembleName, faults: list[str]
) -> Mapping[str, float]:
    """Parameters set in every future; those that cannot be are left out, and drawn."""
    found: dict[str, float] = {}
    for text in filter(None, given.get("set", "").split(",")):
        name, _, number = text[:_LONGEST_VALUE].partition(_SEPARATOR)
        try:
            value = finite(number)
            Beginning(ensemble=ensemble, fixed={name: value}).require_possible()
            found[name] = value
        except ValueError as error:
            faults.append(f"set: {error}")
    return found


def _levers(given: Mapping[str, str], faults: list[str]) -> tuple[Lever, ...]:
    if not given.get("levers"):
        return ()
    found = []
    for text in given["levers"].split(",")[:_MOST_LEVERS]:
        try:
            found.append(Lever.decoded(text[:200]))
        except LeverError as error:
            faults.append(str(error))
    return tuple(sorted(found, key=lambda lever: lever.on))
