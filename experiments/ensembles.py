"""Ensembles: which futures a study lives.

The *prior* ensemble is futures 0, 1, 2, ... as they are drawn.  A *calibrated* one is a list of the
numbers of those prior futures that ``aigap calibrate`` kept: each has the parameters and the luck
that it had when it was weighed, as luck depends on the number of a future and nothing else.

A list is a CSV file: a head of comments that says how it was made, then one number a line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Literal

import numpy as np
import yaml
from pydantic import Field, ValidationError

from agents.arrays import Ints
from agents.records import Strict
from model.loading import first_fault

SHIPPED = Path(__file__).parent / "calibrated.csv"
_COMMENT = "# "
_COLUMN = "future"
_LINE = 110


class EnsembleError(ValueError):
    """An ensemble that cannot be used; the message names the file and says what to do."""


class Head(Strict):
    """How a calibrated ensemble was made.

    Attributes:
        until: last month of what was seen that the futures were weighed on, ``YYYY-MM``.
        prior_futures: how many were weighed, from number 0 on.
        effective_size: what their weights were worth (Kish).
        cut: share of the weight that was cut off.
        evidence_sha256: digest of what was seen and of what is forgiven.
        model_sha256: digest of the model's code and data.
        checked: readings of the first futures of the list, by pattern, to know them again by.
    """

    format: Literal["aigap ensemble"] = "aigap ensemble"
    schema_version: Literal[1] = 1
    until: str = Field(pattern=r"^\d{4}-\d{2}$")
    seed: int = Field(ge=0)
    prior_futures: int = Field(ge=1)
    kept: int = Field(ge=1)
    effective_size: float
    cut: float
    evidence_sha256: str
    model_sha256: str
    checked: Mapping[str, tuple[float, ...]]


class Ensemble(Strict):
    """Which futures of the prior a study lives; for a calibrated ensemble, from which file.

    ``file`` is none for the list that ships with aigap.
    """

    name: Literal["prior", "calibrated"] = "prior"
    file: str | None = None
    sha256: str | None = Field(default=None, description="digest of the file")
    until: str | None = Field(default=None, description="last month of what was seen")
    seed: int | None = Field(default=None, description="that its numbers belong to")
    prior_futures: int | None = Field(default=None, description="how many were weighed")
    kept: int | None = Field(default=None, description="how many of them it holds")

    def numbers(self, first: int, count: int) -> Ints | None:
        """Numbers of the prior futures at some places of the ensemble; none for the prior itself.

        Raises:
            EnsembleError: if the file is no longer what it was.
        """
        if self.name == "prior":
            return None
        path = SHIPPED if self.file is None else Path(self.file)
        content = _content(path)
        if sha256(content).hexdigest() != self.sha256:
            raise EnsembleError(f"{path}: is no longer the ensemble that the study began with")
        return _parsed(path, content)[1][first : first + count]

    def require(self, seed: int, futures: int) -> None:
        """Make sure that so many futures of a seed can be taken from the ensemble.

        Raises:
            EnsembleError: saying what was expected.
        """
        if self.name == "prior":
            return
        if seed != self.seed:
            raise EnsembleError(
                f"the calibrated ensemble is made of futures of seed {self.seed}: expected no other"
                f" seed, got {seed}"
            )
        if self.kept is not None and futures > self.kept:
            raise EnsembleError(
                f"the calibrated ensemble holds {self.kept:,} futures: expected no more, got"
                f" {futures:,}"
            )

    def first(self, futures: int, seed: int) -> Ints | None:
        """Numbers of its first futures, once known to be there; none for the prior itself.

        Raises:
            EnsembleError: if it has not so many, is of another seed, or is no longer what it was.
        """
        self.require(seed, futures)
        return self.numbers(0, futures)

    def in_words(self, futures: int) -> str:
        """What a chart shows: the ensemble and how many futures of it."""
        many = f"{futures:,} future{'' if futures == 1 else 's'}"
        return f"{self.title}, {many}"

    @property
    def title(self) -> str:
        """The ensemble by name, with the month up to which it is calibrated."""
        if self.name == "prior":
            return "prior ensemble"
        return f"calibrated ensemble (seen to {self.until})"

    @property
    def caveat(self) -> str:
        """How it came by its futures, in words."""
        if self.name == "prior":
            return "prior (weighed by no observation)"
        return (
            f"{self.kept:,} of {self.prior_futures:,} prior futures, kept by what was seen to"
            f" {self.until}"
        )


PRIOR = Ensemble()


def read_ensemble(path: Path, file: str | None) -> tuple[Ensemble, Head, Ints]:
    """A calibrated ensemble as a study names it, how it was made, and the numbers of its futures.

    Raises:
        EnsembleError: in one line, if it cannot be read.
    """
    content = _content(path)
    head, numbers = _parsed(path, content)
    named = Ensemble(
        name="calibrated",
        file=file,
        sha256=sha256(content).hexdigest(),
        until=head.until,
        seed=head.seed,
        prior_futures=head.prior_futures,
        kept=head.kept,
    )
    return named, head, numbers


def ensemble_content(head: Head, numbers: Sequence[int] | Ints) -> bytes:
    """A calibrated ensemble as the bytes of its file."""
    said = yaml.safe_dump(
        head.model_dump(mode="json"), sort_keys=False, width=_LINE, default_flow_style=None
    )
    lines = [_COMMENT + line for line in said.splitlines()]
    return "\n".join([*lines, _COLUMN, *(str(int(number)) for number in numbers), ""]).encode()


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or str(error)
        raise EnsembleError(f"{path}: cannot be read: {reason}") from None


@lru_cache(maxsize=4)
def _parsed(path: Path, content: bytes) -> tuple[Head, Ints]:
    try:
        lines = content.decode().splitlines()
        said = [line.removeprefix(_COMMENT) for line in lines if line.startswith(_COMMENT)]
        head = Head.model_validate(yaml.safe_load("\n".join(said)) or {})
        rows = [line for line in lines if not line.startswith(_COMMENT)]
        numbers = np.array(rows[1:], dtype=str).astype(np.int64)
    except ValidationError as error:
        raise EnsembleError(f"{path}: head: {first_fault(error)}") from None
    except (ValueError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise EnsembleError(f"{path}: is no ensemble of aigap: {reason}") from None
    rising = bool((np.diff(numbers, prepend=-1) > 0).all())
    if rows[:1] != [_COLUMN] or numbers.size != head.kept or not rising:
        raise EnsembleError(
            f"{path}: expected a line '{_COLUMN}', then {head.kept} rising numbers of futures"
        )
    numbers.setflags(write=False)
    return head, numbers
