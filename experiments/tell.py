"""``aigap tell``: the story of one future, year by year."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from agents.designer import Products
from experiments.ensemble_choice import ensemble as ensemble_of
from experiments.ensembles import Ensemble
from experiments.options import AsJson, EnsembleName, PolicyName
from experiments.policies import load_policy
from experiments.story import USUAL_EVENTS, Chapter, Story, chosen_future, tell
from experiments.study import LAST_MONTH, StudyError, month_within
from experiments.terminal import console_for, print_json
from model.calendar import RECORD_START, Calendar
from model.world import DEFAULT_SEED, World

_WIDTH_IN_PIPES = 100
_PRODUCTS: dict[str, Products] = {
    "recorded": "recorded",
    "versions-planned": "versions-planned",
    "planned": "planned",
}


def tell_one(
    future: Annotated[
        str,
        typer.Option(metavar="N|median|widest|narrowest", help="Which, by its gap at the end."),
    ] = "median",
    policy: PolicyName = "history",
    until: Annotated[
        str, typer.Option(metavar="YYYY-MM", help="Last month, at most 2040-12.")
    ] = "2030-12",
    futures: Annotated[
        int, typer.Option(metavar="N", min=1, max=10_000, help="Futures it is one of.")
    ] = 200,
    seed: Annotated[
        int, typer.Option(metavar="S", min=0, max=2**63 - 1, help="Seed of all luck.")
    ] = DEFAULT_SEED,
    most: Annotated[
        int, typer.Option(metavar="N", min=0, max=1000, help="Events told of each year.")
    ] = USUAL_EVENTS,
    products: Annotated[
        str,
        typer.Option(metavar="recorded|versions-planned|planned", help="Chips on sale."),
    ] = "recorded",
    ensemble: EnsembleName = "prior",
    as_json: AsJson = False,
) -> None:
    """Tell what happened in one future and why: the events that mattered most, by year."""
    month = month_within(until, RECORD_START, LAST_MONTH)
    if products not in _PRODUCTS:
        raise StudyError(f"--products: '{products}': expected {', '.join(_PRODUCTS)}")
    asked = load_policy(policy)
    chosen = ensemble_of(ensemble)
    numbers = chosen.first(futures, seed)
    world = World(asked, futures=futures, seed=seed, products=_PRODUCTS[products], numbers=numbers)
    chosen_future(world, future)  # what cannot be told is refused before anything is simulated
    world.run_to(month)
    story = tell(world, chosen_future(world, future), most=most)
    if as_json:
        print_json(story_json(story, chosen))
        return
    console = console_for(_WIDTH_IN_PIPES)
    _print(console, story, asked.title or asked.name, chosen.title)


def story_json(story: Story, ensemble: Ensemble) -> dict[str, Any]:
    """A story for a program, stable within a ``schema_version``."""
    calendar = Calendar(RECORD_START)

    def chapter(one: Chapter) -> dict[str, Any]:
        events = [
            {"on": calendar.date(event.when).isoformat()}
            | {key: value for key, value in asdict(event).items() if key != "when"}
            for event in one.told
        ]
        return {
            "year": one.year,
            "lead": one.lead,
            "events": events,
            "events_left_out": len(one.untold),
        }

    return {
        "schema_version": 1,
        "ensemble": ensemble.name,
        "policy": story.policy,
        "future": story.future,
        "futures": story.futures,
        "until": f"{story.until:%Y-%m}",
        "place": story.place,
        "chapters": [chapter(one) for one in story.chapters],
    }


def _print(console: Console, story: Story, title: str, ensemble: str) -> None:
    calendar = Calendar(RECORD_START)
    console.print(f"[bold]Future {story.future}, {escape(title)}[/bold]", highlight=False)
    said = f"{ensemble[:1].upper()}{ensemble[1:]}; {story.place}."
    console.print(said, highlight=False, markup=False)
    for chapter in story.chapters:
        console.print()
        console.print(f"[bold]{chapter.year}[/bold]", highlight=False)
        console.print(Padding(escape(chapter.lead), (0, 0, 1, 0)), highlight=False)
        grid = Table.grid(padding=(0, 2))
        grid.add_column(no_wrap=True, justify="right")
        for event in chapter.told:
            day = calendar.date(event.when)
            grid.add_row(f"{day.day} {day:%b}", escape(event.text))
        if chapter.untold:
            left = f"and {len(chapter.untold)} events of less weight (--most)"
            grid.add_row("", left)
        console.print(grid, highlight=False)
