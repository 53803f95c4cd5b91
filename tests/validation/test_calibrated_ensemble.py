"""The calibrated ensemble that ships: usable, or refused with the command that makes it anew."""

from __future__ import annotations

import pytest

from experiments.ensemble_choice import ensemble, why_stale
from experiments.ensembles import SHIPPED, EnsembleError, read_ensemble


def test_the_ensemble_that_ships_is_one_of_this_model() -> None:
    """While the model is being changed the list is stale, which is told and no failure."""
    why = why_stale(SHIPPED)
    if why:
        with pytest.raises(EnsembleError, match="make calibrate"):
            ensemble("calibrated")
        pytest.skip(f"the shipped ensemble is stale: {why}. Recalibrate: make calibrate")
    chosen = ensemble("calibrated")
    assert chosen.name == "calibrated"
    assert chosen.kept == len(read_ensemble(SHIPPED, None)[2])
