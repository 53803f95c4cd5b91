"""Study files: all that a study is, in a few lines of YAML.

A study file, together with the policy files and the table that it names, gives the same study to
the byte wherever the same version of the model runs.  The options of ``aigap run`` say the same
things, and are read the same way.
"""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

from pydantic import Discriminator, Field, Tag, ValidationError

from agents.designer import Products
from agents.records import Strict
from experiments.designs import Design, design, one_at_a_time
from experiments.ensemble_choice import ensemble
from experiments.ensembles import Ensemble
from experiments.grids import with_grid
from experiments.hints import did_you_mean
from experiments.policies import PolicyFile, fitted, lies_there, load_policy, resolved
from experiments.study import (
    LAST_MONTH,
    MOST_FUTURES,
    MOST_MONTHS,
    Study,
    StudyError,
    month_within,
    require_fit,
)
from model.calendar import RECORD_START
from model.loading import DataError, first_fault, read
from model.policy import Policy

STUDIES = Path(__file__).parent / "studies"
_USUAL_FUTURES = 1000
# What a study calls otherwise than its file does.
_KEYS = {"fixed": "parameters", "keep": "outcomes"}

# Told apart before they are read, so that a fault is laid to the right one of the two.
AskedPolicy = Annotated[
    Annotated[str, Tag("name")] | Annotated[PolicyFile, Tag("policy")],
    Discriminator(lambda asked: "name" if isinstance(asked, str) else "policy"),
]


class StudyFile(Strict):
    """A study of aigap: these policies over these futures, to this month."""

    question: str = Field(default="", description="what the study is meant to find out")
    policies: tuple[AskedPolicy, ...] = Field(
        min_length=1,
        description="names of the library, YAML files found from the folder of this one, or "
        "policies written out here",
    )
    grid: dict[str, tuple[float, ...]] = Field(
        default_factory=dict,
        alias="set",
        description="values of policy parameters to try, by INSTRUMENT.PARAMETER or "
        "INSTRUMENT.PARAMETER@YYYY-MM-DD: every combination, on top of each policy",
    )
    design: str = Field(
        default="random",
        description="random, lhs, sobol, nominal, oat (one at a time) or table:FILE",
    )
    ensemble: str = Field(
        default="prior", description="prior, calibrated, or a .csv file of 'aigap calibrate --out'"
    )
    parameters: dict[str, float] = Field(
        default_factory=dict,
        description="uncertain parameters that have one value in every future, whatever the "
        "design says, by name",
    )
    futures: int | None = Field(
        default=None,
        ge=1,
        le=MOST_FUTURES,
        description="for each policy; 1,000 if left out, or what the design has",
    )
    seed: int = Field(default=1, ge=0, lt=2**63, description="of all luck")
    until: str = Field(default="2030-12", description="the last month, YYYY-MM")
    outcomes: tuple[str, ...] | None = Field(
        default=None,
        min_length=1,
        description="what is stored, by the names of 'aigap outcomes'; all if left out",
    )
    products: Products = Field(
        default="recorded", description="chips on sale: recorded, versions-planned or planned"
    )
    every: int = Field(
        default=1, ge=1, le=MOST_MONTHS, description="store every so many months, and the last"
    )
    summaries: str | None = Field(
        default=None,
        description="store only summaries over futures, with differences from this policy",
    )

    def study(self, origin: Path) -> Study:
        """The study itself.

        Args:
            origin: the file, from whose folder paths begin.

        Raises:
            PolicyError, DataError, DesignError, EnsembleError, StudyError: in one line, if it
                cannot be run.
        """
        chosen = design(self.design, origin.parent)
        policies = with_grid([self._policy(asked, origin) for asked in self.policies], self.grid)
        held = ensemble(self.ensemble, origin.parent)
        futures = self.futures or _futures_of(chosen, held)
        chosen.check(futures)
        require_fit(held, chosen, self.seed, futures)
        content = {
            "policies": tuple(policies),
            "futures": futures,
            "until": month_within(self.until, RECORD_START, LAST_MONTH),
            "seed": self.seed,
            "products": self.products,
            "keep": self.outcomes,
            "design": chosen,
            "ensemble": held,
            "fixed": self.parameters,
            "every": self.every,
            "summaries": self.summaries,
        }
        try:
            return Study.model_validate(content)
        except ValidationError as error:
            raise StudyError(first_fault(error, _KEYS)) from None

    def _policy(self, asked: str | PolicyFile, origin: Path) -> Policy:
        if isinstance(asked, str):
            return load_policy(asked, origin.parent)
        return fitted(resolved(asked, origin), f"{origin}: policies: {asked.name}")


def load_study(path: Path) -> Study:
    """The study of a YAML file, or one that ships with aigap, by its name.

    Raises:
        PolicyError, DataError, DesignError, StudyError: in one line, if it cannot be run.
    """
    shipped = STUDIES / f"{path}.yaml"
    named = len(path.parts) == 1 and not path.suffix
    if named and not lies_there(path) and lies_there(shipped):
        path = shipped
    if named and not lies_there(path):
        names = [file.stem for file in sorted(STUDIES.glob("*.yaml"))]
        near = did_you_mean(get_close_matches(path.name, names, n=1, cutoff=0.5))
        raise DataError(
            f"no study is called '{path}': expected {' or '.join(names)}, or a YAML file{near}"
        )
    file: StudyFile = read(path, StudyFile)
    try:
        return file.study(path)
    except StudyError as error:
        raise StudyError(f"{path}: {error}") from None


def asked_for(**options: object) -> Study:
    """The study that the options of a command line ask for; those left out are ``None``.

    Raises:
        PolicyError, DataError, DesignError, StudyError: in one line, if it cannot be run.
    """
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return StudyFile.model_validate(given).study(Path("options"))
    except ValidationError as error:
        raise StudyError(first_fault(error)) from None


def _futures_of(chosen: Design, held: Ensemble) -> int:
    if chosen.method == "oat":
        return len(one_at_a_time())
    return min(chosen.rows or _USUAL_FUTURES, held.kept or _USUAL_FUTURES)
