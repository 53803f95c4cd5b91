"""``aigap installed``: whose accelerators stand where, which they are and how they came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Literal, cast, get_args

import numpy as np
import typer
from rich.table import Table

from agents.arrays import Floats, total
from agents.records import Region
from experiments.comparison import MIDDLE_AND_RANGE
from experiments.ensemble_choice import lived
from experiments.options import AsJson, EnsembleName, FuturesSimulated, PolicyName
from experiments.study import LAST_MONTH, StudyError, month_within
from experiments.terminal import console_for, plain_table, print_json
from model.calendar import RECORD_START
from model.installed_base import Kind
from model.world import World

By = Literal["chip", "owner", "channel", "chip-and-channel"]
_WIDTH_IN_PIPES = 100
_NOTE = (
    "Medians of futures, and their 5% to 95% points; share: the median of shares of H100e."
    " Medians need not add up. What stood there before 2022 is not counted."
)


@dataclass(frozen=True, slots=True)
class Holding:
    """A part of a region's installed accelerators: medians and 5-95% ranges over futures.

    Attributes:
        what: the chip, owner, channel, or chip and channel.
        units: accelerators in use.
        compute: the same in H100 equivalents.
        share: median share of the region's compute that came since the start.
    """

    what: str
    units: tuple[float, float, float]
    compute: tuple[float, float, float]
    share: float


def holdings(world: World, region: Region, by: By) -> list[Holding]:
    """What stands in a region of what came since January 2022, largest median first.

    Args:
        world: lived to the day asked about.
        region: whose developers.
        by: how to divide it.
    """
    base = world.chip_market.installed_base
    rating = world.ratings()
    units: defaultdict[str, list[Floats]] = defaultdict(list)
    compute: defaultdict[str, list[Floats]] = defaultdict(list)
    for kind in base.kinds:
        if kind.region == region:
            standing = base.standing_of(kind, world.time)
            units[_named(kind, by)].append(standing)
            compute[_named(kind, by)].append(standing * rating[kind.chip])
    everything = total(np.zeros(world.futures) + row for rows in compute.values() for row in rows)
    found = [
        Holding(
            what,
            _range(total(units[what])),
            _range(total(compute[what])),
            float(np.median(total(compute[what]) / np.maximum(everything, 1.0))),
        )
        for what in units
    ]
    return sorted(found, key=lambda holding: (-holding.compute[1], holding.what))


def installed(
    on: Annotated[str, typer.Option(metavar="YYYY-MM", help="First of which month.")] = "2026-01",
    region: Annotated[str, typer.Option(metavar="US|CN|RoW", help="Whose developers.")] = "CN",
    by: Annotated[
        str, typer.Option(metavar="|".join(get_args(By)), help="How to divide it.")
    ] = "chip-and-channel",
    policy: PolicyName = "history",
    futures: FuturesSimulated = 300,
    ensemble: EnsembleName = "prior",
    as_json: AsJson = False,
) -> None:
    """Say which accelerators that came since 2022 stand in a region, whose, and by which way."""
    month = month_within(on, RECORD_START, LAST_MONTH)
    where, division = _region(region), _division(by)
    world, chosen = lived(policy, ensemble, futures, month)
    found = holdings(world, where, division)
    if as_json:
        about = {"ensemble": chosen.name}
        print_json(about | _as_json(found, month, region, by, policy, futures))
        return
    title = (
        f"Accelerators of {region} developers that came since January 2022, {month:%B %Y},"
        f" {policy}, {chosen.in_words(futures)}"
    )
    console = console_for(_WIDTH_IN_PIPES)
    console.print(_table(found, title))
    console.print(_NOTE, highlight=False)


def _table(found: Sequence[Holding], title: str) -> Table:
    table = plain_table(title)
    table.add_column("What", no_wrap=True)
    for heading in ("Units", "5% to 95%", "H100e", "5% to 95%", "Share"):
        table.add_column(heading, justify="right", no_wrap=True)
    for holding in found:
        if holding.compute[2] > 0.0:
            units, compute = holding.units, holding.compute
            table.add_row(
                holding.what,
                f"{units[1]:,.0f}",
                f"{units[0]:,.0f} to {units[2]:,.0f}",
                f"{compute[1]:,.0f}",
                f"{compute[0]:,.0f} to {compute[2]:,.0f}",
                f"{holding.share:.0%}",
            )
    return table


def _as_json(
    found: Sequence[Holding], month: date, region: str, by: str, policy: str, futures: int
) -> dict[str, object]:
    """Stable within a ``schema_version``; ranges are 5%, median, 95%."""
    return {
        "schema_version": 1,
        "on": f"{month:%Y-%m}",
        "region": region,
        "by": by,
        "policy": policy,
        "futures": futures,
        "holdings": [asdict(holding) for holding in found],
    }


def _region(text: str) -> Region:
    for region in get_args(Region):
        if text == region:
            return cast("Region", region)
    raise StudyError(f"--region: '{text}' is not a region: expected US, CN or RoW")


def _division(text: str) -> By:
    for by in get_args(By):
        if text == by:
            return cast("By", by)
    raise StudyError(f"--by: '{text}' is no division: expected {', '.join(get_args(By))}")


def _named(kind: Kind, by: By) -> str:
    if by == "chip-and-channel":
        return f"{kind.chip}, {kind.channel}"
    return {"chip": kind.chip, "owner": kind.owner, "channel": kind.channel}[by]


def _range(values: Floats) -> tuple[float, float, float]:
    low, median, high = np.quantile(values, MIDDLE_AND_RANGE)
    return float(low), float(median), float(high)
