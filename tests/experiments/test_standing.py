from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from agents.arrays import Floats
from experiments.comparison import Difference, difference
from experiments.flips import flip
from experiments.given_data import first_order
from experiments.standing import COMPUTE_RATIO, GAP, GAP_OOM, Place, Standing, standing

FIRST, LAST = date(2028, 1, 1), date(2030, 12, 1)
NUMBERS = np.random.default_rng(3)


def judged(effect: Floats, **elsewhere: Floats) -> Standing:
    """The standing of an effect that is the same everywhere but at places named otherwise.

    Names are those of places: measure, date and ensemble, as ``gap_oom_last_prior``.
    """
    changes: dict[Place, Difference] = {}
    for name in (GAP, GAP_OOM, COMPUTE_RATIO):
        for on, when in ((FIRST, "first"), (LAST, "last")):
            for calibrated, ensemble in ((True, "calibrated"), (False, "prior")):
                there = elsewhere.get(f"{name}_{when}_{ensemble}", effect)
                base = pd.Series(NUMBERS.normal(10.0, 3.0, size=there.size))
                changes[Place(name, on, calibrated)] = difference(base + there, base)
    return standing(changes, FIRST, LAST)


def test_what_is_so_everywhere_and_in_most_futures_is_robust():
    found = judged(np.full(200, -1.5))
    assert (found.kind, found.direction, found.failed) == ("robust", -1, ())
    mixed = np.where(np.arange(200) % 3 == 0, 1.0, -2.0)
    assert judged(mixed).kind == "robust on average"
    assert judged(mixed).agreeing == pytest.approx(133 / 200)


@pytest.mark.parametrize("measure", [GAP, GAP_OOM])
@pytest.mark.parametrize("when", ["first", "last"])
@pytest.mark.parametrize("ensemble", ["calibrated", "prior"])
def test_any_one_place_undoes_it(measure: str, when: str, ensemble: str):
    place = f"{measure}_{when}_{ensemble}"
    effect, unclear = np.full(200, 1.5), np.tile([1.5, -1.5], 100)
    turned = judged(effect, **{place: -effect})
    if place in {"gap_months_first_calibrated"}:
        # The finding itself is then the other one, and all else is against it.
        assert (turned.direction, len(turned.failed)) == (-1, 11)
        return
    assert (turned.kind, turned.direction) == ("not robust", 1)
    (words,) = turned.failed
    assert words.endswith("(turned round)")
    assert ("prior" in words) == (ensemble == "prior")
    assert judged(effect, **{place: unclear}).failed == (
        words.replace("turned round", "not clear"),
    )


def test_compute_may_stand_still_and_may_not_contradict():
    effect = np.full(200, 1.5)
    assert judged(effect, compute_ratio_first_calibrated=0.0 * effect).kind == "robust"
    assert judged(effect, compute_ratio_first_calibrated=-effect).kind == "not robust"


def test_what_is_small_or_touches_few_futures_is_said_to_be():
    few = np.where(np.arange(200) < 4, 30.0, 0.0)
    assert judged(few).kind == "the same"
    assert judged(np.full(200, 0.1)).kind == "small"
    assert judged(np.tile([2.0, -2.0], 100)).kind == "unclear"


def test_shares_are_those_of_the_variance_and_noise_has_none():
    table = pd.DataFrame(NUMBERS.uniform(size=(2000, 60)), columns=[f"p{n}" for n in range(60)])
    noise = NUMBERS.normal(size=2000)
    # Variances: 0.75, of a bend that no correlation shows; 0.25; and 1 of noise.
    bend = (table.p3 - 0.5) ** 2
    effect = np.sqrt(0.75 / bend.var()) * bend + np.sqrt(0.25 / table.p5.var()) * table.p5 + noise
    found = first_order(table, effect.to_numpy())
    assert found is not None
    assert [share.parameter for share in found.beyond_chance] == ["p3", "p5"]
    for share, true in zip(found.beyond_chance, (0.375, 0.125), strict=True):
        assert share.share == pytest.approx(true, abs=0.04)
        assert abs(share.share - true) < 2.0 * share.reach
    assert first_order(table, np.ones(2000)) is None
    assert first_order(table.head(50), noise[:50]) is None


def test_chance_seldom_passes_for_a_share():
    table = pd.DataFrame(NUMBERS.uniform(size=(300, 40)), columns=[f"p{n}" for n in range(40)])
    found = [first_order(table, NUMBERS.normal(size=300)) for _ in range(12)]
    assert sum(bool(one.beyond_chance) for one in found if one) <= 3


def test_an_effect_turns_round_only_if_both_ends_are_clear():
    values = np.linspace(2.0, 4.0, 400)
    noise = NUMBERS.normal(size=400)
    found = flip("p", values, values - 3.0 + 0.1 * noise)
    assert found is not None
    assert found.reading == "turns round"
    assert (found.lowest.edge, found.highest.edge) == pytest.approx((2.5, 3.5))
    assert found.lowest.mean == pytest.approx(-0.75, abs=0.05)
    one_end = flip("p", values, np.where(values > 3.5, 1.0, 0.0) + 0.1 * np.tile([1, -1], 200))
    assert one_end is not None
    assert one_end.reading == "only where high"
    assert flip("p", values[:40], noise[:40]) is None
