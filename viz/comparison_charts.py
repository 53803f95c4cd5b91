"""Charts and words of a comparison of policies, whether of live worlds or of a stored study."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np

from agents.arrays import Floats
from experiments.comparison import Difference, Level, Quantile
from experiments.terminal import compact
from model.observations import observations_of
from viz import figures
from viz.chart import Chart
from viz.theme import DASHES, POLICIES, token
from viz.track import BANDS

# Up to so many policies each have a fan; of more, all but the first are drawn as medians.
MOST_FANS = 3
_COMPACT_FROM = 1e4
# Changes below this are given a digit more than levels.
_SMALL = 10.0
MINUS = "\N{MINUS SIGN}"

SHORT_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "gap_months": "Gap in AI capability",
        "gap_oom": "Gap in effective training compute",
        "open_gap_months": "Gap of open weights",
        "chip_gap_years": "Gap in chip making",
        "compute_us": "Installed compute, United States",
        "compute_cn": "Installed compute, China",
        "compute_ratio": "US over Chinese compute",
        "self_sufficiency": "Chinese design in deliveries to China",
        "lost_chip_revenue": "US chip orders lost since 2022",
        "subsidies_us": "US subsidies since 2022",
        "subsidies_cn": "Chinese subsidies since 2022",
    }
)


class Outcome(Protocol):
    """What a comparison needs to know of an outcome, live or stored."""

    @property
    def name(self) -> str:
        """Column in every table."""

    @property
    def unit(self) -> str:
        """Unit of the values."""

    @property
    def definition(self) -> str:
        """What is measured."""

    @property
    def decimals(self) -> int:
        """Digits worth showing."""


@dataclass(frozen=True)
class Changes:
    """Paired differences by month.

    Attributes:
        quantiles: at 5, 25, 50, 75 and 95%, ``(5, months)``; NaN where no pair is known.
        mean: ``(months,)``; what to quote, as gaps move in steps and a median may never stir.
    """

    quantiles: Floats
    mean: Floats


@dataclass(frozen=True)
class Series:
    """An outcome under one policy by month.

    Attributes:
        title: of the policy.
        dates: of the months.
        levels: quantiles at 5, 25, 50, 75 and 95%, ``(5, months)``.
        changes: paired differences against the first policy; None of the first.
    """

    title: str
    dates: Sequence[dt.date]
    levels: Floats
    changes: Changes | None = None


def title_of(outcome: Outcome) -> str:
    """A few words for an outcome."""
    if outcome.name in SHORT_TITLES:
        return SHORT_TITLES[outcome.name]
    short = outcome.definition.partition(":")[0].partition(";")[0]
    return short[:1].upper() + short[1:]


def levels_chart(
    series: Sequence[Series],
    outcome: Outcome,
    ensemble: str,
    until: dt.date,
    *,
    parted: dt.date | None = None,
) -> Chart:
    """An outcome under each policy."""
    data: list[dict[str, Any]] = []
    drawn: list[Floats] = []
    for number, one in enumerate(series):
        fan = number == 0 or len(series) <= MOST_FANS
        drawn.append(one.levels if fan else one.levels[2:3])
        data += _curves(one, one.levels, number, fan=fan, bands=(0.10, 0.18))
    seen = [one for one in observations_of(outcome.name) if one.date <= until]
    data += figures.observed(seen)
    drawn += [np.array([[one.low, one.high] for one in seen])] if seen else []
    note = "Bands hold 50% and 90% of the futures."
    note += " Until the dotted line all share one past." if parted else ""
    if len(series) > MOST_FANS:
        note = "Bands hold 50% and 90% of the first policy's futures; of the others, medians."
    return Chart(
        "levels",
        title_of(outcome),
        f"{outcome.unit}, under each policy; {ensemble}",
        {"data": data, "layout": _layout(until, figures.value_axis(drawn), parted)},
        description=" ".join(
            f"{one.title}: median {_figure(one.levels[2, -1], outcome)} {outcome.unit} in"
            f" {one.dates[-1]:%B %Y}."
            for one in series
        ),
        note=note,
        height=400,
    )


def changes_chart(
    series: Sequence[Series],
    outcome: Outcome,
    ensemble: str,
    until: dt.date,
    *,
    parted: dt.date | None = None,
    empty: str = "",
) -> Chart:
    """What each policy changes against the first, future by future under the same luck."""
    data: list[dict[str, Any]] = []
    drawn: list[Floats] = []
    for number, one in enumerate(series):
        if one.changes is None:
            continue
        mean = one.changes.mean
        drawn.append(mean)
        colour, dash = _look(number)
        if len(series) <= MOST_FANS:
            drawn.append(one.changes.quantiles)
            bands = figures.fan(
                one.dates, one.changes.quantiles, colour, one.title, bands=(0.14, 0.26)
            )
            data += bands[:-1]
        x = figures.days(one.dates)
        data.append(
            figures.line(x, mean, one.title, colour, width=2.6, dash=dash)
            | {"legendgroup": one.title, "meta": {"column": f"{one.title}: mean"}}
        )
    axis = figures.value_axis(drawn) if drawn else {}
    if all((curve[np.isfinite(curve)] == 0.0).all() for curve in drawn):
        axis = {"range": [-1, 1]}  # nothing changes: a flat line in the middle
    note = "The same futures with the same luck on both sides: what remains is the policy."
    note += " Means." if len(series) > MOST_FANS else " Means; bands hold 50% and 90%."
    return Chart(
        "changes",
        f"Change against {series[0].title}",
        f"{outcome.unit}, paired by future; {ensemble}",
        {
            "data": data,
            "layout": _layout(until, axis | {"zeroline": True, "zerolinewidth": 2}, parted),
        },
        description=" ".join(
            f"{one.title}: mean change {_signed(one.changes.mean[-1], outcome)} {outcome.unit}."
            for one in series
            if one.changes is not None
        ),
        note=note,
        empty="" if drawn else empty,
        height=400,
    )


def level_in_words(level: Level, outcome: Outcome) -> dict[str, str]:
    """The median, and what holds 90% of the futures."""
    low, median, high = (_quantile(q, outcome) for q in (level.low, level.median, level.high))
    return {"median": median, "range": f"{low} to {high}"}


def change_in_words(found: Difference, outcome: Outcome) -> dict[str, str]:
    """The mean change, what holds 90% of the changes, and how often it is up or down."""
    if found.mean is None or found.low is None or found.high is None:
        return {"mean": "unknown", "range": "", "shares": "no pair lies within the record"}
    if found.equal == 1.0:
        return {"mean": "none", "range": "", "shares": "the same in every future"}
    higher, lower = found.higher or 0.0, found.lower or 0.0
    return {
        "mean": _signed(found.mean, outcome),
        "range": f"{_signed(found.low, outcome)} to {_signed(found.high, outcome)}",
        "shares": f"higher in {higher:.0%}, lower in {lower:.0%}",
    }


def paired_changes(values: Floats, first: Floats) -> Changes:
    """Paired differences by month.

    Pairs in which a side lies beyond the record are left out; NaN where none remains.

    Args:
        values: of the policy, infinite beyond the record, ``(months, futures)``.
        first: of the first policy.
    """
    with np.errstate(invalid="ignore"):
        change = values - first
    change = np.where(np.isfinite(change), change, np.nan)
    some = np.isfinite(change).any(axis=1)
    found, mean = np.full((len(BANDS), len(change)), np.nan), np.full(len(change), np.nan)
    if some.any():
        found[:, some] = np.nanquantile(change[some], BANDS, axis=1)
        mean[some] = np.nanmean(change[some], axis=1)
    return Changes(found, mean)


def _curves(
    one: Series, quantiles: Floats, number: int, *, fan: bool, bands: Sequence[float]
) -> list[dict[str, Any]]:
    colour, dash = _look(number)
    if fan:
        return figures.fan(one.dates, quantiles, colour, one.title, dash=dash, bands=bands)
    x = figures.days(one.dates)
    return [figures.line(x, quantiles[2], f"{one.title}: median", colour, dash=dash)]


def _look(number: int) -> tuple[str, str]:
    return POLICIES[number % len(POLICIES)], DASHES[number % len(DASHES)]


def _layout(until: dt.date, axis: dict[str, Any], parted: dt.date | None) -> dict[str, Any]:
    shapes = []
    if parted is not None:
        day = parted.isoformat()
        shapes.append(
            {
                "type": "line",
                "xref": "x",
                "yref": "paper",
                "x0": day,
                "x1": day,
                "y0": 0,
                "y1": 1,
                "line": {"color": token("ink-3"), "width": 1.5, "dash": "dot"},
            }
        )
    return {"xaxis": figures.time_axis(until), "yaxis": axis, "shapes": shapes}


def _quantile(found: Quantile, outcome: Outcome) -> str:
    if found.value is not None:
        return _figure(found.value, outcome)
    return f"{found.censored} the record" if found.censored else "unknown"


def _figure(value: float, outcome: Outcome, more: int = 0) -> str:
    if abs(value) >= _COMPACT_FROM and np.isfinite(value):
        return compact(value, outcome.unit)
    return figures.written(value, min(outcome.decimals + more, 2))


def _signed(value: float, outcome: Outcome) -> str:
    figure = _figure(abs(value), outcome, more=int(abs(value) < _SMALL))
    if not figure.strip("0."):
        return figure  # what rounds to nothing is neither up nor down
    return f"{'+' if value > 0 else MINUS}{figure}"
