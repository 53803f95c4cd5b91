"""Every ``aigap`` command line that a page of the documentation quotes is one that exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.exceptions import TyperException

from viz.command_line import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^ *```(?:console|sh)\n(.*?)^ *```", re.M | re.S)
INLINE = re.compile(r"`(aigap [^`\n]+)`")
# What stands for something that the reader fills in, and what only names part of a command.
GAPS = re.compile(r"\.\.\.|\[|\bA,B\b")


def quoted(page: Path) -> list[str]:
    """The command lines of a page, those in running text included."""
    text = page.read_text(encoding="utf-8")
    blocks = "".join(FENCE.findall(text)).replace("\\\n", " ")
    lines = [line.strip() for line in blocks.splitlines()]
    lines += [line for line in INLINE.findall(text) if not GAPS.search(line)]
    commands = [part.strip() for line in lines for part in re.split(r"&& | \| | > |; ", line)]
    return [command for command in commands if re.match(r"aigap ", command)]


COMMANDS = [(page.name, command) for page in PAGES for command in quoted(page)]


def refusal(command: str) -> str:
    """Why a command line cannot be carried out, found without carrying it out."""
    arguments = shlex.split(command, comments=True)[1:]
    node = typer.main.get_command(app)
    while arguments and hasattr(node, "commands"):
        name, *arguments = arguments
        if name not in node.commands:
            return f"there is no command '{name}'"
        node = node.commands[name]
    try:
        # In running text a command may be named without what it needs.
        node.make_context("aigap", list(arguments), resilient_parsing=not arguments)
    except TyperException as error:
        return error.format_message()
    return ""


def test_pages_quote_commands():
    assert len(COMMANDS) > 60
    assert ("README.md", "aigap outcomes            # every outcome: unit, definition, source") in (
        COMMANDS
    )


@pytest.mark.parametrize(("page", "command"), COMMANDS, ids=lambda value: value[:60])
def test_a_quoted_command_parses(page: str, command: str):
    assert refusal(command) == ""


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("aigap compair results/mine", "no command"),
        ("aigap compare results/mine --basline history", "--basline"),
        ("aigap policy shew no-controls", "no command"),
        ("aigap run history --futures many", "--futures"),
    ],
)
def test_a_command_that_is_gone_is_found(command: str, why: str):
    assert why in refusal(command)
