"""Instruments: the rules and programmes that governments hold, as data.

An instrument is read from YAML (``model/data/instruments/``) or added by a policy; the code knows
*kinds* of instrument and never a particular one.  Every figure an instrument carries is a dated
value with a reference, after the habit of tax-benefit microsimulation (OpenFisca).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from agents.records import Country, Region, Strict, ToolClass

Family = Literal["export-control", "counter-measure", "subsidy", "talent", "enforcement", "compute"]
Destination = Literal["CN"]
ChipMetric = Literal["tpp", "performance_density", "interconnect_gbs", "memory_bandwidth_gbs"]
Outcome = Literal["free", "notified", "licence", "fee", "denied"]


class DatedValue(Strict):
    """One value of a parameter from a day on."""

    since: date
    value: float
    reference: str = Field(min_length=3)


class Parameter(Strict):
    """A figure of an instrument: its unit and its values by date."""

    unit: str
    values: tuple[DatedValue, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order_of_date(self) -> Parameter:
        days = [dated.since for dated in self.values]
        if days != sorted(set(days)):
            raise ValueError("values must be in order of their dates, each date once")
        return self

    def on(self, day: date) -> float:
        """The value that holds on ``day``; the first one before the first date."""
        current = self.values[0].value
        for dated in self.values:
            if dated.since <= day:
                current = dated.value
        return current


class Condition(Strict):
    """A bound on one metric of a chip; the bounds name parameters of the instrument."""

    metric: ChipMetric
    at_least: str | None = None
    below: str | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Condition:
        if self.at_least is None and self.below is None:
            raise ValueError("a condition needs 'at_least' or 'below'")
        return self


class Test(Strict):
    """A set of conditions that must all hold, and what follows for the chip."""

    all_of: tuple[Condition, ...] = Field(min_length=1)
    outcome: Outcome


class InstrumentBase(Strict):
    """What every instrument has."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    issuer: Country
    family: Family
    citation: str = Field(min_length=3)
    announced: date
    effective: date
    ended: date | None = None
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    note: str = ""

    @model_validator(mode="after")
    def _dates_in_order(self) -> InstrumentBase:
        if self.announced > self.effective:
            raise ValueError(f"{self.id}: announced {self.announced} after effective")
        if self.ended is not None and self.ended < self.effective:
            raise ValueError(f"{self.id}: ended {self.ended} before effective {self.effective}")
        return self

    def in_force(self, day: date) -> bool:
        """Whether the instrument binds on ``day``."""
        return self.effective <= day and (self.ended is None or day < self.ended)

    def value(self, parameter: str, day: date) -> float:
        """A parameter's value on ``day``."""
        return self.parameters[parameter].on(day)


class ChipThreshold(InstrumentBase):
    """Judges chips by specification: the strictest outcome of the tests that catch the chip.

    Parameters understood beside the bounds: ``approval_odds`` (for the outcomes notified, licence
    and fee: share of applications granted, none if left out), ``fee`` (for the outcome fee: share
    of the price paid to the issuer).
    """

    kind: Literal["chip-threshold"]
    destinations: tuple[Destination, ...]
    tests: tuple[Test, ...] = Field(min_length=1)
    relaxes: tuple[str, ...] = Field(
        default=(), description="ids of instruments whose judgement this one replaces"
    )

    @model_validator(mode="after")
    def _bounds_exist(self) -> ChipThreshold:
        for test in self.tests:
            for condition in test.all_of:
                for bound in (condition.at_least, condition.below):
                    if bound is not None and bound not in self.parameters:
                        raise ValueError(f"{self.id}: no parameter '{bound}' for a condition")
        return self


class ChipLetter(InstrumentBase):
    """A letter that names chips (parameters: ``approval_odds``, ``fee`` as above)."""

    kind: Literal["chip-letter"]
    destinations: tuple[Destination, ...]
    products: tuple[str, ...] = Field(min_length=1)
    outcome: Outcome
    relaxes: tuple[str, ...] = ()


class EntityListing(InstrumentBase):
    """Named buyers that may not be supplied (parameter ``approval_odds`` of the licence)."""

    kind: Literal["entity-listing"]
    entities: tuple[str, ...] = Field(min_length=1)
    scope: tuple[Literal["chips", "tools", "foundry-service"], ...] = Field(min_length=1)


class ToolControl(InstrumentBase):
    """Bars toolmakers of the named countries from shipping tool classes to a destination.

    Parameter ``admitted``: share of wanted shipments that still goes through (licences,
    less capable models), 0 where nothing does.
    """

    kind: Literal["tool-control"]
    destinations: tuple[Destination, ...]
    toolmaker_countries: tuple[Country, ...] = Field(min_length=1)
    tool_classes: tuple[ToolClass, ...] = Field(min_length=1)


class MemoryControl(InstrumentBase):
    """Bars high-bandwidth memory sold apart from a chip (parameter ``admitted``, 0 if left out)."""

    kind: Literal["memory-control"]
    destinations: tuple[Destination, ...]


class FoundryControl(InstrumentBase):
    """Bars foundries outside the destination from making its designers' AI chips.

    Parameter ``admitted``: share of wanted service that still goes through, 0 if left out.
    """

    kind: Literal["foundry-control"]
    destinations: tuple[Destination, ...]


class CloudControl(InstrumentBase):
    """Bars the destination's firms from using advanced chips installed abroad.

    Parameter ``admitted``: share of wanted rentals that still goes through, 0 if left out.
    """

    kind: Literal["cloud-control"]
    destinations: tuple[Destination, ...]


class PurchaseDiscouragement(InstrumentBase):
    """The destination's own government tells firms not to buy foreign chips.

    Parameter ``withheld``: share of foreign purchases that is given up.
    """

    kind: Literal["purchase-discouragement"]
    products: tuple[str, ...] = Field(default=(), description="empty: every foreign chip")


class Subsidy(InstrumentBase):
    """Money from a government to actors, by purpose (parameter ``annual_usd_bn``)."""

    kind: Literal["subsidy"]
    purpose: Literal["fab-capacity", "process-research", "memory", "compute"]
    recipients: tuple[str, ...] = Field(min_length=1, description="names of actors")


class TalentProgramme(InstrumentBase):
    """Draws people: parameter ``migration_factor`` multiplies a migration flow."""

    kind: Literal["talent-programme"]
    origin: Region
    destination: Region


class Enforcement(InstrumentBase):
    """Means to enforce export controls (parameter ``annual_usd_bn``)."""

    kind: Literal["enforcement"]


Instrument = Annotated[
    ChipThreshold
    | ChipLetter
    | EntityListing
    | ToolControl
    | MemoryControl
    | FoundryControl
    | CloudControl
    | PurchaseDiscouragement
    | Subsidy
    | TalentProgramme
    | Enforcement,
    Field(discriminator="kind"),
]

ChipControl = ChipThreshold | ChipLetter
