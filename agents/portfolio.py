"""The sectors that a firm makes applications for, and why it enters and leaves them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from agents import sector_choice
from agents.arrays import Bools, Floats, replaced
from agents.decisions import Decisions
from agents.records import SECTORS, Sector
from agents.surroundings import Parameters

NEAR, NEWLY_ABLE, GENERAL = range(3)
ENTRY_REASONS = (
    "customers there will pay more for its people's work than those it has",
    "models have become good enough for the work there",
    "a general model carries it there, and customers will pay",
)
LEAVING_REASONS = ("its people earn far more in its other sectors",)
# Beyond this way, 0 to 1, a sector is not next door.
FAR = 0.5
_WORDS: dict[Sector, str] = {
    "internet": "internet platforms",
    "professional": "professional services",
    "public": "public services",
}


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a firm expects of every sector when it reviews where it is.

    Attributes:
        takings: what developers of its region will take in a year, USD bn, ``(sectors, futures)``.
        effort: what all of them put in now, same shape.
        own: effort of the firm if all its people were in one sector, ``(futures,)``.
        able: whether a model it can use does useful work there, ``(sectors, futures)``.
        usual: weight of each sector where a firm is in all, ``(sectors, 1)``.
        between: distances between sectors, ``(sectors, sectors)``.
    """

    takings: Floats
    effort: Floats
    own: Floats
    able: Bools
    usual: Floats
    between: Floats


class Portfolio:
    """The sectors that a firm is in.

    Attributes:
        entered: the sectors, ``(sectors, futures)``.
    """

    def __init__(self, recorded: Collection[str], futures: int) -> None:
        held = [not recorded or sector in recorded for sector in SECTORS]
        self.entered: Bools = np.repeat(np.array(held)[:, None], futures, axis=1)
        self._was_able: Bools | None = None
        # The way to every sector, and the distances by which it was found.
        self._to_go: tuple[Floats, Floats] | None = None

    def review(
        self,
        outlook: Outlook,
        generality: Floats,
        parameters: Parameters,
        decisions: Decisions,
        now: float,
    ) -> None:
        """Leave the sector that pays least if it is not worth it; enter the best one that is.

        Args:
            outlook: what is expected of every sector.
            generality: share of the firm's effort that goes into models for everything, 0 to 1.
            parameters: of the choice.
            decisions: where what it decides is kept.
            now: the moment, months.
        """
        left = self._leave(outlook, parameters)
        to_go = self._way(outlook.between)
        worth = sector_choice.gain_from_entry(
            self.entered | left,
            outlook.takings,
            outlook.effort,
            outlook.own,
            outlook.usual,
            to_go * (1.0 - generality),
            hurdle=parameters["entry_hurdle"],
            distance_cost=parameters["entry_distance_cost"],
        )
        begun = _best(np.where(outlook.able, worth, -np.inf))
        for row in np.flatnonzero((left | begun).any(axis=1)).tolist():
            words = _WORDS.get(SECTORS[row], SECTORS[row])
            why = np.where(to_go[row] > FAR, GENERAL, NEAR)
            if self._was_able is not None:
                why = np.where(outlook.able[row] & ~self._was_able[row], NEWLY_ABLE, why)
            decisions.note(left[row], now, f"leaves {words}", LEAVING_REASONS, 0)
            decisions.note(begun[row], now, f"enters {words}", ENTRY_REASONS, why)
        self._was_able = outlook.able
        self._change(left, begun)

    def _change(self, left: Bools, begun: Bools) -> None:
        """Be in other sectors where any was left or entered, and know the way from there."""
        here = np.flatnonzero((left | begun).any(axis=0))
        if not here.size:
            return
        self.entered = (self.entered & ~left) | begun
        if self._to_go is not None:
            way, between = self._to_go
            now = sector_choice.way(self.entered[:, here], between)
            self._to_go = replaced(way, here, now), between

    def _way(self, between: Floats) -> Floats:
        """The way to each sector, ``(sectors, futures)``; most futures' is what it was before."""
        if self._to_go is None or not np.array_equal(self._to_go[1], between):
            self._to_go = sector_choice.way(self.entered, between), between
        return self._to_go[0]

    def _leave(self, outlook: Outlook, parameters: Parameters) -> Bools:
        """The sector to leave, if any, ``(sectors, futures)``."""
        case = sector_choice.loss_from_staying(
            self.entered,
            outlook.takings,
            outlook.effort,
            outlook.usual,
            hurdle=parameters["exit_hurdle"],
        )
        return _best(case)


def _best(worth: Floats) -> Bools:
    """In each future the sector of the greatest worth, if that is positive."""
    best = np.zeros(worth.shape, dtype=np.bool_)
    here = np.flatnonzero(worth.max(axis=0) > 0.0)
    best[worth[:, here].argmax(axis=0), here] = True
    return best
