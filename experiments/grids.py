"""Grids over the parameters of a policy: one derived policy for each combination of values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from experiments.policies import fitted
from model.policy import Policy, PolicyError, Selector, Set

MOST_COMBINATIONS = 1000
_AXIS = re.compile(r"([a-z0-9][a-z0-9-]*)\.([a-z0-9_]+)(?:@(\d{4}-\d{2}-\d{2}))?")


@dataclass(frozen=True, slots=True)
class Axis:
    """A parameter of an instrument, the values to try, and the day from which they hold."""

    instrument: str
    parameter: str
    values: tuple[float, ...]
    since: date | None = None

    def set_to(self, value: float) -> Set:
        """The change that gives the parameter a value."""
        return Set(
            do="set",
            select=Selector(ids=(self.instrument,)),
            parameter=self.parameter,
            value=value,
            since=self.since,
        )


def axis(name: str, values: Sequence[float]) -> Axis:
    """An axis by the name that users give it: ``INSTRUMENT.PARAMETER`` or with ``@YYYY-MM-DD``.

    Raises:
        PolicyError: if the name is none, or a value is missing or out of range.
    """
    found = _AXIS.fullmatch(name)
    if found is None or not values:
        raise PolicyError(
            f"set: expected INSTRUMENT.PARAMETER[@YYYY-MM-DD] and values, got '{name}'"
        )
    try:
        since = date.fromisoformat(found[3]) if found[3] else None
    except ValueError:
        raise PolicyError(f"set: '{found[3]}' is not a day: expected YYYY-MM-DD") from None
    for value in values:
        if not 0.0 <= value < float("inf"):
            raise PolicyError(f"set: {name}: expected numbers of 0 or more, got {value:g}")
    return Axis(found[1], found[2], tuple(values), since)


def axis_in_words(text: str) -> tuple[str, list[float]]:
    """Read ``INSTRUMENT.PARAMETER=a,b,c``.

    Raises:
        PolicyError: saying what was expected.
    """
    name, equals, values = text.partition("=")
    try:
        return name, [float(value) for value in values.split(",")] if equals else []
    except ValueError:
        raise PolicyError(f"set: {name}: expected numbers with commas, got '{values}'") from None


def with_grid(policies: Sequence[Policy], grid: Mapping[str, Sequence[float]]) -> Iterator[Policy]:
    """Each policy as it is, and then under every combination of the grid's values.

    A derived policy is named after its parent, the parameters and their values, such as
    ``history+admitted-0.5``; with the instrument, where two axes share a parameter's name.

    Raises:
        PolicyError: if a combination cannot be made.
    """
    axes = [axis(name, values) for name, values in grid.items()]
    total = 1
    for one in axes:
        total *= len(one.values)
    if total > MOST_COMBINATIONS:
        raise PolicyError(f"set: {total} combinations, expected {MOST_COMBINATIONS} at most")
    for policy in policies:
        yield policy
        for values in product(*(one.values for one in axes)) if axes else ():
            yield _derived(policy, axes, values)


def _derived(policy: Policy, axes: Sequence[Axis], values: Sequence[float]) -> Policy:
    shared = {a.parameter for a in axes if [b.parameter for b in axes].count(a.parameter) > 1}
    parts = [
        (f"{one.instrument}.{one.parameter}" if one.parameter in shared else one.parameter)
        + (f"-from-{one.since}" if one.since and one.parameter in shared else "")
        + f"-{value:.12g}"
        for one, value in zip(axes, values, strict=True)
    ]
    words = [
        f"{one.parameter} of {one.instrument} at {value:.12g}"
        + (f" from {one.since}" if one.since else "")
        for one, value in zip(axes, values, strict=True)
    ]
    changes = [one.set_to(value) for one, value in zip(axes, values, strict=True)]
    derived = Policy(
        name="+".join([policy.name, *parts])[:200],
        title=f"{policy.title or policy.name}, {', '.join(words)}",
        question=policy.question,
        description=policy.description,
        changes=(*policy.changes, *changes),
        adaptive=policy.adaptive,
    )
    return fitted(derived, f"set: {policy.name}")
