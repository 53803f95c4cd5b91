"""``aigap policy``: look at one policy, check a file, begin a new one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.padding import Padding

from experiments.drafting import json_schema, write_template
from experiments.policies import PolicyFile, load_policy
from experiments.tables import changes_table, course_in_words, courses_of
from experiments.terminal import console_for
from model.instruments import ON_RECORD_ONLY, Instrument
from model.loading import recorded_instruments
from model.policy import Policy
from model.reviews import combinations_of_stances

_WIDTH_IN_PIPES = 120

policy_app = typer.Typer(
    help="Look at one policy, check a file, begin a new one.", rich_markup_mode=None
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="A name, or a YAML file.")]


@policy_app.command("show", epilog="Example: aigap policy show no-controls")
def show(name: Name) -> None:
    """Say what a policy asks, what it does, and to which instruments."""
    policy = load_policy(name)
    console = console_for(_WIDTH_IN_PIPES)
    console.print(f"[bold]{escape(policy.title or policy.name)}[/bold] ({policy.name})")
    for text in (policy.question, policy.description):
        if text:
            console.print(Padding(escape(text), (1, 0, 0, 0)), highlight=False)
    console.print()
    if policy.changes:
        console.print(changes_table(policy, recorded_instruments()))
    elif not policy.adaptive:
        console.print("Changes nothing.")
    for course, stance in courses_of(policy):
        console.print(course_in_words(course, stance), highlight=False)
        console.print(changes_table(policy, recorded_instruments(), {course.government: stance}))


@policy_app.command("check", epilog="Example: aigap policy check mine.yaml")
def check(
    names: Annotated[list[str], typer.Argument(metavar="FILE", help="YAML files, or names.")],
) -> None:
    """Say whether policies can be run, and how many instruments they change."""
    for name in names:
        print(f"{name}: {_verdict(load_policy(name))}")


@policy_app.command("new", epilog="Example: aigap policy new mine.yaml")
def new(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="What to write; ends in .yaml.")],
) -> None:
    """Write a commented policy to start from; a file that is there stays as it is."""
    write_template(path)
    print(f"{path}: edit it, then: aigap policy check {path}")


@policy_app.command("schema", epilog="Example: aigap policy schema > policy.schema.json")
def schema() -> None:
    """Print the JSON Schema of policy files, for editors."""
    print(json_schema(PolicyFile, "Policy of aigap"), end="")


def _verdict(policy: Policy) -> str:
    """What a policy that can be run comes to, in a line."""
    recorded = recorded_instruments()
    before = {one.id: one for one in recorded}
    touched: dict[str, Instrument] = {}
    for stances in combinations_of_stances(policy):
        after = {one.id: one for one in policy.amend(recorded, stances)}
        both = {**before, **after}
        touched |= {name: both[name] for name in both if before.get(name) != after.get(name)}
    if not touched:
        return "can be run; it changes nothing, as recorded history does"
    idle = [name for name, one in touched.items() if isinstance(one, ON_RECORD_ONLY)]
    count = f"{len(touched)} instrument{'s' if len(touched) > 1 else ''}"
    if not idle:
        return f"can be run; it changes {count}"
    return f"can be run; it changes {count}, {len(idle)} on record only ({', '.join(idle)})"
