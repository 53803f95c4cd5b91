"""Reads ``model/data/``: every file against its schema, with errors that name file and key."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from reprlib import Repr
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from agents.records import (
    ChipRecord,
    DemandShock,
    DesignerRecord,
    DeveloperRecord,
    FoundryRecord,
    GovernmentRecord,
    MemoryMakerRecord,
    Quantity,
    TalentPoolRecord,
    Technique,
    ToolmakerRecord,
)
from model.instruments import Instrument

DATA = Path(__file__).parent / "data"
# What pydantic finds most often, in words that do not speak of inputs, fields and tuples.
_PLAINLY = {
    "extra_forbidden": "expected no such key",
    "missing": "is missing",
    "tuple_type": "expected a list",
    "list_type": "expected a list",
}
_BRIEFLY = Repr(maxlevel=3, maxdict=6, maxlist=6, maxtuple=6, maxset=6, maxstring=60)


class DataError(ValueError):
    """A data file that cannot be used; the message names file, key and what was expected."""


def read[T](path: Path, schema: type[T] | Any) -> T:
    """Read a YAML file and validate it.

    Raises:
        DataError: in one line, if the file is missing, is not YAML, or does not fit the schema.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (OSError, ValueError, TypeError, RecursionError, yaml.YAMLError) as error:
        raise DataError(f"{path}: cannot be read: {reason(error)}") from None
    try:
        validated: T = TypeAdapter(schema).validate_python(content)
    except ValidationError as error:
        raise DataError(f"{path}: {first_fault(error)}") from None
    return validated


def reason(error: Exception) -> str:
    """Why a file could not be read or written, in one line that does not name it again."""
    return (isinstance(error, OSError) and error.strerror) or " ".join(str(error).split())


def first_fault(error: ValidationError, keys: Mapping[str, str] | None = None) -> str:
    """The first fault pydantic found, as ``key: what was expected, got ...``.

    Args:
        error: what pydantic found.
        keys: what the user calls a key that is called otherwise here.
    """
    faults = error.errors(include_url=False)
    fault = faults[0]
    loc = tuple((keys or {}).get(str(part), part) for part in fault["loc"])
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    said = _PLAINLY.get(fault["type"], fault["msg"])
    if fault["type"] == "value_error":
        said = str(fault["ctx"]["error"])
    if _says_what_it_found(fault["type"], fault["input"], said):
        return f"{key.lstrip('.') or 'content'}: {said}{more}"
    # A few lines of YAML aliases can stand for more than memory holds: only their top is shown.
    got = repr(fault["input"]) if _is_plain(fault["input"]) else _BRIEFLY.repr(fault["input"])
    shown = got if len(got) <= 60 else got[:57] + "..."
    return f"{key.lstrip('.') or 'content'}: {said}, got {shown}{more}"


def _says_what_it_found(kind: str, found: object, said: str) -> bool:
    """Whether nothing is gained by the value: it is told already, or there is none."""
    own_check = kind == "value_error" and (not _is_plain(found) or str(found) in said)
    return own_check or kind == "missing"


def _is_plain(value: object) -> bool:
    return not isinstance(value, dict | list | tuple | set)


@cache
def parameter_quantities() -> dict[str, Quantity]:
    """The world's uncertain parameters by name."""
    return read(DATA / "parameters.yaml", dict[str, Quantity])


@cache
def recorded_instruments() -> tuple[Instrument, ...]:
    """Every recorded instrument, in order of announcement.

    Raises:
        DataError: if a file is at fault or two instruments share an id.
    """
    found: list[Instrument] = []
    for path in sorted((DATA / "instruments").glob("*.yaml")):
        found += read(path, list[Instrument])
    ids = [instrument.id for instrument in found]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise DataError(f"{DATA / 'instruments'}: the id '{twice[0]}' is used twice")
    return tuple(sorted(found, key=lambda instrument: (instrument.announced, instrument.id)))


@cache
def developers() -> tuple[DeveloperRecord, ...]:
    """AI developers."""
    return tuple(_actors("developers", DeveloperRecord))


@cache
def chips() -> tuple[ChipRecord, ...]:
    """Accelerators, in order of launch."""
    return tuple(sorted(_actors("chips", ChipRecord), key=lambda chip: (chip.launched, chip.name)))


@cache
def designers() -> tuple[DesignerRecord, ...]:
    """Designers of accelerators."""
    return tuple(_actors("designers", DesignerRecord))


@cache
def foundries() -> tuple[FoundryRecord, ...]:
    """Foundries."""
    return tuple(_actors("foundries", FoundryRecord))


@cache
def toolmakers() -> tuple[ToolmakerRecord, ...]:
    """Makers of fabrication equipment."""
    return tuple(_actors("toolmakers", ToolmakerRecord))


@cache
def memory_makers() -> tuple[MemoryMakerRecord, ...]:
    """Makers of high-bandwidth memory."""
    return tuple(_actors("memory_makers", MemoryMakerRecord))


@cache
def talent_pools() -> tuple[TalentPoolRecord, ...]:
    """Talent pools."""
    return tuple(_actors("talent_pools", TalentPoolRecord))


@cache
def governments() -> tuple[GovernmentRecord, ...]:
    """Governments."""
    return tuple(_actors("governments", GovernmentRecord))


@cache
def demand_shocks() -> tuple[DemandShock, ...]:
    """Dated events that turn money and attention to AI."""
    return tuple(read(DATA / "demand_shocks.yaml", list[DemandShock]))


@cache
def techniques() -> tuple[Technique, ...]:
    """Techniques of post-training, in order of the days on which they were found."""
    found: list[Technique] = read(DATA / "techniques.yaml", list[Technique])
    return tuple(sorted(found, key=lambda technique: technique.found))


def _actors[R](name: str, record: type[R]) -> list[R]:
    return read(DATA / "actors" / f"{name}.yaml", list[record])  # type: ignore[valid-type]


class _Loader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):  # type: ignore[misc]
    """Safe YAML that refuses a key given twice and reads ``3e23`` as a number."""


def _mapping_without_duplicates(loader: Any, node: Any) -> dict[Any, Any]:
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    for key in keys:
        if keys.count(key) > 1:
            raise yaml.YAMLError(f"the key '{key}' is given twice, line {node.start_mark.line + 1}")
    return dict(loader.construct_pairs(node, deep=True))


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_duplicates)
