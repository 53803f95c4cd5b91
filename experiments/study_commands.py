"""``aigap study``: check a study file before it is run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.drafting import json_schema
from experiments.study import Study
from experiments.study_files import StudyFile, load_study

study_app = typer.Typer(
    help="Check a study file before it is run; print the schema of such files.",
    rich_markup_mode=None,
)


@study_app.command("check", epilog="Example: aigap study check study.yaml")
def check(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A study in YAML.")],
) -> None:
    """Say whether a study can be run, and what it comes to."""
    study = load_study(path)
    names = ", ".join(policy.name for policy in study.policies)
    print(
        f"{path}: can be run: {len(study.policies)} policies ({names})"
        f" x {study.futures:,} futures, design {study.design.name}{_fixed(study)},"
        f" seed {study.seed},"
        f" to {study.until:%Y-%m}"
    )


def _fixed(study: Study) -> str:
    """Parameters that do not follow the design, in words."""
    if not study.fixed:
        return ""
    values = ", ".join(f"{name} = {value:g}" for name, value in study.fixed.items())
    return f" with {values}"


@study_app.command("schema", epilog="Example: aigap study schema > study.schema.json")
def schema() -> None:
    """Print the JSON Schema of study files, for editors."""
    print(json_schema(StudyFile, "Study of aigap"), end="")
