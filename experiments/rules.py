"""The commands ``aigap rules ...``: ask the rule book directly."""

from __future__ import annotations

import sys
from datetime import date
from typing import Annotated

import typer
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from experiments import rule_questions as ask
from experiments import rule_tables as tell
from experiments.rule_questions import Answer, RuleQuestionError
from experiments.terminal import console_for, print_json
from model.instruments import Instrument
from model.specifications import Specification, known_chips

__all__ = ["RuleQuestionError", "rules_app"]

_WIDTH_IN_PIPES = 140

rules_app = typer.Typer(
    help="Ask the rule book: what may be sold to whom on a day, and under which rules.",
    rich_markup_mode=None,
)

AsPolicy = Annotated[
    str, typer.Option("--policy", metavar="NAME|FILE", help="Whose rules: a policy or YAML file.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@rules_app.command(epilog="Example: aigap rules check --chip H20 --destination CN --on 2025-04-20")
def check(
    destination: Annotated[
        str,
        typer.Option("--destination", metavar="CC", help="Two-letter country code, or RoW."),
    ] = "CN",
    on: Annotated[
        str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="Day.", show_default="today")
    ] = None,
    chip: Annotated[
        str | None, typer.Option(metavar="NAME", help="Chip, see 'aigap rules chips'.")
    ] = None,
    buyer: Annotated[str, typer.Option(metavar="NAME", help="Firm that buys.")] = "",
    tpp: Annotated[float | None, typer.Option(help="A chip of your own: its TPP.")] = None,
    performance_density: Annotated[
        float | None, typer.Option(help="Its TPP per mm2 of logic die.")
    ] = None,
    interconnect: Annotated[
        float | None, typer.Option(metavar="GB/S", help="Its links, both directions.")
    ] = None,
    memory_bandwidth: Annotated[
        float | None, typer.Option(metavar="GB/S", help="Its memory bandwidth.")
    ] = None,
    data_centre: Annotated[
        bool,
        typer.Option("--data-centre/--desktop", help="Whether it is made for data centres."),
    ] = True,
    tool: Annotated[
        str | None, typer.Option(metavar="CLASS", help="A fabrication tool instead of a chip.")
    ] = None,
    maker: Annotated[
        str | None, typer.Option(metavar="CC", help="Country of the tool's maker.")
    ] = None,
    policy: AsPolicy = "history",
    as_json: AsJson = False,
) -> None:
    """Say whether a chip or tool may be sold: free, notified, licence, fee or denied, and why.

    The instrument that decides comes first, others that bear on the sale after it.
    """
    figures = {
        "--tpp": tpp,
        "--performance-density": performance_density,
        "--interconnect": interconnect,
        "--memory-bandwidth": memory_bandwidth,
    }
    custom = ask.custom_chip(figures, data_centre=data_centre)
    if sum(one is not None for one in (chip, custom, tool)) != 1:
        raise RuleQuestionError(
            "expected one of --chip NAME, --tool CLASS with --maker CC,"
            f" or the figures of a chip of your own ({', '.join(figures)})"
        )
    if (tool is None) != (maker is None):
        raise RuleQuestionError("--tool CLASS and --maker CC go together")
    day = date.today() if on is None else ask.day_named(on)
    where = ask.destination_named(destination)
    if tool is not None and maker is not None:
        made_in = ask.country_named(maker, "maker's country")
        answer = ask.ask_about_tool(ask.tool_named(tool), made_in, where, buyer, day, policy)
    else:
        subject: Specification | None = ask.chip_named(chip) if chip is not None else custom
        assert subject is not None
        answer = ask.ask_about_chip(subject, where, buyer, day, policy)
    _warn_of_unknown_buyer(answer)
    if as_json:
        print_json(tell.answer_json(answer))
    else:
        _print_answer(answer)


@rules_app.command("list", epilog="Example: aigap rules list --issuer NL --on 2024-06-01")
def list_(
    family: Annotated[str | None, typer.Option(metavar="F", help="Only this family.")] = None,
    issuer: Annotated[str | None, typer.Option(metavar="C", help="Only this issuer.")] = None,
    on: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="Only those in force that day.")
    ] = None,
    policy: AsPolicy = "history",
    as_json: AsJson = False,
) -> None:
    """List the instruments of a policy, in order of announcement."""
    wanted_family = None if family is None else ask.family_named(family)
    wanted_issuer = None if issuer is None else ask.country_named(issuer, "issuer")
    day = None if on is None else ask.day_named(on)
    found = [
        one
        for one in ask.instruments_of(policy)
        if wanted_family in (None, one.family)
        and wanted_issuer in (None, one.issuer)
        and (day is None or one.in_force(day))
    ]
    if as_json:
        print_json(
            {
                "schema_version": tell.SCHEMA_VERSION,
                "instruments": [tell.brief_json(one) for one in found],
            }
        )
    else:
        console_for(_WIDTH_IN_PIPES).print(tell.instruments_table(found))


@rules_app.command(epilog="Example: aigap rules show us-h20-letter-2025")
def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="See 'aigap rules list'.")],
    policy: AsPolicy = "history",
    as_json: AsJson = False,
) -> None:
    """Show everything on record of an instrument, its values by date with their references."""
    instrument: Instrument = ask.instrument_named(name, ask.instruments_of(policy))
    if as_json:
        content = {"schema_version": tell.SCHEMA_VERSION} | instrument.model_dump(mode="json")
        print_json(content)
        return
    console = console_for(_WIDTH_IN_PIPES)
    console.print(f"[bold]{escape(instrument.title)}[/bold]", highlight=False)
    grid = Table.grid(padding=(0, 2))
    for label, words in tell.fields_of(instrument):
        grid.add_row(label, escape(words))
    console.print(Padding(grid, (1, 0)), highlight=False)
    if instrument.parameters:
        console.print(tell.values_table(instrument), highlight=False)


@rules_app.command(epilog="Example: aigap rules timeline --from 2025-01-01 --to 2025-12-31")
def timeline(
    first: Annotated[
        str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="First day.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day.")
    ] = None,
    policy: AsPolicy = "history",
    as_json: AsJson = False,
) -> None:
    """List by date what was announced, took effect and ended."""
    start = date.min if first is None else ask.day_named(first)
    end = date.max if last is None else ask.day_named(last)
    if end < start:
        raise RuleQuestionError(f"--to {end} lies before --from {start}")
    found = tell.turns(ask.instruments_of(policy), start, end)
    if as_json:
        print_json(
            {
                "schema_version": tell.SCHEMA_VERSION,
                "timeline": [tell.turn_json(turn) for turn in found],
            }
        )
    else:
        console_for(_WIDTH_IN_PIPES).print(tell.timeline_table(found))


@rules_app.command()
def chips(as_json: AsJson = False) -> None:
    """List the chips that the rule book knows, with the figures that rules test."""
    if as_json:
        known = [tell.chip_json(chip) for chip in known_chips().values()]
        print_json({"schema_version": tell.SCHEMA_VERSION, "chips": known})
    else:
        console_for(_WIDTH_IN_PIPES).print(tell.chips_table(known_chips()))


def _print_answer(answer: Answer) -> None:
    console = console_for(_WIDTH_IN_PIPES)
    console.print(tell.headline(answer), style="bold", highlight=False, markup=False)
    for line in tell.details(answer):
        console.print(line, highlight=False, markup=False)
    if len(answer.judgements) > 1 or answer.calls:
        console.print()
        console.print(tell.others_table(answer), highlight=False)


def _warn_of_unknown_buyer(answer: Answer) -> None:
    if not answer.known_buyer:
        hint = ask.near_buyers(answer)
        print(
            f"aigap: '{answer.buyer}' is on no list and in no record of ownership,"
            f" judged as any buyer{hint}",
            file=sys.stderr,
        )
