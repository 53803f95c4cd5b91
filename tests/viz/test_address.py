"""Addresses that carry a view."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.policies import names_in_library
from viz.address import LONGEST, Address, read_address
from viz.forking import read_fork
from viz.levers import ACTIONS, Lever
from viz.limits import MOST_FUTURES

SHARES = ["cash_deployed", "reinvestment", "divertible"]
months = st.dates(dt.date(2022, 1, 1), dt.date(2035, 12, 1)).map(lambda day: day.replace(day=1))
levers = st.builds(
    Lever,
    months,
    st.sampled_from(ACTIONS),
    st.sampled_from(["us-hbm-2024", "us-bis-budget"]),
    st.sampled_from([0.5, 1.0, 12.0]),
)
own_values = st.dictionaries(st.sampled_from(SHARES), st.floats(0.01, 1))


@given(
    policy=st.sampled_from(names_in_library()),
    futures=st.integers(1, MOST_FUTURES),
    seed=st.integers(0, 10**9 - 1),
    ensemble=st.one_of(
        st.just({"ensemble": "calibrated"}), st.fixed_dictionaries({"fixed": own_values})
    ),
    date=months,
    pulled=st.lists(levers, max_size=4),
    data=st.data(),
)
def test_a_link_reproduces_the_view(policy, futures, seed, ensemble, date, pulled, data):
    future = data.draw(st.integers(0, futures - 1))
    ordered = tuple(sorted(pulled, key=lambda lever: lever.on))
    shown = Address(
        policy=policy,
        futures=futures,
        seed=seed,
        date=date,
        future=future,
        levers=ordered,
        page={"outcome": "compute_cn"},
        **ensemble,
    )
    assert read_address(shown.query()) == (shown, [])


@given(st.text(max_size=300))
def test_whatever_stands_in_an_address_a_view_comes_of_it(query):
    address, faults = read_address(query)
    assert 1 <= address.futures <= MOST_FUTURES
    assert 0 <= address.future < address.futures
    assert all(faults)
    assert read_fork(address)[0].until >= address.date


def test_what_cannot_be_followed_is_said():
    address, faults = read_address("policy=nothing&futures=-3&date=1999-01&future=x&levers=y")
    assert address == Address()
    assert len(faults) == 5
    assert read_address("a" * (LONGEST + 1))[1] == [
        f"the address is too long to follow (over {LONGEST:,} characters)"
    ]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("set=cash_deployed~1.5", "set: cash_deployed: expected a number, 0 to 1, got 1.5"),
        ("set=cash_deploy~0.5", "did you mean 'cash_deployed'"),
        ("set=cash_deployed~nan", "expected a finite number"),
        ("set=cash_deployed", "'' is not a number"),
        ("set=cash_deployed~0.5&ensemble=calibrated", "has its own values of the parameters"),
        ("ensemble=posterior", "expected prior or calibrated, not 'posterior'"),
    ],
)
def test_values_that_no_world_can_have_are_refused_in_words(query, said):
    address, faults = read_address(query)
    assert address.fixed == {}
    assert len(faults) == 1
    assert said in faults[0]


def test_a_fork_is_read_as_far_as_it_can_be():
    address, _ = read_address("date=2024-01&fork=as-it-stands,no-controls,nonsense&to=2025-06")
    fork, faults = read_fork(address)
    assert [policy and policy.name for policy in fork.policies] == [None, "no-controls"]
    assert fork.until == dt.date(2025, 6, 1)
    assert faults == ["the library has no policy 'nonsense' to fork under"]
    backwards, said = read_fork(read_address("date=2024-01&fork=history&to=2023-06")[0])
    assert backwards.until == dt.date(2024, 1, 1)
    assert "expected a month from 2024-01" in said[0]
