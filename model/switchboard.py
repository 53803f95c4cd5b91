"""Which groups of mechanisms are switched off in which regions, and since when."""

from __future__ import annotations

from agents.mechanisms import Mechanism


class Switchboard:
    """Starts with everything on; what is off holds in every future and for good."""

    def __init__(self) -> None:
        self._since: dict[tuple[Mechanism, str], float] = {}

    def switch_off(self, mechanism: Mechanism, region: str, now: float) -> None:
        """Let a group of mechanisms stand still in a region from ``now`` on, months.

        Raises:
            ValueError: if it is off already.
        """
        if (mechanism, region) in self._since:
            raise ValueError(f"{mechanism.title} is switched off in {region} already")
        self._since[mechanism, region] = now

    def off_since(self, mechanism: Mechanism, region: str) -> float | None:
        """When the group was switched off in a region, months; ``None`` where it is on."""
        return self._since.get((mechanism, region)) if self._since else None

    def is_off(self, mechanism: Mechanism, region: str) -> bool:
        """Whether the group is switched off in a region."""
        return (mechanism, region) in self._since

    def regions_without(self, mechanism: Mechanism) -> dict[str, float]:
        """Regions in which the group is off, and since when, months."""
        return {where: when for (what, where), when in self._since.items() if what is mechanism}
