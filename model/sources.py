"""Where every figure in ``model/data/`` comes from, as the files say it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, get_args

from agents.records import Basis
from model.loading import DATA, read

BASES: tuple[Basis, ...] = get_args(Basis)
# A rule text, an announcement or a named event; what stands so is dated and has no basis.
ON_RECORD = "on record"
# A judgement with its reason, which no source states.
JUDGEMENT = "judgement"

_SAYS_WHENCE = ("source", "reference", "citation")
_NAMES = ("name", "id", "outcome", "label", "figure", "owner", "region")


@dataclass(frozen=True, slots=True)
class Entry:
    """A figure, or a group of figures with one source, as recorded.

    Attributes:
        file: below ``model/data/``.
        place: names of the keys and records that lead to it.
        value: its value, or its figures and days by name, as text; empty where a range is all.
        low, high: 5% and 95% points; ``None`` without.
        unit: of value and range; empty where each figure has its own.
        basis: ``cited``, ``derived`` or ``assumption``; else ``on record`` or ``judgement``.
        source: where it comes from.
    """

    file: str
    place: str
    value: str
    low: float | None
    high: float | None
    unit: str
    basis: str
    source: str


@cache
def data_files() -> tuple[Path, ...]:
    """The files of ``model/data/``: those at its root, then actors, then instruments."""
    files = sorted(DATA.rglob("*.yaml"))
    return tuple(sorted(files, key=lambda path: (path.parent != DATA, path)))


@cache
def entries(path: Path) -> tuple[Entry, ...]:
    """Everything in a data file that says where it comes from, in the order of the file."""
    name = path.relative_to(DATA).as_posix()
    return tuple(_below(read(path, Any), name, (), ""))


def counts(path: Path) -> dict[Basis, int]:
    """How many figures of a file stand on each basis."""
    found = Counter(entry.basis for entry in entries(path))
    return {basis: found[basis] for basis in BASES}


def _below(node: Any, file: str, place: tuple[str, ...], unit: str) -> Iterator[Entry]:
    if isinstance(node, dict):
        unit = str(node.get("unit", unit))
        if any(key in node for key in _SAYS_WHENCE):
            yield _entry(node, file, ", ".join(place), unit)
        for key, below in node.items():
            named = () if key in {"parameters", "values"} else (str(key),)
            if key == "parameters":
                for name, parameter in below.items():
                    yield from _below(parameter, file, (*place, str(name)), unit)
            else:
                yield from _below(below, file, (*place, *named), unit)
    elif isinstance(node, list):
        for number, below in enumerate(node, start=1):
            if isinstance(below, dict | list):
                yield from _below(below, file, (*place, *_name(below, number)), unit)


def _name(node: Any, number: int) -> tuple[str, ...]:
    """What a record in a list goes by; a dated value goes by its day."""
    if not isinstance(node, dict):
        return (str(number),)
    named = next((str(node[key]) for key in _NAMES if key in node), "")
    dated = next((str(node[key]) for key in ("since", "date", "year") if key in node), "")
    return tuple(part for part in (named, dated) if part) or (str(number),)


def _entry(node: Mapping[str, Any], file: str, place: str, unit: str) -> Entry:
    source = next(str(node[key]) for key in _SAYS_WHENCE if key in node)
    quantity = "value" in node or "low" in node
    return Entry(
        file,
        place,
        value=_text(node["value"]) if "value" in node else "" if quantity else _figures(node),
        low=_number(node.get("low")),
        high=_number(node.get("high")),
        unit=unit if quantity else "",
        basis=_basis(node, source),
        source=" ".join(source.split()),
    )


def _basis(node: Mapping[str, Any], source: str) -> str:
    if "basis" in node:
        return str(node["basis"])
    if source.startswith("assumption"):
        return "assumption"
    return JUDGEMENT if {"correlation", "discrepancy"} & node.keys() else ON_RECORD


def _figures(node: Mapping[str, Any]) -> str:
    """Figures and days of a record with one source for all of them, by name."""
    shown = [
        f"{key} {_text(value)}"
        for key, value in node.items()
        if key not in _NAMES and isinstance(value, int | float | date) and value is not True
    ]
    return "; ".join(shown)


def _number(bound: object) -> float | None:
    # YAML 1.1 reads 3e23 as text.
    return None if bound is None else float(str(bound))


def _text(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)
