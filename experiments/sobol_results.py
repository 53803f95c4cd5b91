"""Sobol's indices as ``aigap sensitivity --json`` printed them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from experiments.analysis_extra import AnalysisError
from model.loading import first_fault


class SobolFactor(BaseModel):
    """A factor's share of the variance, alone and in all, with half the widths of the intervals."""

    factor: str
    first: float
    first_reach: float
    total: float
    total_reach: float


class SobolResult(BaseModel):
    """An analysis of the difference of a policy from a baseline, by a design of its own."""

    model_config = ConfigDict(protected_namespaces=())

    schema_version: Literal[1]
    method: Literal["sobol"]
    outcome: str
    on: str
    over: int = 1
    policy: str
    baseline: str | None
    model_sha256: str
    runs: int
    mean: float
    variance: float
    factors: tuple[SobolFactor, ...]
    file: str = ""

    def require(self, policies: list[str], baseline: str, model_sha256: str) -> None:
        """Make sure that it is of a policy, a baseline and a model.

        Raises:
            AnalysisError: saying what was expected.
        """
        if self.policy not in policies or self.baseline != baseline:
            raise AnalysisError(
                f"{self.file}: is of {self.policy} less {self.baseline}, expected a policy of the"
                f" study less {baseline}"
            )
        if self.model_sha256 != model_sha256:
            raise AnalysisError(
                f"{self.file}: was made by another version of the model; remove it and run"
                " 'aigap sensitivity' again"
            )


def read_sobol(path: Path) -> SobolResult:
    """The result that a file holds.

    Raises:
        AnalysisError: in one line, if it holds none.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise AnalysisError(f"{path}: cannot be read: {error.strerror or error}") from None
    try:
        return SobolResult.model_validate_json(content).model_copy(update={"file": str(path)})
    except ValidationError as error:
        raise AnalysisError(
            f"{path}: is no result of 'aigap sensitivity --json': {first_fault(error)}"
        ) from None
