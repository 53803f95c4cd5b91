"""A stored study as an xarray dataset, of which only what is looked at is read."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.manifest import Manifest
from experiments.store import StoreError, known_names, read_manifest, require_futures

if TYPE_CHECKING:
    from xarray import Dataset

DIMENSIONS = ("policy", "future", "date")


def load_dataset(
    directory: Path | str,
    outcomes: Sequence[str] | None = None,
    policies: Sequence[str] | None = None,
) -> Dataset:
    """The results of a finished study as a dataset with the dimensions policy, future and date.

    Opening reads the manifest alone, however many futures there are.  Values are read when they
    are needed: of the files, those of the policies and futures selected, and of these the column
    of the outcome, whose pages are held against their checksums.  ``chunk`` puts Dask on top.

    Args:
        directory: of the study.
        outcomes: names of those wanted; all by default.
        policies: names of those wanted; all by default.

    Returns:
        A variable for each outcome, with ``units``, ``definition``, ``source`` and, where it has
        one, ``censored_by`` in its attributes; censored values are missing (NaN).

    Raises:
        StoreError: if there is no such study or name, or xarray is not installed.
    """
    if find_spec("xarray") is None:
        raise StoreError("load_dataset needs xarray: pip install 'aigap[xarray]'")
    from experiments.stored_arrays import lazy  # noqa: PLC0415 - an optional extra

    directory = Path(directory)
    manifest = read_manifest(directory)
    require_futures(manifest, directory)
    study = manifest.study
    names = known_names(outcomes, list(manifest.by_name), "outcome", directory)
    stored = [policy.name for policy in study.policies]
    wanted = known_names(policies, stored, "policy", directory)
    return lazy(
        directory,
        manifest,
        wanted,
        {name: _attributes(manifest, name) for name in names},
        coordinates={
            "policy": wanted,
            "future": np.arange(study.futures, dtype=np.int32),
            "date": np.array(study.months, dtype="datetime64[ns]"),
        },
        attributes={
            "title": f"aigap study {directory.name}",
            "seed": study.seed,
            "design": study.design.name,
            "model_sha256": manifest.origin.model_sha256,
        },
    )


def _attributes(manifest: Manifest, name: str) -> dict[str, str]:
    outcome = manifest.outcome(name)
    found = {
        "units": outcome.unit,
        "definition": outcome.definition,
        "source": outcome.source,
        "censored_by": outcome.censored_by,
    }
    return {key: value for key, value in found.items() if value is not None}
