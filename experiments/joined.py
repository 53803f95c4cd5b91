"""Several stored studies read as one, so that their policies can be compared future by future."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from experiments.ensembles import Ensemble
from experiments.manifest import Manifest, StoredOutcome, origin
from experiments.store import StoreError, known_names, load, read_manifest
from experiments.study import month_within
from model.calendar import RECORD_START
from model.policy import Policy

# What must be the same for future i of one study to be future i of the other.
_SHARED = ("ensemble", "futures", "seed", "design", "products")
_PLURAL = {"futures", "products"}


@dataclass(frozen=True, slots=True)
class Joined:
    """Studies whose futures are the same ones, each policy taken from the first that has it."""

    directories: tuple[Path, ...]
    manifests: tuple[Manifest, ...]
    holders: dict[str, int]

    @property
    def manifest(self) -> Manifest:
        """That of the first study, which speaks for what they share."""
        return self.manifests[0]

    @property
    def name(self) -> str:
        """The directories, as messages name them."""
        return ", ".join(str(directory) for directory in self.directories)

    @property
    def until(self) -> date:
        """The last month that all have."""
        return min(manifest.study.until for manifest in self.manifests)

    def month(self, text: str | None) -> date:
        """The month that ``YYYY-MM`` names, the last one if nothing does.

        Raises:
            StudyError: if it names none that all have lived.
        """
        return self.until if text is None else month_within(text, RECORD_START, self.until)

    @property
    def policies(self) -> dict[str, Policy]:
        """The policies by name, in order."""
        found = {}
        for name, number in self.holders.items():
            study = self.manifests[number].study
            found[name] = next(policy for policy in study.policies if policy.name == name)
        return found

    @property
    def of_this_model(self) -> bool:
        """Whether the model is still the one that made the results."""
        return self.manifest.origin.model_sha256 == origin().model_sha256

    def outcomes(self, names: Sequence[str] | None = None) -> list[StoredOutcome]:
        """Stored outcomes by name, in the registry's order by default.

        Raises:
            StoreError: with a suggestion, if one is not stored.
        """
        stored = self.manifest.by_name
        return [stored[name] for name in known_names(names, list(stored), "outcome", self.name)]

    def require_policy(self, *names: str) -> None:
        """Make sure that policies are there.

        Raises:
            StoreError: with a suggestion, if one is not.
        """
        known_names(names, list(self.holders), "policy", self.name)

    def load(self, outcomes: Sequence[StoredOutcome], *, on: date | None = None) -> pd.DataFrame:
        """Results of all policies, as ``experiments.load`` gives them, up to the shared month.

        The companions that say why a value is missing come with their outcomes.
        """
        companions = [out.censored_by for out in outcomes if out.censored_by]
        names = list(dict.fromkeys([*(out.name for out in outcomes), *companions]))
        frames = []
        for number, directory in enumerate(self.directories):
            held = [name for name, holder in self.holders.items() if holder == number]
            if held:
                frames.append(load(directory, names, held, on=on))
        frame = pd.concat(
            [part.assign(policy=part["policy"].astype(str)) for part in frames], ignore_index=True
        )
        frame["policy"] = pd.Categorical(frame["policy"], categories=list(self.holders))
        return frame[frame["date"] <= pd.Timestamp(self.until)]


def join(directories: Sequence[Path]) -> Joined:
    """Open studies to be compared.

    Raises:
        StoreError: if one cannot be read, or its futures are not those of the first.
    """
    manifests = [read_manifest(directory) for directory in directories]
    first = manifests[0]
    for directory, other in zip(directories, manifests, strict=True):
        for what in _SHARED:
            ours, theirs = getattr(first.study, what), getattr(other.study, what)
            if ours != theirs:
                be = "are" if what in _PLURAL else "is"
                raise StoreError(
                    f"{directory}: cannot be compared future by future with {directories[0]}:"
                    f" its {what} {be} {_in_words(theirs)}, not {_in_words(ours)}"
                )
        if other.origin.model_sha256 != first.origin.model_sha256:
            raise StoreError(
                f"{directory}: cannot be compared future by future with {directories[0]}: it was"
                " made by another version of the model; run it again"
            )
    holders: dict[str, int] = {}
    for number, manifest in enumerate(manifests):
        for policy in manifest.study.policies:
            holder = holders.setdefault(policy.name, number)
            if policy not in manifests[holder].study.policies:
                raise StoreError(
                    f"{directories[number]}: its policy '{policy.name}' is not the one of that"
                    f" name in {directories[holder]}"
                )
    return Joined(tuple(directories), tuple(manifests), holders)


def _in_words(value: object) -> str:
    return value.title if isinstance(value, Ensemble) else str(getattr(value, "name", value))
