"""``aigap run``: simulate a study and store it, or finish one that was cut short."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console

from experiments.executors import RunError, available_cores, dask_cluster
from experiments.grids import axis_in_words
from experiments.progress import progress_bar
from experiments.runner import resume as resume_study
from experiments.runner import run as run_study
from experiments.runner import suitable_workers
from experiments.store import resuming
from experiments.storing import WriteError, stored_futures, unfinished, what_lies_there
from experiments.study import (
    MOST_FUTURES,
    MOST_FUTURES_TOGETHER,
    MOST_MONTHS,
    Study,
    StudyError,
)
from experiments.study_files import asked_for, load_study
from experiments.terminal import counted, say

RUN_EXAMPLES = "Example: aigap run history no-controls my-policy.yaml --futures 1000 --seed 7"
# What users know by another name than a study file does.
_OPTION = {"outcomes": "--keep", "grid": "--set"}


class InterruptedRunError(RuntimeError):
    """The user ended a study; the message says what is kept and how to go on."""


def run(
    policies: Annotated[
        list[str] | None,
        typer.Argument(metavar="POLICY", help="Names (see 'aigap policies') or YAML files."),
    ] = None,
    study_file: Annotated[
        Path | None,
        typer.Option(
            "--study",
            metavar="FILE",
            help="A study in YAML, or 'reference', in place of what follows.",
        ),
    ] = None,
    futures: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, max=MOST_FUTURES, help="Futures per policy.", show_default="1000"
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="YYYY-MM", help="Last month, at most 2040-12.", show_default="2030-12"
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(metavar="S", min=0, help="Seed of all luck.", show_default="1"),
    ] = None,
    design: Annotated[
        str | None,
        typer.Option(
            metavar="random|lhs|sobol|nominal|oat|table:FILE",
            help="How futures are spread over the uncertain parameters.",
            show_default="random",
        ),
    ] = None,
    ensemble: Annotated[
        str | None,
        typer.Option(
            metavar="prior|calibrated|FILE",
            help="Futures as drawn, or those kept by what was seen (see 'aigap calibrate').",
            show_default="prior",
        ),
    ] = None,
    grid: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="INSTRUMENT.PARAMETER=A,B,C",
            help="Try each policy with these values too; may be repeated for a grid.",
        ),
    ] = None,
    keep: Annotated[
        str | None,
        typer.Option(
            metavar="OUTCOME,...",
            help="Store only these (see 'aigap outcomes').",
            show_default="all",
        ),
    ] = None,
    every: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            max=MOST_MONTHS,
            help="Store only every Nth month, and the last.",
            show_default="1",
        ),
    ] = None,
    summaries: Annotated[
        str | None,
        typer.Option(
            metavar="POLICY",
            help="Store only summaries over futures, with differences from this policy.",
            show_default="store every future",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            metavar="W",
            min=1,
            max=10_000,
            help="Processes, here or on the cluster.",
            show_default="one per core, where it pays",
        ),
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Run on the Dask cluster with this scheduler."),
    ] = None,
    block: Annotated[
        int | None,
        typer.Option(
            metavar="B",
            min=1,
            max=MOST_FUTURES_TOGETHER,
            help="Futures simulated together; changes speed, never results.",
            show_default="what suits the study",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where to.", show_default="results/POLICIES"),
    ] = None,
    products: Annotated[
        str | None,
        typer.Option(
            metavar="recorded|versions-planned|planned",
            help="Chips on sale: recorded ones, or versions for China planned, or all planned.",
            show_default="recorded",
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a study that lies in DIR.")
    ] = False,
    resumed: Annotated[
        Path | None,
        typer.Option(
            "--resume",
            metavar="DIR",
            help="Finish the study that was cut short in DIR; redo what is corrupt in it.",
        ),
    ] = None,
) -> None:
    """Simulate policies over many futures and store the results in DIR."""
    asked: dict[str, object] = {
        "policies": policies,
        "grid": dict(axis_in_words(text) for text in grid) if grid else None,
        "design": design,
        "ensemble": ensemble,
        "futures": futures,
        "until": until,
        "seed": seed,
        "products": products,
        "outcomes": keep.split(",") if keep is not None else None,
        "every": every,
        "summaries": summaries,
    }
    if resumed is None:
        study = _study(study_file, asked)
        directory = out or Path("results") / _folder_name(study)
        stored = 0
        work: Callable[..., bool] = partial(run_study, study, directory, overwrite=overwrite)
    else:
        _refuse_beside_resume(asked | {"study": study_file, "out": out, "overwrite": overwrite})
        directory = resumed
        begun, entered = what_lies_there(directory)
        study, stored = begun.study, stored_futures(begun.study, entered)
        work = partial(resume_study, directory)
    try:
        with _hands(study, workers, dask) as (executor, count):
            hands = partial(work, workers=count, executor=executor, block=block)
            _carry_out(study, directory, hands, _total(study) - stored)
    except KeyboardInterrupt:
        kept = _kept(directory) or "nothing was stored"
        raise InterruptedRunError(f"interrupted; {kept}") from None
    except (RunError, WriteError) as error:
        kept = _kept(directory)
        raise type(error)(f"{error}; {kept}" if kept else str(error)) from None


def _carry_out(study: Study, directory: Path, work: Callable[..., bool], total: int) -> None:
    """Do the work with a progress bar, and say in a line what was done."""
    done, start = 0, perf_counter()
    title = counted(len(study.policies), "policy", "policies")
    with progress_bar(title, total, Console(stderr=True)) as show:

        def advance(futures: int) -> None:
            nonlocal done
            done += futures
            show(futures)

        fresh = work(advance=advance)
    if not fresh:
        say(f"{directory} holds this very study, finished; nothing to do")
        return
    seconds = perf_counter() - start
    say(
        f"{title} x {counted(study.futures, 'future', 'futures')} to {study.until:%Y-%m}"
        f" in {seconds:.1f} s ({done / seconds:,.0f} futures/s): {directory}"
    )


@contextmanager
def _hands(
    study: Study, workers: int | None, dask: str | None
) -> Iterator[tuple[Executor | None, int]]:
    """Who does the work: an executor, or none for processes of this machine; and how many."""
    if dask is None:
        yield None, workers or suitable_workers(study, available_cores())
    else:
        logging.disable(logging.CRITICAL)  # what goes wrong is told once, in a line
        with dask_cluster(dask, workers) as cluster:
            yield cluster


def _study(file: Path | None, asked: dict[str, object]) -> Study:
    given = [name for name, value in asked.items() if value is not None]
    if file is None:
        if not asked["policies"]:
            raise StudyError("expected a POLICY or more, --study FILE or --resume DIR")
        return asked_for(**asked)
    if given:
        name = _OPTION.get(given[0], given[0])
        raise StudyError(f"--study says all of a study: expected no {name} beside it")
    return load_study(file)


def _refuse_beside_resume(asked: dict[str, object]) -> None:
    for name, value in asked.items():
        if value is not None and value is not False:
            known = _OPTION.get(name, name)
            raise StudyError(f"--resume finishes the study as it is: expected no {known} beside it")


def _kept(directory: Path) -> str:
    """What is there of a study cut short, and how to finish it; empty if nothing is."""
    found = unfinished(directory)
    if found is None:
        return ""
    study, stored = found
    return f"{stored:,} of {_total(study):,} futures are kept: finish with {resuming(directory)}"


def _total(study: Study) -> int:
    return len(study.policies) * study.futures


def _folder_name(study: Study) -> str:
    first, *others = (policy.name for policy in study.policies)
    return "+".join([first, *others]) if len(others) < 4 else f"{first}+{len(others)}-others"
