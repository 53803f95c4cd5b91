"""Luck that is keyed, never sequenced.

Every draw is a pure function of (seed, stream name, ordinal, future), computed by the
counter-based generator Philox (Salmon et al., 2011, "Parallel random numbers: as easy as 1, 2, 3").
A future therefore meets the same luck whatever the block it is computed in, the number of workers,
or the policy it lives under: common random numbers come for free.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import DTypeLike, NDArray
from scipy.special import ndtri

from agents.arrays import Floats, Ints
from agents.side_by_side import Places

Ordinal = int | NDArray[np.int64]
# Rows of draws, with room for more, and how many of them have been drawn.
_Rows = tuple[Floats, int]

_WORDS_PER_COUNTER = 4
# Half the spacing of the doubles drawn: keeps uniforms off zero, where quantiles are infinite.
_HALF_STEP = 2.0**-54


class Streams:
    """Keyed draws for some futures of a study.

    Args:
        seed: the study's seed.
        futures: how many futures this block holds.
        first_future: number, within the study, of the block's first future.
        sharing: how many consecutive futures of the study meet the same luck, so that they differ
            in nothing but what is given to them.
        numbers: of the futures, ``(futures,)``, where they do not follow one upon the other from
            ``first_future``.

    Attributes:
        numbers: of the futures, within the study, ``(futures,)``.

    Raises:
        ValueError: if there are not as many numbers as futures, or one is negative.
    """

    def __init__(
        self,
        seed: int,
        futures: int,
        first_future: int = 0,
        sharing: int = 1,
        numbers: NDArray[np.int64] | None = None,
    ) -> None:
        self.seed = seed
        self.futures = futures
        if numbers is None:
            numbers = np.arange(first_future, first_future + futures, dtype=np.int64)
        if numbers.shape != (futures,) or int(numbers.min()) < 0:
            raise ValueError(f"expected {futures} numbers of futures, none of them negative")
        self.numbers = numbers
        # Whose luck each future meets: draws are made for the whole span, and these taken.
        lots = numbers // sharing
        self._first_lot = int(lots.min())
        self._lots_spanned = int(lots.max()) - self._first_lot + 1
        in_a_row = np.array_equal(lots, np.arange(self._first_lot, self._first_lot + futures))
        self._places = None if in_a_row else lots - self._first_lot
        self._keys: dict[str, _Key] = {}
        # Futures reach a draw of a stream in different months, so its rows are asked for again.
        self._tables: dict[str, _Rows] = {}
        self._normals: dict[str, _Rows] = {}
        # Normal draws of streams that are asked for together, ``(streams, ordinals, futures)``.
        self._shelves: Floats = np.empty((0, 1, futures))
        self._on_shelf: Ints = np.zeros(0, dtype=np.int64)
        self._shelf_of: dict[str, int] = {}

    def __deepcopy__(self, memo: dict[int, object]) -> Streams:
        """Draws are a pure function of their key, so copies of a world share them."""
        return self

    def uniform(self, stream: str, ordinal: Ordinal = 0) -> Floats:
        """Uniform draws in the open interval (0, 1), shape ``(futures,)``.

        Args:
            stream: name of the stream, such as ``"OpenAI/run-duration"``.
            ordinal: which draw of the stream; an array ``(futures,)`` where futures are at
                different draws (the fourth training run here, the fifth there).
        """
        if isinstance(ordinal, int):
            return self._row(stream, ordinal)
        rows = self._table(stream, int(ordinal.max()) + 1)
        return rows[ordinal, np.arange(self.futures)]

    def normal(self, stream: str, ordinal: Ordinal = 0) -> Floats:
        """Standard normal draws, shape ``(futures,)``."""
        if isinstance(ordinal, int):
            return np.asarray(ndtri(self._row(stream, ordinal)))
        rows = self._normal_table(stream, int(ordinal.max()) + 1)
        return rows[ordinal, np.arange(self.futures)]

    def lognormal(self, stream: str, ordinal: Ordinal = 0, *, sigma: float | Floats) -> Floats:
        """Log-normal draws with median 1 and log standard deviation ``sigma``, ``(futures,)``."""
        return np.exp(sigma * self.normal(stream, ordinal))

    def lognormal_at(
        self, streams: Sequence[str], places: Places, ordinals: Ints, *, sigma: Floats
    ) -> Floats:
        """Log-normal draws of several streams, one for each of some places.

        Args:
            streams: the streams, one for each actor of a team.
            places: whose draws, in which futures of this block.
            ordinals: which draw of the stream, one for each place.
            sigma: log standard deviation, ``(futures,)``.
        """
        shelves = np.array([self._shelf(stream) for stream in streams])[places.rows]
        undrawn = ordinals >= self._on_shelf[shelves]
        if undrawn.any():
            self._fill(streams, places.rows[undrawn], ordinals[undrawn])
        normal = self._shelves[shelves, ordinals, places.futures]
        return np.asarray(np.exp(sigma[places.futures] * normal))

    def _shelf(self, stream: str) -> int:
        """Where normal draws of a stream are kept for `lognormal_at`."""
        if stream not in self._shelf_of:
            self._shelf_of[stream] = len(self._shelf_of)
            if len(self._shelf_of) > len(self._shelves):
                room = np.empty((max(len(self._shelves), 16), *self._shelves.shape[1:]))
                self._shelves = np.concatenate([self._shelves, room])
                self._on_shelf = np.concatenate([self._on_shelf, np.zeros(len(room), np.int64)])
        return self._shelf_of[stream]

    def _fill(self, streams: Sequence[str], rows: Ints, ordinals: Ints) -> None:
        """Draw what of the streams ``rows`` is not on their shelves up to the ``ordinals``."""
        needed = int(ordinals.max()) + 1
        if needed > self._shelves.shape[1]:
            room = max(2 * self._shelves.shape[1], needed) - self._shelves.shape[1]
            longer = np.empty((len(self._shelves), room, self.futures))
            self._shelves = np.concatenate([self._shelves, longer], axis=1)
        for row in np.unique(rows).tolist():
            shelf = self._shelf(streams[row])
            last = int(ordinals[rows == row].max())
            for ordinal in range(int(self._on_shelf[shelf]), last + 1):
                self._shelves[shelf, ordinal] = ndtri(self._row(streams[row], ordinal))
            self._on_shelf[shelf] = last + 1

    def _table(self, stream: str, ordinals: int) -> Floats:
        """The first draws of a stream, ``(ordinals or more, futures)``."""
        return self._grown(self._tables, stream, ordinals, self._row)

    def _normal_table(self, stream: str, ordinals: int) -> Floats:
        """The same draws as standard normals, so that quantiles are found once."""
        return self._grown(
            self._normals, stream, ordinals, lambda *draw: np.asarray(ndtri(self._row(*draw)))
        )

    def _grown(
        self,
        tables: dict[str, _Rows],
        stream: str,
        ordinals: int,
        draw: Callable[[str, int], Floats],
    ) -> Floats:
        """A table with at least so many rows drawn; room for more is made by doubling."""
        rows, drawn = tables.get(stream, (np.empty((0, self.futures)), 0))
        if drawn < ordinals:
            if len(rows) < ordinals:
                room = max(2 * len(rows), ordinals) - drawn
                rows = np.concatenate([rows[:drawn], np.empty((room, self.futures))])
            for ordinal in range(drawn, ordinals):
                rows[ordinal] = draw(stream, ordinal)
            tables[stream] = rows, ordinals
        return rows

    def _row(self, stream: str, ordinal: int) -> Floats:
        counter, skip = divmod(self._first_lot, _WORDS_PER_COUNTER)
        place = np.array([counter, 0, ordinal, 0], dtype=np.uint64)
        bits = np.random.Philox(self._key(stream), counter=place)  # type: ignore[arg-type]
        words = np.random.Generator(bits).random(skip + self._lots_spanned)[skip:]
        return (words if self._places is None else words[self._places]) + _HALF_STEP

    def _key(self, stream: str) -> _Key:
        if stream not in self._keys:
            digest = blake2b(f"{self.seed}\0{stream}".encode(), digest_size=16).digest()
            self._keys[stream] = _Key(np.frombuffer(digest, dtype=np.uint64))
        return self._keys[stream]


class _Key(ISeedSequence):
    """A key of Philox in the place of a seed.

    Philox that is given its key as such asks the system for entropy first, and lets it lie.
    """

    def __init__(self, words: NDArray[np.uint64]) -> None:
        self._words = words

    def generate_state(self, n_words: int, dtype: DTypeLike = np.uint32) -> NDArray[Any]:
        """Words of the key; all that Philox asks for is the two that there are."""
        return self._words[:n_words].astype(dtype, copy=False)
