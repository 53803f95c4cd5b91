"""The charts and tables of the page of stored studies."""

from __future__ import annotations

from typing import Any

from experiments.comparison import Row
from experiments.discovery import Box, Discovery
from experiments.drivers import Drivers
from experiments.terminal import compact
from model.loading import parameter_quantities
from viz.chart import Chart
from viz.comparison_charts import (
    change_in_words,
    changes_chart,
    level_in_words,
    levels_chart,
    title_of,
)
from viz.stored_studies import Examined
from viz.theme import token

MOST_DRIVERS = 10


def over_time(found: Examined) -> tuple[Chart, Chart]:
    """The outcome by policy, and what each policy changes."""
    only_one = "The study holds one policy only: there is nothing to compare it with."
    return (
        levels_chart(found.series, found.outcome, found.ensemble, found.until),
        changes_chart(found.series, found.outcome, found.ensemble, found.until, empty=only_one),
    )


def table(found: Examined) -> list[dict[str, Any]]:
    """Outcomes of the month compared: each policy's level and change."""
    rows: dict[str, list[Row]] = {}
    for row in found.comparison.rows:
        rows.setdefault(row.outcome.name, []).append(row)
    return [
        {
            "name": name,
            "title": title_of(group[0].outcome),
            "unit": group[0].outcome.unit,
            "levels": [level_in_words(row.level, row.outcome) for row in group],
            "changes": [
                change_in_words(row.difference, row.outcome)
                for row in group
                if row.difference is not None
            ],
        }
        for name, group in rows.items()
    ]


def drivers_chart(found: Examined, policy: str) -> Chart:
    """What the outcome, or a policy's change of it, hangs on: the strongest rank correlations."""
    ranked = found.drivers.get(policy)
    baseline = found.comparison.baseline
    what = title_of(found.outcome)
    whose = found.titles[policy]
    heading = (
        f"What it hangs on: {what}, {whose}"
        if policy == baseline
        else f"What it hangs on: change of {what[:1].lower() + what[1:]}, {whose}"
    )
    unit = f"rank correlation with each uncertain parameter, 95% interval; {found.ensemble}"
    if ranked is None:
        reason = found.undriven or "nothing can be ranked: too few futures, or no difference"
        reason = f"{reason[:1].upper()}{reason[1:]}."
        return Chart("drivers", heading, unit, {"data": [], "layout": {}}, empty=reason, height=90)
    shown = ranked.ranked[:MOST_DRIVERS]
    return Chart(
        "drivers",
        heading,
        unit,
        {"data": [_bars(ranked)], "layout": _driver_layout(ranked)},
        description=" ".join(
            f"{driver.name.replace('_', ' ')}: {driver.correlation:+.2f}." for driver in shown
        ),
        note="Beyond the dotted lines lies what chance alone would hardly give the strongest.",
        height=60 + 28 * len(shown),
    )


def boxes_in_words(found: Discovery) -> list[dict[str, Any]]:
    """Boxes of parameters in which futures gather."""
    return [_box(number, box) for number, box in enumerate(found.boxes, start=1)]


def _box(number: int, box: Box) -> dict[str, Any]:
    quantities = parameter_quantities()
    density = box.held_out.density
    return {
        "title": f"Box {number}",
        "fit": f"holds {box.held_out.coverage:.0%} of such futures; of its own futures,"
        f" {'an unknown share' if density is None else f'{density:.0%}'} are such"
        " (in the half of the futures that it was not found in)",
        "limits": [
            {
                "parameter": limit.parameter.replace("_", " "),
                "low": "any" if limit.low is None else compact(limit.low, unit),
                "high": "any" if limit.high is None else compact(limit.high, unit),
                "unit": unit,
            }
            for limit in box.limits
            for unit in (quantities[limit.parameter].unit,)
        ],
    }


def _bars(ranked: Drivers) -> dict[str, Any]:
    shown = ranked.ranked[:MOST_DRIVERS]
    return {
        "type": "bar",
        "orientation": "h",
        "y": [driver.name.replace("_", " ") for driver in shown],
        "x": [round(driver.correlation, 3) for driver in shown],
        "marker": {
            "color": [token("policy-1" if d.correlation > 0 else "policy-2") for d in shown],
        },
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [round(driver.high - driver.correlation, 3) for driver in shown],
            "arrayminus": [round(driver.correlation - driver.low, 3) for driver in shown],
            "color": token("ink-2"),
            "thickness": 1.2,
        },
        "name": "rank correlation",
        "showlegend": False,
        "hovertemplate": "%{x:+.2f}<extra></extra>",
    }


def _driver_layout(ranked: Drivers) -> dict[str, Any]:
    lines = [
        {
            "type": "line",
            "xref": "x",
            "yref": "paper",
            "x0": side * ranked.by_chance,
            "x1": side * ranked.by_chance,
            "y0": 0,
            "y1": 1,
            "line": {"color": token("ink-3"), "width": 1.2, "dash": "dot"},
        }
        for side in (-1, 1)
    ]
    return {
        "xaxis": {"range": [-1, 1], "zeroline": True},
        "yaxis": {"autorange": "reversed"},
        "shapes": lines,
        "hovermode": "closest",
        "bargap": 0.35,
    }
