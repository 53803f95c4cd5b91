"""Ways around the rules: smuggling networks and chips rented abroad, each with limited capacity."""

from __future__ import annotations

import numpy as np

from agents.arrays import Bools, Floats
from agents.surroundings import Parameters
from model.calendar import MONTHS_PER_YEAR


class GreyMarket:
    """Capacity, premium and risk of getting barred chips.

    Attributes:
        network: units a quarter that smugglers can move, ``(futures,)``.
        premium: price of a smuggled unit over its open price, ``(futures,)``.
        smuggled, seized: units since the start, ``(futures,)``.
        rentable: H100e a quarter that clouds abroad can set up for Chinese firms.
    """

    def __init__(self, futures: int, parameters: Parameters) -> None:
        self._parameters = parameters
        self.network = parameters["smuggling_start"].copy()
        self.premium = parameters["smuggling_premium"].copy()
        self.smuggled: Floats = np.zeros(futures)
        self.seized: Floats = np.zeros(futures)
        self.rentable: Floats = parameters["rentable_start"].copy()

    def seizure_share(self, effort: float | Floats) -> Floats:
        """Share of smuggled units that is seized, ``(futures,)``.

        ``base x effort^elasticity``, at most all; none without any effort.

        Args:
            effort: means of the enforcing government relative to the reference.
        """
        known = self._parameters
        means = np.full(known["seizure_base"].shape, effort)
        share = known["seizure_base"] * means ** known["seizure_elasticity"]
        return np.clip(share, 0.0, 1.0)

    def settle(
        self,
        ordered: Floats,
        moved: Floats,
        seizure_share: Floats,
        in_circulation: Floats,
        months: float,
        where: bool | Bools = True,
    ) -> None:
        """Book a quarter's traffic; networks grow with orders they could not fill.

        Growth is slowed by seizures and by the chips that can be diverted at all, and a network
        without custom shrinks.

        Args:
            ordered: units wanted, ``(futures,)``.
            moved: units that left the seller for China.
            seizure_share: share of them that was seized.
            in_circulation: units of the same chips sold openly in the quarter.
            months: length of the period.
            where: futures in which anything was barred; in others networks lie still.
        """
        known = self._parameters
        self.smuggled = self.smuggled + moved
        self.seized = self.seized + moved * seizure_share
        years = months / MONTHS_PER_YEAR
        pull = np.clip(ordered / np.maximum(self.network, 1.0) - 1.0, -1.0, 1.0)
        risk = np.clip(1.0 - seizure_share / known["seizure_deterrent"], 0.0, 1.0)
        divertible = known["divertible"] * np.maximum(in_circulation, 1.0)
        room = np.clip(1.0 - self.network / divertible, 0.0, 1.0)
        decline = known["smuggling_decline"]
        growth = np.where(
            pull > 0.0, known["smuggling_growth"] * pull * risk * room, decline * pull
        )
        moved_on = np.maximum(
            self.network * np.exp(growth * years),
            known["smuggling_start"] * known["smuggling_floor"],
        )
        self.network = np.where(where, moved_on, self.network)
        asked = known["premium_response"] * np.maximum(pull, 0.0)
        asked = asked + known["risk_premium"] * seizure_share
        self.premium = np.where(where, known["smuggling_premium"] * (1.0 + asked), self.premium)

    def set_rentable(self, delivered_elsewhere: Floats) -> None:
        """Clouds abroad can set aside a share of what they last received, H100e a quarter."""
        share = self._parameters["rentable_share"] * delivered_elsewhere
        self.rentable = np.maximum(self._parameters["rentable_start"], share)
