"""The charts of the live page: what of a track each shows, as data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from agents.arrays import Floats
from model.loading import recorded_instruments
from model.observations import observations_of
from model.outcomes import OUTCOMES
from model.sectors import SECTORS, sector_data
from viz import figures, ribbon
from viz.chart import Chart
from viz.theme import token
from viz.track import Track

VIEW_UNTIL = dt.date(2030, 12, 1)
CHANNELS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "direct": ("bought as sold everywhere", "policy-1"),
        "variant": ("variants made for China", "policy-6"),
        "domestic": ("of Chinese design", "policy-2"),
        "smuggled": ("smuggled", "policy-4"),
        "rented": ("rented abroad", "policy-3"),
    }
)


@dataclass(frozen=True)
class Curve:
    """One outcome of a chart."""

    outcome: str
    title: str
    colour: str
    dash: str = "solid"


@dataclass(frozen=True)
class Fans:
    """A chart of outcomes that share a unit, each a fan."""

    name: str
    heading: str
    curves: tuple[Curve, ...]
    log: bool = False
    percent: bool = False


US, CN, ROW = ("United States", "us"), ("China", "cn"), ("rest of the world", "other")

PANELS: tuple[Fans, ...] = (
    Fans("chip-gap", "Gap in chip making", (Curve("chip_gap_years", "", "us"),)),
    Fans(
        "compute",
        "Installed compute by country",
        (
            Curve("compute_us", *US),
            Curve("compute_cn", *CN, dash="dash"),
            Curve("compute_row", *ROW, dash="dot"),
        ),
        log=True,
    ),
    Fans(
        "researchers",
        "Top AI researchers at work",
        (Curve("researchers_us", *US), Curve("researchers_cn", *CN, dash="dash")),
    ),
    Fans(
        "talent-flows",
        "Top researchers of Chinese origin: moves",
        (
            Curve("returnees_cn", "came to China", "cn"),
            Curve("emigrants_cn", "left China", "us", dash="dash"),
        ),
    ),
    Fans(
        "engineers",
        "AI engineers at work",
        (Curve("engineers_us", *US), Curve("engineers_cn", *CN, dash="dash")),
    ),
    Fans(
        "graduates",
        "Chinese class that entered AI work",
        (Curve("graduates_cn", "", "cn"),),
    ),
    Fans(
        "adoption",
        "Use of AI in work that it may take on",
        (
            Curve("adoption_us", *US),
            Curve("adoption_cn", *CN, dash="dash"),
            Curve("adoption_others", "third countries", "other", dash="dot"),
        ),
        percent=True,
    ),
    Fans(
        "ecosystem",
        "China's share of ecosystems",
        (
            Curve("open_downloads_share_cn", "downloads of open models", "policy-1"),
            Curve("stack_share_cn", "software stacks at home", "policy-2", dash="dash"),
            Curve("third_country_share_cn", "use in third countries", "policy-3", dash="dot"),
            Curve("standards_influence_cn", "standards", "policy-4", dash="dashdot"),
        ),
        percent=True,
    ),
    Fans(
        "revenue",
        "What customers pay for AI",
        (
            Curve("ai_revenue_us", *US),
            Curve("ai_revenue_cn", *CN, dash="dash"),
            Curve("ai_revenue_row", *ROW, dash="dot"),
        ),
    ),
    Fans(
        "costs",
        "What the policies cost, since 2022",
        (
            Curve("lost_chip_revenue", "US chip orders lost", "us"),
            Curve("subsidies_us", "US subsidies", "policy-6", dash="dash"),
            Curve("subsidies_cn", "Chinese subsidies", "cn", dash="dot"),
            Curve("enforcement_cost", "US enforcement", "policy-4", dash="dashdot"),
        ),
    ),
    Fans(
        "self-sufficiency",
        "Chinese design in compute delivered to China",
        (Curve("self_sufficiency", "", "cn"),),
        percent=True,
    ),
    Fans(
        "smuggling",
        "Barred accelerators moved to China, since 2022",
        (
            Curve("smuggled_units", "moved", "cn"),
            Curve("seized_units", "of these seized", "us", dash="dash"),
        ),
    ),
)


def view_until(now: dt.date) -> dt.date:
    """The last month of the axis that charts share."""
    return max(VIEW_UNTIL, now)


def gap_chart(track: Track, future: int) -> Chart:
    """The capability gap: fan, observations, one future, and the ribbon of rules below."""
    until = view_until(track.date)
    name = "gap_months"
    found, path = track.quantiles(name), track.path(name, future)
    seen = observations_of(name)
    reach = [found, path, np.array([[one.low, one.high] for one in seen])]
    instruments = track.world.policy.amend(recorded_instruments())
    data = [
        *figures.fan(track.dates, found, "us"),
        _chosen(track, path, future),
        *figures.observed(seen),
    ]
    # Set by hand, so that the axes of the chart and of its strip stand one above the other.
    margins = {"l": 96, "r": 12, "t": 30, "b": 8}
    axis = figures.value_axis(reach) | {"title": {"text": "months"}, "automargin": False}
    marks = ribbon.marks(track.levers)
    layout = {
        "xaxis": figures.time_axis(until) | {"showticklabels": False, "automargin": False},
        "yaxis": axis,
        "shapes": marks,
        "legend": {"y": 1.02, "yanchor": "bottom"},
        "hovermode": "closest",
        "margin": margins,
    }
    return Chart(
        "gap",
        "US-China gap in AI capability",
        f"months that China's best model trails; {track.ensemble}",
        {"data": data, "layout": layout},
        description=_in_words("The capability gap", track, name, "months"),
        note="Bands hold 50% and 90% of the futures. Below: rules and programmes as they take"
        " effect; hollow where still to come, crossed where ended.",
        height=340,
        strip={
            "data": ribbon.ribbon(instruments, track.date, until),
            "layout": {
                "xaxis": figures.time_axis(until)
                | {"anchor": "y2", "showticklabels": True, "automargin": False},
                "yaxis2": ribbon.ribbon_axis() | {"automargin": False},
                "shapes": marks,
                "hovermode": "closest",
                "margin": margins | {"t": 2, "b": 26},
            },
        },
    )


def panel(fans: Fans, track: Track, future: int) -> Chart:
    """A chart of outcomes that share a unit."""
    scale = 100.0 if fans.percent else 1.0
    data: list[dict[str, Any]] = []
    drawn: list[Floats] = []
    for curve in fans.curves:
        found = track.quantiles(curve.outcome) * scale
        drawn.append(found)
        bands = (0.16, 0.30) if len(fans.curves) == 1 else (0.10, 0.18)
        data += figures.fan(
            track.dates, found, curve.colour, curve.title, dash=curve.dash, bands=bands
        )
    if len(fans.curves) == 1:
        path = track.path(fans.curves[0].outcome, future) * scale
        drawn.append(path)
        data.append(_chosen(track, path, future))
    for curve in fans.curves:
        seen = observations_of(curve.outcome)
        data += figures.observed(seen, scale=scale, title=curve.title)
        drawn += [np.array([[one.low, one.high] for one in seen]) * scale] if seen else []
    unit = "%" if fans.percent else OUTCOMES[fans.curves[0].outcome].unit
    axis = {"type": "log", "dtick": 1} if fans.log else figures.value_axis(drawn)
    return Chart(
        fans.name,
        fans.heading,
        f"{unit}; {track.ensemble}",
        {"data": data, "layout": _layout(track, axis)},
        description=" ".join(
            _in_words(curve.title or fans.heading, track, curve.outcome, unit, scale)
            for curve in fans.curves
        ),
        height=280,
    )


def channels_chart(track: Track) -> Chart:
    """China's compute by channel; means, as these alone add up."""
    x = figures.days(track.dates)
    data = []
    for channel, (title, colour) in CHANNELS.items():
        mean = track.mean(f"compute_cn_{channel}")
        data.append(
            figures.line(x, mean, title, colour, width=0.8)
            | {"stackgroup": "channels", "fillcolor": token(colour, 0.55)}
        )
    return Chart(
        "channels",
        "China's installed compute by channel",
        f"H100e, means of the futures; {track.ensemble}",
        {"data": data, "layout": _layout(track, {"rangemode": "tozero"})},
        description="China's installed compute by channel, mean of the futures. "
        + " ".join(
            f"{title}: {track.mean(f'compute_cn_{channel}')[-1]:,.0f} H100e."
            for channel, (title, _) in CHANNELS.items()
        ),
        height=280,
    )


def sectors_chart(track: Track) -> Chart:
    """Adoption by sector in the present month, the two countries beside each other."""
    titles = [sector_data().sectors[sector].title for sector in SECTORS]
    data: list[dict[str, Any]] = []
    for market, (title, colour), symbol in (("us", US, "circle"), ("cn", CN, "diamond")):
        rows = np.array([track.quantiles(f"adoption_{market}_{s}")[:, -1] for s in SECTORS]) * 100
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "y": [_capital(text) for text in titles],
                "x": figures.numbers(rows[:, 2]),
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": figures.numbers(rows[:, 4] - rows[:, 2]),
                    "arrayminus": figures.numbers(rows[:, 2] - rows[:, 0]),
                    "color": token(colour, 0.6),
                    "thickness": 2,
                    "width": 0,
                },
                "marker": {"color": token(colour), "size": 9, "symbol": symbol},
                "name": title,
                "hovertemplate": "%{x:.3~g}%",
            }
        )
    layout = {
        "xaxis": {"rangemode": "tozero", "ticksuffix": "%"},
        "yaxis": {"autorange": "reversed"},
        "hovermode": "y unified",
    }
    return Chart(
        "sectors",
        f"Use of AI by sector, {track.date:%B %Y}",
        f"% of the work that AI may take on: median and 5-95%; {track.ensemble}",
        {"data": data, "layout": layout},
        description=" ".join(
            f"{_capital(title)}: {one['name']} {value}%."
            for one in data
            for title, value in zip(titles, one["x"], strict=True)
        ),
        height=300,
    )


def headline(track: Track) -> list[dict[str, str]]:
    """The figures of the present month: title, median, range."""
    shown = (
        ("gap_months", "Capability gap", "months", 1.0, 1),
        ("chip_gap_years", "Gap in chip making", "years", 1.0, 1),
        ("compute_ratio", "US over Chinese compute", "times", 1.0, 1),
        ("self_sufficiency", "Chinese design in deliveries", "%", 100.0, 0),
    )
    found = []
    for outcome, title, unit, scale, decimals in shown:
        low, _, median, _, high = track.quantiles(outcome)[:, -1] * scale
        found.append(
            {
                "title": title,
                "value": figures.written(median, decimals),
                "unit": unit,
                "range": f"{figures.written(low, decimals)} to {figures.written(high, decimals)}",
            }
        )
    return found


def charts_below(track: Track, future: int) -> Mapping[str, Callable[[], Chart]]:
    """What draws up the charts below the gap, by name, in their order."""
    panels = {fans.name: partial(panel, fans, track, future) for fans in PANELS}
    channels, sectors = partial(channels_chart, track), partial(sectors_chart, track)
    found: dict[str, Callable[[], Chart]] = {}
    for name, drawn_up in panels.items():
        found[name] = drawn_up
        if name == "compute":
            found["channels"] = channels
        if name == "adoption":
            found["sectors"] = sectors
    return found


def _layout(track: Track, axis: dict[str, Any]) -> dict[str, Any]:
    return {
        "xaxis": figures.time_axis(view_until(track.date)),
        "yaxis": axis,
        "shapes": ribbon.marks(track.levers),
    }


def _chosen(track: Track, path: Floats, future: int) -> dict[str, Any]:
    return figures.line(
        figures.days(track.dates), path, f"future {future}", "chosen", width=1.6, dash="solid"
    )


def _in_words(what: str, track: Track, outcome: str, unit: str, scale: float = 1.0) -> str:
    low, _, median, _, high = track.quantiles(outcome)[:, -1] * scale
    return (
        f"{what} in {track.date:%B %Y}: median {median:.3g} {unit}, 5 to 95% of the futures"
        f" {low:.3g} to {high:.3g}."
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
