"""Luck: the same for a future whatever block it is in, and otherwise as random as it should be."""

from __future__ import annotations

import copy
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from agents.side_by_side import Places
from model.streams import Streams

FUTURES = 64
cuts = st.lists(st.integers(1, FUTURES - 1), unique=True, max_size=6).map(sorted)
names = st.text(max_size=20)
seeds = st.integers(0, 2**63)


@given(seeds, names, st.integers(0, 200), cuts)
def test_any_cut_into_blocks_gives_the_same_draws(seed, stream, ordinal, cut):
    whole = Streams(seed, FUTURES).uniform(stream, ordinal)
    blocks = [
        Streams(seed, end - first, first).uniform(stream, ordinal)
        for first, end in pairwise([0, *cut, FUTURES])
    ]
    assert np.array_equal(np.concatenate(blocks), whole)


@given(seeds, names, st.lists(st.integers(0, 30), min_size=9, max_size=9), st.integers(0, 50))
def test_futures_at_different_draws_get_what_each_would_alone(seed, stream, ordinals, first):
    streams = Streams(seed, 9, first)
    together = streams.uniform(stream, np.array(ordinals))
    for future, ordinal in enumerate(ordinals):
        assert together[future] == Streams(seed, 9, first).uniform(stream, ordinal)[future]
    again = streams.uniform(stream, np.array(ordinals[::-1]))
    assert np.array_equal(streams.uniform(stream, np.array(ordinals)), together)
    assert again.shape == (9,)


def test_the_order_of_asking_does_not_matter():
    one, other = Streams(1, 5), Streams(1, 5)
    questions = [("a", 0), ("b", 3), ("a", 2), ("c", 0)]
    first = {question: one.uniform(*question) for question in questions}
    second = {question: other.uniform(*question) for question in reversed(questions)}
    assert all(np.array_equal(first[question], second[question]) for question in questions)
    assert np.array_equal(one.uniform("a", 0), first["a", 0]), "nor does asking twice"


def test_another_seed_stream_ordinal_or_future_is_other_luck():
    usual = Streams(1, 8).uniform("stream", 0)
    others = [
        Streams(2, 8).uniform("stream", 0),
        Streams(1, 8).uniform("Stream", 0),
        Streams(1, 8).uniform("stream", 1),
        Streams(1, 8, first_future=8).uniform("stream", 0),
        # The seed and the name are kept apart.
        Streams(11, 8).uniform("stream", 0),
        Streams(1, 8).uniform("1stream", 0),
    ]
    for other in others:
        assert not np.isin(other, usual).any()
    assert len(set(usual)) == 8


def test_unless_told_otherwise_a_draw_is_the_first():
    streams = Streams(1, 4)
    assert np.array_equal(streams.uniform("x"), streams.uniform("x", 0))
    assert np.array_equal(streams.normal("x"), streams.normal("x", 0))
    assert np.array_equal(streams.lognormal("x", sigma=0.2), streams.lognormal("x", 0, sigma=0.2))
    block = Streams(1, 2)
    assert np.array_equal(block.uniform("x"), streams.uniform("x")[:2]), "and the first future"


def test_a_copy_of_a_world_shares_its_luck():
    streams = Streams(3, 4)
    twin = copy.deepcopy(streams)
    assert np.array_equal(twin.uniform("x", 5), streams.uniform("x", 5))


# --- distribution ---------------------------------------------------------------------------------

MANY = 40_000


@pytest.mark.parametrize("stream", ["drawn/OpenAI/fleet", "luck/SMIC/node", ""])
def test_draws_are_uniform_in_the_open_interval(stream: str) -> None:
    draws = Streams(1, MANY).uniform(stream)
    assert (draws > 0.0).all()
    assert (draws < 1.0).all()
    counts = np.histogram(draws, bins=20, range=(0.0, 1.0))[0]
    # Chi-squared with 19 degrees of freedom: 43.8 is its 99.9% quantile.
    assert ((counts - MANY / 20) ** 2 / (MANY / 20)).sum() < 43.8


def test_streams_ordinals_and_neighbours_are_independent():
    streams = Streams(1, MANY)
    usual = streams.uniform("a", 0)
    for other in (
        streams.uniform("b", 0),
        streams.uniform("a", 1),
        Streams(2, MANY).uniform("a", 0),
        np.roll(usual, 1),
    ):
        assert abs(np.corrcoef(usual, other)[0, 1]) < 4.0 / np.sqrt(MANY)


def test_normal_draws_are_standard_and_follow_the_uniform_ones():
    streams = Streams(1, MANY)
    normal = streams.normal("a", 2)
    assert normal.mean() == pytest.approx(0.0, abs=0.02)
    assert normal.std() == pytest.approx(1.0, abs=0.02)
    assert np.isfinite(normal).all()
    assert np.array_equal(normal > 0.0, streams.uniform("a", 2) > 0.5)


def test_lognormal_draws_have_median_one_and_their_spread():
    streams = Streams(1, MANY)
    luck = streams.lognormal("a", sigma=0.3)
    assert np.median(luck) == pytest.approx(1.0, abs=0.02)
    assert np.log(luck).std() == pytest.approx(0.3, abs=0.01)
    assert (streams.lognormal("a", sigma=0.0) == 1.0).all()
    spread = np.linspace(0.0, 1.0, MANY)
    assert streams.lognormal("a", sigma=spread)[0] == 1.0


@given(first=st.integers(0, 40), count=st.integers(1, 20), sharing=st.integers(1, 7))
def test_futures_that_share_luck_meet_that_of_their_lot_in_any_block(
    first: int, count: int, sharing: int
):
    lots = Streams(5, 100).uniform("stream", 2)
    block = Streams(5, count, first, sharing).uniform("stream", 2)
    assert np.array_equal(block, lots[(first + np.arange(count)) // sharing])


@given(numbers=st.lists(st.integers(0, 300), min_size=1, max_size=20), sharing=st.integers(1, 5))
def test_futures_picked_by_number_meet_the_luck_of_their_number(numbers: list[int], sharing: int):
    whole = Streams(5, 301, sharing=sharing)
    picked = Streams(5, len(numbers), sharing=sharing, numbers=np.array(numbers))
    assert np.array_equal(picked.uniform("stream", 2), whole.uniform("stream", 2)[numbers])
    assert np.array_equal(picked.normal("stream"), whole.normal("stream")[numbers])
    ordinals = np.arange(len(numbers)) % 3
    expected = np.stack([whole.uniform("stream", n) for n in range(3)])[ordinals, numbers]
    assert np.array_equal(picked.uniform("stream", ordinals), expected)


def test_numbers_of_futures_are_as_many_as_the_futures_and_not_negative():
    for numbers in ([1, 2], [-1, 2, 3]):
        with pytest.raises(ValueError, match="expected 3 numbers of futures"):
            Streams(1, 3, numbers=np.array(numbers))


some_places = arrays(np.bool_, (3, FUTURES))
draws = arrays(np.int64, (3, FUTURES), elements=st.integers(0, 40))


@given(seeds, st.lists(st.tuples(some_places, draws), min_size=1, max_size=4), st.floats(0.0, 2.0))
def test_the_luck_of_several_streams_is_that_of_each_alone_to_the_bit(seed, questions, sigma):
    together, spread = Streams(seed, FUTURES), np.linspace(0.0, sigma, FUTURES)
    names = ["a", "b", "a"]
    for where, ordinals in questions:
        places = Places.where(where)
        got = together.lognormal_at(names, places, ordinals[where], sigma=spread)
        alone = Streams(seed, FUTURES)
        of_each = [
            alone.lognormal(name, own, sigma=spread)[here]
            for name, own, here in zip(names, ordinals, where, strict=True)
        ]
        assert np.array_equal(got, np.concatenate(of_each))


def test_many_streams_and_draws_find_room():
    streams, one = Streams(2, 2), Places.of_one(np.array([1]))
    for name, ordinal in ((f"stream {n}", 3 * n) for n in range(40)):
        got = streams.lognormal_at([name], one, np.array([ordinal]), sigma=np.ones(2))
        assert got == np.exp(streams.normal(name, ordinal)[1])
