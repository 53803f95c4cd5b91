"""What a stored study says of itself: what was asked, of which model, and what the answer weighs.

Nothing here depends on when, how fast or by how many processes the study was run, so two runs of
one study have the same manifest to the byte.
"""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import model
from agents.records import Strict
from experiments.study import Study
from model.outcomes import OUTCOMES

SCHEMA_VERSION = 1
_ROOT = Path(model.__file__).parent.parent
_MODEL_FOLDERS = ("agents", "model")
_MODEL_FILES = (".py", ".yaml", ".csv")
# Packages whose version can change a digit of a result or a byte of a file.
_PACKAGES = ("aigap", "mesa", "numpy", "pandas", "pyarrow", "scipy")


class StoredOutcome(Strict):
    """An outcome of the registry as it was when the study was run."""

    name: str
    unit: str
    definition: str
    source: str
    headline: bool
    censored_by: str | None
    decimals: int


class StoredFile(Strict):
    """A file and its checksum."""

    path: str
    sha256: str


class StoredPart(StoredFile):
    """A file that summarises some futures of every policy."""

    first_future: int
    futures: int


class StoredShard(StoredPart):
    """A file of results: some futures of one policy."""

    policy: str


class Origin(Strict):
    """What produced the results: digest of the model's code and data, versions, git revision."""

    model_sha256: str
    versions: dict[str, str | None]
    revision: str | None

    def makes_the_same_as(self, other: Origin) -> bool:
        """Whether results of one are results of the other to the byte, revisions aside."""
        return (self.model_sha256, self.versions) == (other.model_sha256, other.versions)

    def differences(self, other: Origin) -> str:
        """What keeps results of the two apart, in words; empty if nothing does."""
        found = [] if self.model_sha256 == other.model_sha256 else ["the model's code or data"]
        for name in sorted({*self.versions, *other.versions}):
            one, two = self.versions.get(name), other.versions.get(name)
            if one != two:
                found.append(f"{name} {one}, not {two}")
        return "; ".join(found)


class Unfinished(Strict):
    """Marks a directory whose study has begun and not ended: the whole of ``study.json``."""

    format: Literal["aigap unfinished study"] = "aigap unfinished study"
    schema_version: Literal[1] = 1
    study: Study
    outcomes: tuple[StoredOutcome, ...]
    origin: Origin


class Manifest(Strict):
    """The whole of ``manifest.json``; a study has shards, or one file of summaries."""

    format: Literal["aigap study"] = "aigap study"
    schema_version: Literal[1] = 1
    study: Study
    outcomes: tuple[StoredOutcome, ...]
    origin: Origin
    shards: tuple[StoredShard, ...]
    summaries: StoredFile | None = None

    @property
    def files(self) -> tuple[StoredFile, ...]:
        """The files of results."""
        return self.shards if self.summaries is None else (*self.shards, self.summaries)

    def answers(self, study: Study) -> bool:
        """Whether running ``study`` now would give these very results."""
        return (
            self.study == study
            and self.outcomes == stored_outcomes(study.outcomes)
            and self.origin.makes_the_same_as(origin())
        )

    def outcome(self, name: str) -> StoredOutcome:
        """The outcome of that name; ``KeyError`` if the study has none."""
        return self.by_name[name]

    @property
    def by_name(self) -> Mapping[str, StoredOutcome]:
        """The outcomes by name, in the registry's order."""
        return {outcome.name: outcome for outcome in self.outcomes}


def stored_outcomes(names: Sequence[str] = tuple(OUTCOMES)) -> tuple[StoredOutcome, ...]:
    """Outcomes of the registry (all by default), without what computes them."""
    return tuple(
        StoredOutcome(
            name=outcome.name,
            unit=outcome.unit,
            definition=outcome.definition,
            source=outcome.source,
            headline=outcome.headline,
            censored_by=outcome.censored_by,
            decimals=outcome.decimals,
        )
        for outcome in (OUTCOMES[name] for name in names)
    )


@cache
def origin() -> Origin:
    """Where results made now come from."""
    versions = {"python": platform.python_version()} | {name: _version(name) for name in _PACKAGES}
    return Origin(model_sha256=_model_digest(), versions=versions, revision=_revision())


def _model_digest() -> str:
    digest = sha256()
    for folder in _MODEL_FOLDERS:
        for path in sorted((_ROOT / folder).rglob("*")):
            if path.suffix in _MODEL_FILES:
                content = path.read_bytes()
                header = f"{path.relative_to(_ROOT).as_posix()}\0{len(content)}\0"
                digest.update(header.encode() + content)
    return digest.hexdigest()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _revision() -> str | None:
    """The checkout's git revision, ``-dirty`` if files differ from it; none outside a checkout."""
    if not (_ROOT / ".git").exists():
        return None
    try:
        described = subprocess.run(
            ["git", "-C", str(_ROOT), "describe", "--always", "--dirty", "--abbrev=40", "--match="],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return described.stdout.strip() or None
