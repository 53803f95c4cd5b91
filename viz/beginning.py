"""What a live world is begun with: policy, futures, ensemble and values of the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Literal, get_args

from experiments.designs import DesignError, require_value
from experiments.ensemble_choice import ensemble
from experiments.ensembles import SHIPPED, Ensemble, EnsembleError
from model.calendar import RECORD_START
from model.loading import parameter_quantities
from model.policy import HISTORY, Policy
from viz.limits import LiveError, require_within

EnsembleName = Literal["prior", "calibrated"]
ENSEMBLES: tuple[EnsembleName, ...] = get_args(EnsembleName)

_LONGEST_NUMBER = 40


@dataclass(frozen=True)
class Beginning:
    """What a live world is begun with.

    Attributes:
        policy: what it begins under.
        futures, seed: how many futures, and the seed of their luck.
        ensemble: which futures of that seed.
        fixed: parameters with one value in every future, by name, in their units.
    """

    policy: Policy = HISTORY
    futures: int = 200
    seed: int = 1
    ensemble: EnsembleName = "prior"
    fixed: Mapping[str, float] = field(default_factory=dict)

    def require_possible(self) -> None:
        """Refuse what no world can be begun with, as far as that is known at once.

        Raises:
            LiveError: saying what was expected.
        """
        require_within(self.futures, RECORD_START)
        if self.ensemble not in ENSEMBLES:
            raise LiveError(f"expected the ensemble {' or '.join(ENSEMBLES)}")
        if self.fixed and self.ensemble != "prior":
            raise LiveError(
                "a calibrated ensemble has its own values of the parameters: choose the prior"
                " ensemble to set values of your own"
            )
        for name, value in self.fixed.items():
            try:
                require_value(name, value)
            except DesignError as error:
                raise LiveError(str(error)) from None

    def members(self) -> Ensemble:
        """The ensemble that its futures belong to; may live some futures to be sure of it.

        Raises:
            EnsembleError: if there is none, or none with so many futures of that seed.
        """
        try:
            found = ensemble(self.ensemble)
            found.require(self.seed, self.futures)
        except EnsembleError as error:
            # A browser is told the name of the file, not where this machine keeps it.
            raise EnsembleError(str(error).replace(str(SHIPPED), SHIPPED.name)) from None
        return found


def finite(text: str) -> float:
    """A number that a user typed.

    Raises:
        LiveError: saying what was expected.
    """
    text = text.strip()[:_LONGEST_NUMBER]
    try:
        number = float(text)
    except ValueError:
        raise LiveError(f"'{text}' is not a number") from None
    if not isfinite(number):
        raise LiveError(f"expected a finite number, got {text}")
    return number


def with_own_values(ensemble: str, fixed: Mapping[str, float]) -> str:
    """An ensemble in words, and how many parameters have a value of the user's own."""
    if not fixed:
        return ensemble
    return f"{ensemble}, {len(fixed)} parameter{'' if len(fixed) == 1 else 's'} set by hand"


def values_in_words(fixed: Mapping[str, float]) -> list[dict[str, str]]:
    """Values of the user's own beside what would be drawn, each with its unit."""
    known = parameter_quantities()
    return [
        {
            "name": name,
            "value": f"{value:g}",
            "unit": known[name].unit,
            "drawn": f"{known[name].value:g}"
            if known[name].low is None
            else f"{known[name].low:g} to {known[name].high:g}, median {known[name].value:g}",
        }
        for name, value in fixed.items()
    ]
