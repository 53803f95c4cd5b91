"""Designs: which values the uncertain parameters have in which future of a study.

A design gives row *i* to future *i* of the study, whatever the block it is computed in, so that
blocks and workers leave no trace in the results.  It holds points of the unit cube, one coordinate
for each uncertain parameter, which become values through the inverse distribution function of each
(``model.ensemble.spread``).  Luck, and the figures of single actors, stay keyed draws.

=========  =========================================================================================
random     each parameter is drawn by its own stream: a plain Monte Carlo sample, the default
lhs        Latin hypercube: a thousand futures at a time fall into a thousand equally likely slices
           of each parameter, one in each (a replicated Latin hypercube where there are more)
sobol      scrambled Sobol points; balanced where the number of futures is a power of two
nominal    every parameter at its median in every future: what is left is luck
oat        one at a time: all medians, then each parameter alone at its 5% and at its 95% point; the
           rows of one round share their luck, and further rounds meet other luck
table      values from the user's own file; parameters that it leaves out are drawn
=========  =========================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from hashlib import blake2b, sha256
from io import BytesIO
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray
from pydantic import Field, model_validator
from scipy.special import ndtri

from agents.arrays import Floats, Ints
from agents.records import Quantity, Strict
from experiments.hints import did_you_mean
from model.ensemble import spread
from model.limits import LimitError, limit_of, require_within
from model.loading import parameter_quantities, reason

Method = Literal["random", "lhs", "sobol", "nominal", "oat", "table"]

# As many futures as a Latin hypercube is balanced over: those of one stored file.
SLICES = 1000


class DesignError(ValueError):
    """A design that cannot be used; the message says in one line what was expected."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a design gives to consecutive futures.

    Attributes:
        fixed: values of parameters, by name; those left out are drawn.
        sharing: how many consecutive futures of the study meet the same luck.
        numbers: of the futures of the prior whose luck they meet, where it is not their own.
    """

    fixed: Mapping[str, float | Floats] = field(default_factory=dict)
    sharing: int = 1
    numbers: Ints | None = None


class Design(Strict):
    """How a study's futures are spread over the uncertain parameters."""

    method: Method = "random"
    file: str | None = Field(default=None, description="of a table: CSV or Parquet")
    sha256: str | None = Field(default=None, description="digest of a table's file")
    rows: int | None = Field(default=None, ge=1, description="of a table")

    @model_validator(mode="after")
    def _a_file_for_a_table(self) -> Design:
        if (self.method == "table") != (self.file is not None):
            raise ValueError("a design of the method 'table', and no other, has a 'file'")
        return self

    @property
    def name(self) -> str:
        """What a user calls it."""
        return self.method if self.file is None else f"{self.method}:{self.file}"

    def check(self, futures: int) -> None:
        """Make sure that there is a row for each future.

        Raises:
            DesignError: saying how many futures the design is for.
        """
        if self.method == "oat" and futures % len(one_at_a_time()):
            raise DesignError(
                f"one at a time takes {len(one_at_a_time())} futures (all medians, then two for"
                f" each of {len(uncertain())} parameters) or a multiple, not {futures}"
            )
        if self.rows is not None and futures > self.rows:
            raise DesignError(
                f"{self.file}: has {self.rows} rows, expected one for each of {futures} futures"
            )

    def rows_of(self, seed: int, futures: int, first: int, count: int) -> Rows:
        """The rows of some futures of a study.

        Args:
            seed: of the study.
            futures: how many the study has in all.
            first: number of the first future wanted.
            count: how many.

        Raises:
            DesignError: if the file of a table is no longer what it was.
        """
        if self.method == "random":
            return Rows()
        if self.method == "nominal":
            return Rows({name: known.value for name, known in uncertain().items()})
        if self.method == "table":
            table = self._table()
            return Rows({name: table[name][first : first + count] for name in table})
        if self.method == "oat":
            points = one_at_a_time()
            rounds = np.arange(first, first + count) % len(points)
            return Rows(_values(points[rounds]), sharing=len(points))
        if self.method == "lhs":
            return Rows(_values(_latin(seed, futures, first, count)))
        return Rows(_values(_sobol(seed, first, count)))

    def _table(self) -> dict[str, Floats]:
        content = _content(str(self.file))
        if self.sha256 not in {None, sha256(content).hexdigest()}:
            raise DesignError(f"{self.file}: is no longer the table that the study began with")
        return _columns(str(self.file), content)


RANDOM = Design()


def design(text: str, folder: Path = Path()) -> Design:
    """The design that a user asks for: the name of a method, or ``table:FILE``.

    Args:
        text: what is asked for.
        folder: where the path of a file begins.

    Raises:
        DesignError: in one line, if there is no such design or the table cannot be used.
    """
    method, _, name = text.partition(":")
    if method == "table" and name:
        path = str(folder / name)
        content = _content(path)
        rows = len(next(iter(_columns(path, content).values())))
        return Design(method="table", file=path, sha256=sha256(content).hexdigest(), rows=rows)
    for known in ("random", "lhs", "sobol", "nominal", "oat"):
        if text == known:
            return Design(method=known)
    raise DesignError(
        f"no design is called '{text}': expected random, lhs, sobol, nominal, oat or table:FILE"
    )


def uncertain() -> dict[str, Quantity]:
    """The parameters that have a range, by name."""
    return {name: q for name, q in parameter_quantities().items() if q.low is not None}


def one_at_a_time() -> Floats:
    """Points ``(1 + 2 parameters, parameters)``: all medians; then low and high, one by one."""
    size = len(uncertain())
    points = np.full((1 + 2 * size, size), 0.5)
    at = np.arange(size)
    points[1 + 2 * at, at] = 0.05
    points[2 + 2 * at, at] = 0.95
    return points


def _values(points: Floats) -> dict[str, float | Floats]:
    """Values of the uncertain parameters at points ``(futures, parameters)`` of the unit cube."""
    return {
        name: spread(quantity, np.asarray(ndtri(points[:, at])))
        for at, (name, quantity) in enumerate(uncertain().items())
    }


def _latin(seed: int, futures: int, first: int, count: int) -> Floats:
    """Rows of a Latin hypercube of ``SLICES`` futures, or of one after the other."""
    numbers = range(first // SLICES, (first + count - 1) // SLICES + 1)
    begin = numbers[0] * SLICES
    cubes = [_hypercube(seed, n, min(SLICES, futures - n * SLICES)) for n in numbers]
    return np.concatenate(cubes)[first - begin : first - begin + count]


@lru_cache(maxsize=4)
def _hypercube(seed: int, number: int, size: int) -> Floats:
    """One Latin hypercube, ``(size, parameters)``.

    Each column is keyed by the name of its parameter, as all luck is: a new parameter leaves the
    others' values as they were.
    """
    columns = [
        scipy.stats.qmc.LatinHypercube(1, rng=_keyed(seed, f"lhs/{number}/{name}")).random(size)
        for name in uncertain()
    ]
    return np.hstack(columns)


def _sobol(seed: int, first: int, count: int) -> Floats:
    points = scipy.stats.qmc.Sobol(len(uncertain()), scramble=True, rng=_keyed(seed, "sobol"))
    if first:
        points.fast_forward(first)
    # SciPy warns where fewer than a power of two are drawn at once, as any block may be.
    drawn = 1 << (count - 1).bit_length() if first == 0 else count
    return np.asarray(points.random(drawn))[:count]


def _keyed(seed: int, name: str) -> np.random.Generator:
    digest = blake2b(f"{seed}\0design/{name}".encode(), digest_size=16).digest()
    # From a seed and not a key, as SciPy's samplers spawn generators of their own.
    seeds = np.random.SeedSequence(int.from_bytes(digest, "little"))
    return np.random.Generator(np.random.Philox(seeds))


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise DesignError(f"{path}: cannot be read: {reason(error)}") from None


@lru_cache(maxsize=4)
def _columns(path: str, content: bytes) -> dict[str, Floats]:
    """The columns of a table.

    Raises:
        DesignError: naming the file and, where one is at fault, the column and the row.
    """
    try:
        read = pd.read_parquet if path.endswith(".parquet") else pd.read_csv
        frame = read(BytesIO(content))
    except (OSError, ValueError, pd.errors.ParserError) as error:
        raise DesignError(f"{path}: cannot be read: {' '.join(str(error).split())}") from None
    if frame.empty or not len(frame.columns):
        raise DesignError(f"{path}: expected a column for each parameter, and rows")
    return {str(name): _column(path, str(name), frame[name]) for name in frame}


def parameter_named(name: str) -> Quantity:
    """The uncertain parameter of that name.

    Raises:
        DesignError: with the names most like it, if there is none.
    """
    known = parameter_quantities()
    if name not in known:
        near = get_close_matches(name, known, n=3, cutoff=0.5)
        raise DesignError(f"no parameter is called '{name}'{did_you_mean(near)}")
    return known[name]


def require_value(name: str, value: float) -> None:
    """Make sure that a parameter can have a value in every future.

    Raises:
        DesignError: naming the parameter and what was expected.
    """
    try:
        require_within(name, parameter_named(name), np.array([value]))
    except LimitError as error:
        raise DesignError(str(error)) from None


def _column(path: str, name: str, column: pd.Series) -> NDArray[np.float64]:
    try:
        quantity = parameter_named(name)
    except DesignError as error:
        raise DesignError(f"{path}: {error}") from None
    try:
        values = column.to_numpy(dtype=np.float64)
    except (TypeError, ValueError):
        raise DesignError(f"{path}: {name}: expected numbers") from None
    limit = limit_of(name, quantity)
    bad = ~limit.admits(values)
    if bad.any():
        row = int(np.argmax(bad))
        raise DesignError(f"{path}: {name}: row {row + 1}: {limit.fault(values[row])}")
    if quantity.low is None and (values != values[0]).any():
        raise DesignError(f"{path}: {name}: has no range, expected the same value in every row")
    return values
