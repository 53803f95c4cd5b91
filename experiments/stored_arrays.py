"""Outcomes of a stored study as arrays that xarray indexes before anything is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from xarray.backends import BackendArray
from xarray.core import indexing

from agents.arrays import Floats, Ints
from experiments.manifest import Manifest, StoredShard
from experiments.store import read_columns
from experiments.study import FUTURES_PER_SHARD


class StoredOutcomeArray(BackendArray):
    """One outcome, ``(policies, futures, months)``, in the files of a study."""

    def __init__(
        self, directory: Path, manifest: Manifest, policies: Sequence[str], outcome: str
    ) -> None:
        self.directory = directory
        self.outcome = outcome
        self.policies = tuple(policies)
        self.months = manifest.study.months
        self.shards = {
            (shard.policy, shard.first_future): shard
            for shard in manifest.shards
            if shard.policy in self.policies
        }
        self.shape = (len(self.policies), manifest.study.futures, len(self.months))
        self.dtype = np.dtype(np.float64)

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._read
        )

    def _read(self, key: tuple[Any, ...]) -> Floats:
        """Values at an index along each dimension: a number, a slice or an array of numbers."""
        policies, futures, months = (
            np.arange(size)[index] for size, index in zip(self.shape, key, strict=True)
        )
        found = np.empty((policies.size, futures.size, months.size))
        for at, policy in enumerate(np.atleast_1d(policies)):
            found[at] = self._of_policy(
                self.policies[policy], np.atleast_1d(futures), np.atleast_1d(months)
            )
        return found.reshape([at.size for at in (policies, futures, months) if np.ndim(at)])

    def _of_policy(self, policy: str, futures: Ints, months: Ints) -> Floats:
        found = np.empty((futures.size, months.size))
        firsts = futures // FUTURES_PER_SHARD * FUTURES_PER_SHARD
        for first in np.unique(firsts):
            wanted = firsts == first
            values = self._of_shard(self.shards[policy, int(first)], months)
            found[wanted] = values[futures[wanted] - first]
        return found

    def _of_shard(self, shard: StoredShard, months: Ints) -> Floats:
        """The values of a shard in these months, ``(futures, months)``."""
        stored, places = np.unique(months, return_inverse=True)
        some = None if stored.size == len(self.months) else [self.months[at] for at in stored]
        table = read_columns(self.directory, shard, [self.outcome], some)
        values: Floats = table[self.outcome].to_numpy().reshape(shard.futures, -1)
        return values[:, places]


def lazy(
    directory: Path,
    manifest: Manifest,
    policies: Sequence[str],
    outcomes: Mapping[str, Mapping[str, str]],
    *,
    coordinates: Mapping[str, Any],
    attributes: Mapping[str, Any],
) -> xr.Dataset:
    """A dataset of arrays none of which is read yet; ``outcomes`` are attributes by name."""
    variables = {
        name: xr.Variable(
            tuple(coordinates),
            indexing.LazilyIndexedArray(StoredOutcomeArray(directory, manifest, policies, name)),
            dict(about),
        )
        for name, about in outcomes.items()
    }
    return xr.Dataset(variables, dict(coordinates), dict(attributes))
