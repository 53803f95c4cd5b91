"""A firm's strategy: standing choices that its decisions start from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agents.arrays import Floats, ratio
from agents.records import DeveloperRecord, Openness

if TYPE_CHECKING:
    from agents.actor import Actor


@dataclass(slots=True)
class Strategy:
    """What a firm usually does, one value per future.

    Attributes:
        other_services: share of its fleet that serves search, advertising, customers of a cloud.
        experiments_per_run: compute for experiments per compute of its largest run.
        release_lag: months from a run's end to the release: short for who rushes.
        openness: whether it is in the habit of opening weights, selling access or neither.
        opens_when_trailing: distance to the leader at which it opens weights it would sell, OOM.
    """

    other_services: Floats
    experiments_per_run: Floats
    release_lag: Floats
    openness: Openness
    opens_when_trailing: Floats

    @classmethod
    def of(cls, firm: Actor, record: DeveloperRecord) -> Strategy:
        """The strategy on record, with its uncertainty."""
        known = firm.model.parameters
        services = firm.draw(record.serving_share, "serving-share")
        # Its largest run cannot have had more than its services left.
        training = np.minimum(firm.draw(record.training_share, "training-share"), 1.0 - services)
        disposition = firm.model.luck(f"{firm.name}/openness", 0, sigma=known["openness_spread"])
        return cls(
            other_services=services,
            experiments_per_run=ratio(1.0 - services - training, training),
            release_lag=firm.draw(record.release_lag, "release-lag"),
            openness=record.openness,
            opens_when_trailing=known["open_when_trailing"] * disposition,
        )

    def open_up(self, shift: Floats) -> None:
        """Be readier to open weights, by a distance to the leader, OOM."""
        self.opens_when_trailing = np.maximum(0.0, self.opens_when_trailing - shift)
