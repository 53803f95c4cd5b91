"""``aigap league``: AI developers by their best models, and how far each trails the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any, get_args

import numpy as np
import typer
from rich.table import Table

from agents.arrays import Floats
from agents.records import Region
from experiments.comparison import MIDDLE_AND_RANGE
from experiments.ensemble_choice import lived
from experiments.options import AsJson, EnsembleName, FuturesSimulated, PolicyName
from experiments.study import LAST_MONTH, StudyError, month_within
from experiments.terminal import compact, console_for, plain_table, print_json
from model.calendar import RECORD_START
from model.league import Standings, standings

_WIDTH_IN_PIPES = 128
_HIGH_PLACES = 5
Range = tuple[float | None, float | None, float | None]


@dataclass(frozen=True, slots=True)
class Place:
    """A developer's place: 5%, 50% and 95% points over futures, shares of futures.

    Attributes:
        developer: its name.
        region: that it is of.
        behind_months: since anyone first released a model as good as its best; null where it has
            none, or that was before the record.
        behind_oom: distance to the best model, orders of magnitude of effective compute.
        rank: 1 for the best model.
        first: share of futures in which no model is better than its best.
        among_first: share in which fewer than five developers have a better one.
        best_is_open: share in which its best model has open weights.
        compute: installed, H100e.
    """

    developer: str
    region: str
    behind_months: Range
    behind_oom: Range
    rank: Range
    first: float
    among_first: float
    best_is_open: float
    compute: Range


def league_table(found: Standings, region: str = "all") -> list[Place]:
    """Places of the developers of a region, the best median first."""
    places = [
        Place(
            name,
            found.regions[row],
            _range(found.behind_months[row]),
            _range(found.behind_oom[row]),
            _range(found.rank[row].astype(float)),
            float((found.rank[row] == 1).mean()),
            float((found.rank[row] <= _HIGH_PLACES).mean()),
            float(found.has_open[row].mean()),
            _range(found.compute[row]),
        )
        for row, name in enumerate(found.names)
        if region in ("all", found.regions[row])
    ]
    return sorted(places, key=lambda place: (_or_last(place.rank), -place.first, place.developer))


def league(
    on: Annotated[str, typer.Option(metavar="YYYY-MM", help="First of which month.")] = "2025-07",
    region: Annotated[
        str, typer.Option(metavar="all|US|CN|RoW", help="Whose developers to list.")
    ] = "all",
    policy: PolicyName = "history",
    futures: FuturesSimulated = 300,
    ensemble: EnsembleName = "prior",
    as_json: AsJson = False,
) -> None:
    """Rank AI developers by their best released models, with how far each trails the best."""
    month = month_within(on, RECORD_START, LAST_MONTH)
    if region not in ("all", *get_args(Region)):
        raise StudyError(f"--region: '{region}' is not a region: expected all, US, CN or RoW")
    world, chosen = lived(policy, ensemble, futures, month)
    places = league_table(standings(world), region)
    if as_json:
        about = {"ensemble": chosen.name, "policy": policy, "futures": futures}
        print_json(about | _as_json(places, month, region))
        return
    console = console_for(_WIDTH_IN_PIPES)
    console.print(
        _table(places, f"AI developers, {month:%B %Y}, {policy}, {chosen.in_words(futures)}")
    )
    console.print(
        "Behind: months since anyone first released a model as good as its best, and orders of"
        " magnitude of effective compute to the best of all; '-' where it has none, or the record"
        " begins later. First, among first five: shares of futures. Open: share of futures in which"
        " its best model has open weights. Ranges are 5-95% of futures."
    )


def _table(places: Sequence[Place], title: str) -> Table:
    table = plain_table(title)
    table.add_column("Developer", no_wrap=True)
    table.add_column("", no_wrap=True)
    for heading in ("Rank", "Months behind", "OOM behind", "First", "Top 5", "Open", "H100e"):
        table.add_column(heading, justify="right", no_wrap=True)
    for place in places:
        table.add_row(
            place.developer,
            place.region,
            _words(place.rank, 0),
            _words(place.behind_months, 1),
            _words(place.behind_oom, 2),
            f"{place.first:.0%}",
            f"{place.among_first:.0%}",
            f"{place.best_is_open:.0%}",
            _with_range([compact(one or 0.0, "") for one in place.compute]),
        )
    return table


def _as_json(places: Sequence[Place], month: date, region: str) -> dict[str, Any]:
    """Stable within a ``schema_version``; ranges are 5%, median, 95%, null where not known."""
    return {
        "schema_version": 1,
        "on": f"{month:%Y-%m}",
        "region": region,
        "places": [asdict(place) for place in places],
    }


def _range(values: Floats) -> Range:
    """Points that are values of futures, as one without a model has no place between."""
    points = np.quantile(values, MIDDLE_AND_RANGE, method="inverted_cdf")
    low, median, high = (float(point) if np.isfinite(point) else None for point in points)
    return low, median, high


def _or_last(points: Range) -> float:
    return np.inf if points[1] is None else points[1]


def _words(points: Range, decimals: int) -> str:
    return _with_range(["-" if one is None else f"{one:.{decimals}f}" for one in points])


def _with_range(points: Sequence[str]) -> str:
    low, median, high = points
    return "-" if low == "-" else f"{median} ({low}-{high})"
