"""What an actor can see of the world: the only door between ``agents`` and the folders above.

Actors hold a ``model`` of this type.  It is a structural description (a protocol), so nothing here
imports the world; the type checker confirms that ``model.world.World`` fits it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from agents.arrays import Bools, Floats, Ints
from agents.mechanisms import Mechanism
from agents.records import ChipRecord, Quantity
from agents.side_by_side import Places

if TYPE_CHECKING:
    from agents.actor import Actor


class Purse(Protocol):
    """Whoever can pay and be paid: has ``cash`` in USD bn, ``(futures,)``."""

    cash: Floats


class Payments(Protocol):
    """Moves money; none is made or lost."""

    @property
    def outside(self) -> Purse:
        """Everyone who is not an actor: investors, customers, households."""

    def pay(self, payer: Purse, payee: Purse, amount: Floats, purpose: str) -> None:
        """Move ``amount`` (USD bn) from one purse to another."""


class Parameters(Protocol):
    """Uncertain parameters by name."""

    def __getitem__(self, name: str) -> Floats:
        """One value per future, ``(futures,)``."""

    def certain(self, name: str) -> float:
        """The value of a parameter that is the same in every future."""


class Clock(Protocol):
    """Months since the start of the record, and dates."""

    @property
    def end(self) -> int:
        """Months from the start to the last year that a date can lie in."""

    def months(self, day: date) -> float:
        """Months from the start to ``day``."""

    def date(self, months: float) -> date:
        """The day at which ``months`` have passed since the start."""


class ChipRules(Protocol):
    """What one set of rules says to designers of chips."""

    def will_admit(self, chip: ChipRecord, destination: str, now: float) -> bool:
        """Whether a chip may be sold freely under the rules in force and those known to come."""

    def chip_outlook(self, destination: str, now: float) -> Hashable:
        """Stands for the rules on chips in force and known to come: while it stays, they do."""

    def chip_bounds(self, destination: str, now: float) -> Mapping[str, Sequence[float]]:
        """Bounds that rules in force or known to come set on chips, by metric."""

    def memory_access(self, region: str, start: float, end: float) -> float:
        """Share of wanted foreign high-bandwidth memory that a region may buy."""


class Rules(Protocol):
    """What the instruments in force say; periods are in months since the start.

    An answer is one number where it is the same in all futures, else ``(futures,)``.
    """

    def in_force(self, now: float, /) -> Sequence[tuple[int, ChipRules, bool | Bools]]:
        """Sets of rules on chips, each with its number and the futures in which it holds."""

    def tool_access(
        self,
        tool_class: str,
        maker_country: str,
        maker_region: str,
        region: str,
        foundry: str,
        start: float,
        end: float,
    ) -> float | Floats:
        """Share of wanted shipments of a tool class that may go ahead."""

    def tool_control_ahead(
        self, tool_class: str, region: str, now: float, lead: float
    ) -> bool | Bools:
        """Whether a control on the tool class is known to come: announced, or near enough to leak.

        Args:
            tool_class: the class.
            region: where the buyer is.
            now: the moment, months.
            lead: how long ahead an unannounced rule is known, months.
        """

    def servicing_access(
        self, maker_country: str, region: str, start: float, end: float
    ) -> float | Floats:
        """Share of the service that a country's toolmakers may give fabs of a region."""

    def memory_access(self, region: str, start: float, end: float) -> float | Floats:
        """Share of wanted foreign high-bandwidth memory that a region may buy."""

    def memory_control_ahead(self, region: str, now: float, lead: float) -> bool | Bools:
        """Whether a memory control is known to come, announced or by ``lead`` months ahead."""

    def foundry_access(
        self, designer: str, designer_region: str, foundry_region: str, start: float, end: float
    ) -> float | Floats:
        """Share of a designer's orders that a foundry of another region may take."""

    def design_software_access(
        self, region: str, nm: float, start: float, end: float
    ) -> float | Floats:
        """Share of a region's need for foreign design software at a node class that is met."""

    def enforcement_rate(self, issuer: str, start: float, end: float) -> float | Floats:
        """Means for enforcement of a government, USD bn a year."""

    def open_release_bound(self, origin: str, now: float) -> float | Floats:
        """Training compute from which developers of a region may not open weights, log10 FLOP."""


class Grant(Protocol):
    """Money that a programme owes a recipient."""

    @property
    def recipient(self) -> Actor:
        """Who is paid."""

    @property
    def amount(self) -> Floats:
        """USD bn, ``(futures,)``."""

    @property
    def purpose(self) -> str:
        """What it is for."""


class Knowledge(Protocol):
    """What is publicly known of algorithms and models."""

    def published(self, reader: str) -> Floats:
        """Efficiency of which readers of a region could read by now, OOM, ``(futures,)``."""

    def teachable(self, user: str, until: float | None = None) -> Floats:
        """Level of the best model that users of a region could learn from in time, OOM.

        Args:
            user: the region.
            until: the moment, months; now if left out.
        """

    def best_offered(self) -> Floats:
        """Level of the best model that outsiders could use last month, OOM, ``(futures,)``."""

    def best_released(self) -> Floats:
        """Level of the best model released by anyone so far, OOM, ``(futures,)``."""


class Use(Protocol):
    """The use of AI in the economy."""

    def feedback(self, region: str) -> Floats:
        """Use that a region's developers serve and see, 0 to 1, ``(futures,)``."""


class Surroundings(Protocol):
    """The world as an actor sees it."""

    futures: int
    time: float

    @property
    def parameters(self) -> Parameters:
        """Uncertain parameters."""

    @property
    def calendar(self) -> Clock:
        """Months and dates."""

    @property
    def ledger(self) -> Payments:
        """The one way in which money moves."""

    @property
    def rules(self) -> Rules:
        """The rule book of the policy that the world lives under."""

    @property
    def recorded_rules(self) -> Rules:
        """The rule book as history has it, whatever the policy."""

    @property
    def knowledge(self) -> Knowledge:
        """Public knowledge."""

    def off_since(self, mechanism: Mechanism, region: str) -> float | None:
        """When a group of mechanisms was switched off in a region, months; ``None`` if it is on."""

    @property
    def adoption(self) -> Use:
        """The use of AI in the economy."""

    def drawn(self, quantity: Quantity, stream: str) -> Floats:
        """One value per future of an uncertain figure, ``(futures,)``."""

    def luck(self, stream: str, ordinal: int | Ints, *, sigma: Floats | float) -> Floats:
        """Log-normal luck with median 1, ``(futures,)``, keyed by stream and ordinal."""

    def luck_at(
        self, streams: Sequence[str], places: Places, ordinals: Ints, *, sigma: Floats
    ) -> Floats:
        """The same of several streams, one for each actor of a team: one value for each place."""

    def chance(self, stream: str) -> Floats:
        """Uniform luck between 0 and 1, ``(futures,)``, keyed by its stream."""

    def compute_cost(self) -> Floats:
        """What an H100e costs a year at the day's prices, USD bn, ``(futures,)``."""

    def leading_rung(self) -> Ints:
        """Rung of the node ladder that the most advanced foundry has reached, ``(futures,)``."""

    def node_dates(self, foundry: str) -> Floats:
        """When a foundry had each node class in volume, months, ``(rungs, futures)``."""

    def region_of(self, name: str) -> str:
        """Where an actor is."""

    def grants(self, government: str, start: float, end: float) -> Iterable[Grant]:
        """What the subsidies of a government pay out over a period."""

    def last_seen(self, outcome: str) -> Floats:
        """An outcome as last recorded, infinite where beyond the record, ``(futures,)``."""

    def realign_rules(self) -> None:
        """Let the rules in force, and those to come, follow what governments decided."""

    def note(
        self, when: float, actor: str, event: str, subject: str, where: Bools | None = None
    ) -> None:
        """Put an event into the record; ``where`` names the futures, all if left out."""

    def register_agent(self, agent: Any) -> None:
        """Take an actor into the cast (Mesa's)."""
