"""Destinations: countries by their two-letter codes, groups of them, and the region ``RoW``.

A rule names countries and groups.  The model's regions ``US`` and ``CN`` are these two countries.
``RoW`` is the model's rest of the world and stands for countries without rules of their own: no
group contains it, so a rule reaches it only by naming it, and then reaches every country but the
United States and China as well.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import AfterValidator, Field, TypeAdapter

from agents.records import Strict

REST_OF_WORLD = "RoW"
WORLD = "world"
_GROUPS = Path(__file__).parent / "data" / "country_groups.yaml"
_REGIONS_OF_THEIR_OWN = frozenset({"US", "CN"})

CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class CountryGroup(Strict):
    """Countries that rules name together."""

    title: str
    members: tuple[CountryCode, ...] = Field(min_length=1)
    source: str = Field(min_length=3)


class Part(Strict):
    """A territory whose rules are those of a country."""

    of: CountryCode
    source: str = Field(min_length=3)


class Geography(Strict):
    """What ``country_groups.yaml`` holds: countries by code, groups, and parts of countries."""

    countries: dict[CountryCode, str]
    parts: dict[CountryCode, Part]
    groups: dict[str, CountryGroup]


@cache
def geography() -> Geography:
    """Countries and their groups, as recorded."""
    # Read without ``model.loading``, which reads the instruments and so needs this module.
    content = yaml.safe_load(_GROUPS.read_text(encoding="utf-8"))
    return TypeAdapter(Geography).validate_python(content)


@cache
def judged_as(destination: str) -> str:
    """The destination whose rules hold: the country that a territory is part of, else itself."""
    part = geography().parts.get(destination)
    return destination if part is None else part.of


@cache
def reach(named: tuple[str, ...], exceptions: tuple[str, ...] = ()) -> frozenset[str]:
    """Destinations that a rule reaches: those named, groups spelled out, less the exceptions."""
    reached = {code for name in named for code in _spelled_out(name)}
    return frozenset(reached - {code for name in exceptions for code in _spelled_out(name)})


def _spelled_out(name: str) -> frozenset[str]:
    known = geography()
    if name == WORLD:
        return frozenset(known.countries)
    if name == REST_OF_WORLD:
        return frozenset({REST_OF_WORLD, *known.countries}) - _REGIONS_OF_THEIR_OWN
    if name in known.groups:
        return frozenset(known.groups[name].members)
    return frozenset({judged_as(name)})


def _known(name: str) -> str:
    known = geography()
    if name in (WORLD, REST_OF_WORLD) or name in known.countries or name in known.groups:
        return name
    groups = ", ".join(known.groups)
    raise ValueError(
        f"unknown destination '{name}': expected a two-letter country code, "
        f"'{REST_OF_WORLD}', '{WORLD}' or a group ({groups})"
    )


Destination = Annotated[str, AfterValidator(_known)]
