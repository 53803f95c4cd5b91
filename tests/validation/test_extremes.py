"""At the extremes of what a parameter can be, a world stays finite, conserved and sensible.

Each variant of the parameters is a future of one world, and all of them meet the same luck.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.limits import limit_of
from model.loading import parameter_quantities
from model.outcomes import OUTCOMES
from model.policy import HISTORY, Policy
from model.world import World

# Infinities have answers on the way (a share of nothing, a door shut); what has none fails a test.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("error:invalid value:RuntimeWarning")]

Audit = Callable[[World, World], None]
Variant = Mapping[str, float]

QUANTITIES = parameter_quantities()
MEDIANS = {name: quantity.value for name, quantity in QUANTITIES.items()}
HUGE, TINY = 1e6, 1e-6
# A world reads these as one number for all its futures.
READ_AS_ONE = (
    *("chip_warning_months", "memory_warning_months", "tool_warning_months"),
    *("enforcement_reference", "enforcement_staff_reference", "home_software_nm"),
    *("product_ramp_months", "product_ramp_start", "price_per_worth", "node_gain"),
    *("architecture_gain", "package_gain", "memory_gain", "memory_gain_at_home", "link_gain"),
)
ONE_BY_FUTURE = sorted(set(QUANTITIES) - set(READ_AS_ONE))
NEVER_NEGATIVE = {
    *("accelerators", "H100e", "people", "people a year", "ratio", "nm class", "scanners"),
    *("share", "stacks", "thousand wafers a month", "USD bn", "USD bn a year"),
}
FREE = Policy.model_validate(
    {"name": "free", "changes": [{"do": "remove", "select": {"family": "export-control"}}]}
)


def least_and_most(name: str) -> tuple[float, float]:
    """The least and the most that a parameter can be, or as good as that."""
    quantity, limit = QUANTITIES[name], limit_of(name, QUANTITIES[name])
    above = TINY * quantity.value if np.isfinite(limit.above) else 0.0
    high = quantity.value if quantity.high is None else quantity.high
    return max(limit.least, above, 0.0), min(limit.most, HUGE * high)


def corners(name: str) -> list[float]:
    """Least, most, and the 5% and 95% points of a parameter."""
    quantity = QUANTITIES[name]
    inner = [] if quantity.low is None or quantity.high is None else [quantity.low, quantity.high]
    return [*least_and_most(name), *inner]


def worlds_of(variants: Sequence[Variant], policy: Policy = HISTORY) -> tuple[World, World]:
    """Two worlds with a future for each variant, which has medians where it says nothing."""
    fixed = {
        name: np.array([variant.get(name, value) for variant in variants])
        for name, value in MEDIANS.items()
    }
    count = len(variants)
    made = (World(policy, futures=count, fixed=fixed, sharing=count) for _ in range(2))
    return next(made), next(made)


def is_sensible(world: World, variants: Sequence[Variant]) -> None:
    """Every outcome is a number or said to be censored; shares are shares."""
    for name, outcome in OUTCOMES.items():
        values = world.record.values(name)
        fit = np.isfinite(values)
        if outcome.censored_by:
            fit |= np.isnan(values) & (world.record.values(outcome.censored_by) != 0.0)
        if outcome.unit in NEVER_NEGATIVE:
            fit &= (values > -1e-9) | np.isnan(values)
        if outcome.unit == "share":
            fit &= values < 1.0 + 1e-9
        month, future = np.argwhere(~fit)[0] if not fit.all() else (-1, -1)
        assert fit.all(), (
            f"{name} is {values[month, future]} in {world.record.dates[month]}"
            f" with {variants[future]}"
        )


def test_each_parameter_alone_at_its_extremes(audit: Audit):
    variants: list[Variant] = [{n: value} for n in ONE_BY_FUTURE for value in corners(n)]
    start, world = worlds_of(variants)
    for year in range(2023, 2029):
        world.run_to(dt.date(year, 1, 1))
        audit(start, world)
    is_sensible(world, variants)


@pytest.mark.parametrize("name", READ_AS_ONE)
def test_each_parameter_of_the_whole_world_at_its_extremes(name: str, audit: Audit):
    for value in least_and_most(name):
        start, world = (World(futures=1, fixed=MEDIANS | {name: value}) for _ in range(2))
        world.run_to(dt.date(2022, 8, 1))
        audit(start, world)
        is_sensible(world, [{name: value}])


def test_all_parameters_that_can_be_nothing_are_nothing_at_once(audit: Audit):
    nothing = {name: least_and_most(name)[0] for name in ONE_BY_FUTURE}
    start, world = worlds_of([nothing])
    world.run_to(dt.date(2024, 1, 1))
    audit(start, world)
    is_sensible(world, [nothing])


beyond = st.lists(
    st.dictionaries(st.sampled_from(ONE_BY_FUTURE), st.integers(0, 1), min_size=2, max_size=4),
    min_size=100,
    max_size=100,
)


@given(drawn=beyond, policy=st.sampled_from([HISTORY, FREE]))
@settings(max_examples=6, suppress_health_check=list(HealthCheck))
def test_several_parameters_at_their_extremes_at_once(
    drawn: list[dict[str, int]], policy: Policy, audit: Audit
):
    variants = [{n: least_and_most(n)[end] for n, end in one.items()} for one in drawn]
    start, world = worlds_of(variants, policy)
    world.run_to(dt.date(2024, 2, 1))
    audit(start, world)
    is_sensible(world, variants)
