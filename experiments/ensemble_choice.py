"""The ensemble that a user asks for by name, known to be one of the model at hand.

A number of a future means a future only with the model that it was weighed under.  A list is taken
as it is where the model's text is the one that made it.  Where it is not, what was seen and what is
forgiven must still be the same, and the first futures of the list are lived again to the month
that they were weighed at: a change of comments, or of what comes later, leaves them as they were;
any other makes the list one of other futures, and it is refused.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from experiments.ensembles import PRIOR, SHIPPED, Ensemble, EnsembleError, Head, read_ensemble
from experiments.manifest import origin
from experiments.policies import load_policy
from experiments.prior_readings import checked_again, digest_of
from model.calendar import parse_year_month
from model.evidence import evidence, known_by, month_after
from model.world import DEFAULT_SEED, World


def ensemble(text: str, folder: Path = Path()) -> Ensemble:
    """The ensemble that a user asks for: ``prior``, ``calibrated`` (the one that ships) or a file.

    Args:
        text: what is asked for.
        folder: where the path of a file begins.

    Raises:
        EnsembleError: in one line, if there is none such or it is one of another model.
    """
    if text == "prior":
        return PRIOR
    if text == "calibrated":
        return _current(SHIPPED, None)
    if Path(text).suffix == ".csv":
        path = folder / text
        return _current(path, str(path))
    raise EnsembleError(
        f"no ensemble is called '{text}': expected prior, calibrated, or a .csv file of"
        " 'aigap calibrate --out'"
    )


def lived(policy: str, name: str, futures: int, until: date) -> tuple[World, Ensemble]:
    """The first futures of an ensemble, lived under a policy to a month; and the ensemble.

    Args:
        policy: a name of the library or a YAML file.
        name: of the ensemble, as for ``ensemble``.
        futures: how many.
        until: first of the month.

    Raises:
        EnsembleError, PolicyError, DataError: in one line, if there is none such.
    """
    chosen = ensemble(name)
    numbers = chosen.first(futures, DEFAULT_SEED)
    world = World(load_policy(policy), futures=futures, seed=DEFAULT_SEED, numbers=numbers)
    world.run_to(until)
    return world, chosen


def why_stale(path: Path) -> str:
    """What keeps a list from being one of the model at hand, in words; empty if nothing does.

    Raises:
        EnsembleError: if it cannot be read.
    """
    _, head, numbers = read_ensemble(path, None)
    if head.model_sha256 == origin().model_sha256:
        return ""
    if head.evidence_sha256 != _evidence_digest(head):
        return "what was seen, or what is forgiven, has changed since"
    if not checked_again(head, numbers):
        return "the model has changed since, and its numbers now mean other futures"
    return ""


@lru_cache(maxsize=4)
def _current(path: Path, file: str | None) -> Ensemble:
    named, _, _ = read_ensemble(path, file)
    why = why_stale(path)
    if why:
        remedy = "make calibrate" if file is None else "aigap calibrate --out " + str(path)
        raise EnsembleError(f"{path}: {why}; calibrate again with: {remedy}")
    return named


def _evidence_digest(head: Head) -> str:
    return digest_of(known_by(evidence(), month_after(parse_year_month(head.until))))
