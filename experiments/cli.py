"""The command line: ``aigap``.

Whatever a user gets wrong is answered by one line on stderr and exit code 2.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from experiments.analysis_extra import AnalysisError, MissingExtraError
from experiments.bench import bench
from experiments.calibrate import calibrate
from experiments.calibration import CalibrationError
from experiments.compare import compare
from experiments.comparison import ComparisonError
from experiments.data_command import data
from experiments.designs import DesignError
from experiments.discover import discover
from experiments.ensembles import EnsembleError
from experiments.executors import ClusterError, RunError
from experiments.explain import explain
from experiments.figure_files import FigureError, require_drawable
from experiments.findings_command import findings
from experiments.findings_material import FindingsError
from experiments.hindcast import hindcast
from experiments.installed import installed
from experiments.league import league
from experiments.manifest import Manifest, origin
from experiments.policies import library
from experiments.policy_commands import policy_app
from experiments.report_material import ReportError
from experiments.robust import robust
from experiments.rules import RuleQuestionError, rules_app
from experiments.run_command import RUN_EXAMPLES, InterruptedRunError, run
from experiments.sensitivity import sensitivity
from experiments.store import StoreError, known_names, load, read_manifest, require_futures
from experiments.study import StudyError
from experiments.study_commands import study_app
from experiments.supply_record import supply
from experiments.tables import outcomes_table, policies_table
from experiments.tell import tell_one
from experiments.terminal import console_for, say
from model.loading import DataError
from model.observations import observations
from model.outcomes import OUTCOMES
from model.policy import PolicyError
from model.record import UnknownOutcomeError

FAULTS = (
    PolicyError,
    DataError,
    DesignError,
    EnsembleError,
    CalibrationError,
    StudyError,
    StoreError,
    ClusterError,
    ComparisonError,
    FigureError,
    ReportError,
    FindingsError,
    MissingExtraError,
    AnalysisError,
    RuleQuestionError,
)
BAD_INPUT, FAILED, INTERRUPTED = 2, 1, 130
_WIDTH_IN_PIPES = 120

app = typer.Typer(
    help="What does a policy do to the AI-capability gap between the United States and China?",
    epilog="Example: aigap run history no-controls --futures 1000 --out results/first;"
    " aigap compare results/first",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(policy_app, name="policy")
app.add_typer(study_app, name="study")
app.add_typer(rules_app, name="rules")

Directory = Annotated[Path, typer.Argument(metavar="DIR", help="Directory of a finished study.")]
Baseline = Annotated[str, typer.Option(metavar="POLICY", help="What the others are compared with.")]


@app.command(epilog="Example: aigap plot results/first --out gap.svg")
def plot(
    directory: Directory,
    baseline: Baseline = "history",
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="Figure to write, .png or .svg.")
    ] = Path("gap.png"),
) -> None:
    """Draw the gaps of a study, and what each policy changes, into FILE."""
    from experiments.figures import CHIP_GAP, GAP, plot_study  # noqa: PLC0415 - Matplotlib takes long to load

    require_drawable(out)
    manifest = read_manifest(directory)
    require_futures(manifest, directory)
    _require_baseline(manifest, baseline, directory)
    drawn = known_names([GAP, CHIP_GAP], list(manifest.by_name), "outcome", directory)
    outcomes = {name: manifest.outcome(name) for name in drawn}
    companions = [entry.censored_by for entry in outcomes.values() if entry.censored_by]
    plot_study(
        load(directory, [*outcomes, *companions]),
        outcomes,
        {policy.name: policy.title or policy.name for policy in manifest.study.policies},
        baseline,
        observations(),
        out,
        ensemble=manifest.study.ensemble_in_words,
        source=f"Source: aigap, seed {manifest.study.seed}, model {_short_version(manifest)};"
        " observations as cited in model/data/observations.yaml.",
    )


@app.command()
def policies() -> None:
    """List the policies that ship with aigap, and the question each asks."""
    console_for(_WIDTH_IN_PIPES).print(policies_table(library().values()))


@app.command()
def outcomes() -> None:
    """List the outcomes, with their units, definitions and sources."""
    console_for(_WIDTH_IN_PIPES).print(outcomes_table(OUTCOMES.values()))


app.command(epilog="Example: aigap data parameters.yaml")(data)
app.command(epilog="Example: aigap bench --until 2026-01")(bench)
app.command(epilog=RUN_EXAMPLES)(run)
app.command(epilog="Example: aigap compare results/first --on 2028-06 --html report.html")(compare)
app.command(epilog="Example: aigap sensitivity --policy no-controls --baseline history")(
    sensitivity
)
app.command(epilog="Example: aigap discover results/first --policy no-controls --fails-below 6")(
    discover
)
app.command(epilog="Example: aigap robust results/first --better high --standard 9")(robust)
app.command(
    epilog="Example: aigap findings results/findings --prior results/findings-prior --out page.md"
)(findings)
app.command(epilog="Example: aigap hindcast --futures 1000 --figure card.png")(hindcast)
app.command(epilog="Example: aigap calibrate --until 2024-12 --out mine.csv --figure mine.png")(
    calibrate
)
app.command(epilog="Example: aigap supply --futures 1000 --json")(supply)
app.command(epilog="Example: aigap explain --from 2023-07 --to 2025-07 --figure why.png")(explain)
app.command(epilog="Example: aigap league --on 2025-07 --region CN")(league)
app.command(epilog="Example: aigap installed --on 2025-01 --by channel --policy no-controls")(
    installed
)


app.command("tell", epilog="Example: aigap tell --future widest --policy no-controls")(tell_one)


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
) -> None:
    if version:
        print(f"aigap {origin().versions['aigap'] or 'unknown (not installed)'}")
        raise typer.Exit


def status(arguments: Sequence[str]) -> int:
    """Carry out a command line and return its exit code."""
    command = typer.main.get_command(app)
    try:
        code = command.main(list(arguments) or ["--help"], prog_name="aigap", standalone_mode=False)
    except TyperException as error:
        return _refuse(error.format_message(), BAD_INPUT)
    except FAULTS as error:
        return _refuse(str(error), BAD_INPUT)
    except (RunError, UnknownOutcomeError) as error:
        return _refuse(str(error), FAILED)
    except InterruptedRunError as error:
        return _refuse(str(error), INTERRUPTED)
    except KeyboardInterrupt:
        code = INTERRUPTED
    if code == INTERRUPTED:
        return _refuse("interrupted; nothing half-written was left", INTERRUPTED)
    return code if isinstance(code, int) else 0


def main() -> None:
    """The console command."""
    sys.exit(status(sys.argv[1:]))


def _require_baseline(manifest: Manifest, baseline: str, directory: Path) -> None:
    stored = [policy.name for policy in manifest.study.policies]
    known_names([baseline], stored, "policy", directory)


def _short_version(manifest: Manifest) -> str:
    return manifest.origin.model_sha256[:10]


def _refuse(message: str, code: int) -> int:
    say(" ".join(message.split()))
    return code


if __name__ == "__main__":
    main()
