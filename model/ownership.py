"""Who owns whom, and where firms have their headquarters: what rules on buyers ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from graphlib import CycleError, TopologicalSorter

from pydantic import Field

from agents.records import Basis, Strict
from model.destinations import CountryCode
from model.loading import DATA, DataError, read

PARENT_SHARE = 0.5
_FILE = DATA / "ownership.yaml"


class Stake(Strict):
    """A share that an owner holds."""

    owner: str
    share: float = Field(gt=0, le=1)
    source: str = Field(min_length=3)
    basis: Basis


class Party(Strict):
    """A firm that may buy, with its headquarters and the owners that matter."""

    name: str
    headquarters: CountryCode
    owners: tuple[Stake, ...] = ()
    note: str = ""


class Ownership:
    """Owners and headquarters by name of the firm.

    Args:
        parties: the firms on record; an owner need not be one of them.
    """

    def __init__(self, parties: Sequence[Party]) -> None:
        self.parties = {party.name: party for party in parties}
        self._headquarters = {name: frozenset(self._seats(name)) for name in self.parties}

    def headquarters(self, name: str) -> frozenset[str]:
        """Countries of a firm's headquarters and of its parents'; none where not on record."""
        return self._headquarters.get(name, frozenset())

    def owners(self, name: str) -> tuple[Stake, ...]:
        """A firm's owners on record."""
        party = self.parties.get(name)
        return () if party is None else party.owners

    def share_of(self, name: str, barred: Callable[[str], bool], bound: float) -> dict[str, float]:
        """Shares in a firm held by barred owners, and by owners that these own up to a bound.

        Args:
            name: the firm.
            barred: whether an owner is barred by itself.
            bound: share of barred owners, all together, from which an owner is barred with them.

        Returns:
            Shares by name of the owner.
        """
        return {
            stake.owner: stake.share
            for stake in self.owners(name)
            if barred(stake.owner)
            or (
                self.owners(stake.owner)
                and sum(self.share_of(stake.owner, barred, bound).values()) >= bound
            )
        }

    def ancestors(self, name: str) -> Iterator[str]:
        """Owners, their owners and so on."""
        for stake in self.owners(name):
            yield stake.owner
            yield from self.ancestors(stake.owner)

    def _seats(self, name: str) -> Iterator[str]:
        if name in self.parties:
            yield self.parties[name].headquarters
        for stake in self.owners(name):
            if stake.share >= PARENT_SHARE:
                yield from self._seats(stake.owner)


@cache
def recorded_ownership() -> Ownership:
    """Owners and headquarters as recorded.

    Raises:
        DataError: if the file is at fault.
    """
    parties: list[Party] = read(_FILE, list[Party])
    names = [party.name for party in parties]
    for party in parties:
        if names.count(party.name) > 1:
            raise DataError(f"{_FILE}: '{party.name}' is given twice")
        if sum(stake.share for stake in party.owners) > 1.0 + 1e-9:
            raise DataError(f"{_FILE}: {party.name}.owners: shares add up to more than 1")
    try:
        owners = {party.name: {stake.owner for stake in party.owners} for party in parties}
        TopologicalSorter(owners).prepare()
    except CycleError as error:
        raise DataError(f"{_FILE}: owners in a circle: {' -> '.join(error.args[1])}") from None
    return Ownership(parties)
