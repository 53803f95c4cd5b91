"""Calibration of the world: prior futures weighed on what was seen up to a month, then tested.

First the prior lives to that month and no further; every future is read for the patterns known by
then and weighed.  Only then do the kept futures, and as many of the prior, live on to be held to
the patterns that came later: what is held out cannot touch a weight, as it is not there yet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import scipy

from agents.arrays import Bools, Floats, Ints
from experiments.calibration import (
    CalibrationError,
    Movement,
    Tie,
    capped,
    effective_size,
    kept_of,
    log_likelihood,
    movement,
    not_ruled_out,
    ties,
    weights_of,
)
from experiments.designs import uncertain
from experiments.ensembles import Head
from experiments.hindcast import Score, score
from experiments.manifest import origin
from experiments.prior_readings import BLOCK, digest_of, read_prior
from model.ensemble import spread
from model.evidence import Evidence, evidence, known_by, month_after, shares_of_vote
from model.streams import Streams

# What a probability may differ by, so that far more futures are kept; far below what the choice of
# discrepancies moves.
CUT = 0.02
# Futures of the list that are read again, to know whether they are still the same.
_CHECKED = 8
_LUCK = "calibration/kept"


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be calibrated: so many prior futures, on what was seen up to a month.

    ``cut`` is the share of the weight that may be cut off the largest weights.
    """

    until: date
    futures: int = 20_000
    seed: int = 1
    cut: float = CUT

    @property
    def end(self) -> date:
        """First of the month after the last that counts."""
        return month_after(self.until)


@dataclass(frozen=True)
class Calibration:
    """The prior weighed.

    Attributes:
        question: what was asked.
        used: what was seen by then.
        held_out: what was seen later.
        readings: of the patterns used, ``(patterns, futures)``.
        departures: of these from what was seen, in standard deviations.
        votes: how much each pattern counts, ``(patterns,)``.
        weights: that add up to 1, ``(futures,)``.
        kept: which futures make the calibrated ensemble, all of equal weight.
    """

    question: Question
    used: tuple[Evidence, ...]
    held_out: tuple[Evidence, ...]
    readings: Floats
    departures: Floats
    votes: Floats
    weights: Floats
    kept: Bools

    @property
    def numbers(self) -> Ints:
        """Of the futures kept."""
        return np.flatnonzero(self.kept).astype(np.int64)

    @property
    def effective_size(self) -> float:
        """What the weights are worth in futures of equal weight (Kish)."""
        return effective_size(self.weights)

    @property
    def not_ruled_out(self) -> float:
        """Share of futures within three standard deviations of all that was seen."""
        return float(not_ruled_out(self.departures).mean())

    @cached_property
    def movements(self) -> tuple[Movement, ...]:
        """What became of every uncertain parameter of the world."""
        streams = Streams(self.question.seed, self.question.futures)
        found = []
        for name, quantity in uncertain().items():
            scores = streams.normal(f"parameter/{name}")
            found.append(movement(name, spread(quantity, scores), scores, self.weights))
        return tuple(found)

    @cached_property
    def ties(self) -> tuple[Tie, ...]:
        """Parameters of which only a combination was seen."""
        names = list(uncertain())
        streams = Streams(self.question.seed, self.question.futures)
        scores = np.stack([streams.normal(f"parameter/{name}") for name in names])
        return tuple(ties(names, scores, self.weights))

    @property
    def fits(self) -> tuple[tuple[Score, Score], ...]:
        """Each pattern used beside the prior and beside the kept futures."""
        return tuple(
            (score(seen.pattern, row), score(seen.pattern, row[self.kept]))
            for seen, row in zip(self.used, self.readings, strict=True)
        )

    def head(self) -> Head:
        """How the list of kept futures says that it was made."""
        first = self.numbers[:_CHECKED]
        return Head(
            until=f"{self.question.until:%Y-%m}",
            seed=self.question.seed,
            prior_futures=self.question.futures,
            kept=int(self.kept.sum()),
            effective_size=round(self.effective_size, 1),
            cut=self.question.cut,
            evidence_sha256=digest_of(self.used),
            model_sha256=origin().model_sha256,
            checked={
                seen.pattern.id: tuple(float(value) for value in row[first])
                for seen, row in zip(self.used, self.readings, strict=True)
            },
        )


@dataclass(frozen=True, slots=True)
class Tested:
    """A held-out pattern beside as many futures of the prior and of the calibrated ensemble.

    ``ranks`` are the shares of futures below what was seen once each is given the error and the
    discrepancy stated for the pattern, prior first; none for a range or a bound.
    """

    seen: Evidence
    prior: Score
    posterior: Score
    ranks: tuple[float, float] | None


def calibrate_prior(
    question: Question,
    *,
    workers: int = 1,
    block: int = BLOCK,
    advance: Callable[[int], None] = lambda _: None,
) -> Calibration:
    """Weigh the prior on what was seen, and choose the futures that stay.

    Args:
        question: what to calibrate.
        workers: processes; their number changes no figure, nor does ``block``.
        block: futures lived together.
        advance: told how many futures were just lived.

    Raises:
        CalibrationError: if nothing was seen by then, or no future shows it.
        RunError: if a worker process dies.
    """
    everything = evidence()
    used = known_by(everything, question.end)
    if not used:
        raise CalibrationError(f"--until {question.until:%Y-%m}: nothing was seen by then")
    numbers = np.arange(question.futures, dtype=np.int64)
    patterns = [seen.pattern for seen in used]
    readings = read_prior(patterns, question.seed, numbers, workers, block, advance)
    return weighed(question, used, [seen for seen in everything if seen not in used], readings)


def weighed(
    question: Question, used: Sequence[Evidence], held_out: Sequence[Evidence], readings: Floats
) -> Calibration:
    """The prior weighed by its readings of the patterns used, ``(patterns, futures)``.

    Raises:
        CalibrationError: if no future shows what was seen, or none is kept.
    """
    departures = np.stack([seen.departure(row) for seen, row in zip(used, readings, strict=True)])
    votes = shares_of_vote(used)
    weights = weights_of(log_likelihood(departures, votes))
    luck = Streams(question.seed, question.futures).uniform(_LUCK)
    kept = kept_of(weights, capped(weights, question.cut), luck)
    if not kept.any():
        raise CalibrationError(
            f"of {question.futures:,} futures none is kept; expected more --futures"
        )
    return Calibration(
        question, tuple(used), tuple(held_out), readings, departures, votes, weights, kept
    )


def held_to_later(
    found: Calibration,
    futures: int,
    *,
    workers: int = 1,
    block: int = BLOCK,
    advance: Callable[[int], None] = lambda _: None,
) -> list[Tested]:
    """Let the first futures of both ensembles live on, and hold them to what was seen later.

    Args:
        found: the prior weighed.
        futures: how many of each ensemble at most.
        workers: processes.
        block: futures lived together.
        advance: told how many futures were just lived.
    """
    if not found.held_out:
        return []
    patterns = [seen.pattern for seen in found.held_out]
    seed, kept = found.question.seed, found.numbers[:futures]
    drawn = np.arange(min(futures, found.question.futures), dtype=np.int64)
    before = read_prior(patterns, seed, drawn, workers, block, advance)
    after = read_prior(patterns, seed, kept, workers, block, advance)
    return [
        Tested(seen, score(seen.pattern, one), score(seen.pattern, other), _ranks(seen, one, other))
        for seen, one, other in zip(found.held_out, before, after, strict=True)
    ]


def _ranks(seen: Evidence, prior: Floats, posterior: Floats) -> tuple[float, float] | None:
    if seen.pattern.value is None:
        return None
    first, second = (
        float(np.mean(scipy.stats.norm.cdf(-seen.departure(values))))
        for values in (prior, posterior)
    )
    return first, second
