"""Instruments: the rules and programmes that governments hold, as data.

An instrument is read from YAML (``model/data/instruments/``) or added by a policy; the code knows
*kinds* of instrument and never a particular one.  Every figure an instrument carries is a dated
value with a reference, after the habit of tax-benefit microsimulation (OpenFisca).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from agents.records import Country, Market, Region, Sector, Strict, ToolClass
from model.destinations import Destination, reach

Family = Literal[
    "export-control",
    "counter-measure",
    "subsidy",
    "talent",
    "enforcement",
    "compute",
    "knowledge",
    "adoption",
]
ChipMetric = Literal[
    "tpp",
    "performance_density",
    "interconnect_gbs",
    "memory_bandwidth_gbs",
    "combined_bandwidth_gbs",
]
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
    data_centre: bool | None = Field(
        default=None, description="only chips that are, or are not, made or sold for data centres"
    )


class InstrumentBase(Strict):
    """What every instrument has."""

    needs: ClassVar[tuple[str, ...]] = ()

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    issuer: Country
    family: Family
    citation: str = Field(min_length=3)
    announced: date
    effective: date
    ended: date | None = None
    decided_by: str = Field(
        default="", description="the firm or authority, where the government did not"
    )
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    note: str = ""

    @model_validator(mode="after")
    def _dates_in_order(self) -> InstrumentBase:
        if self.announced > self.effective:
            raise ValueError(f"{self.id}: announced {self.announced} after effective")
        if self.ended is not None and self.ended < self.effective:
            raise ValueError(f"{self.id}: ended {self.ended} before effective {self.effective}")
        return self

    @model_validator(mode="after")
    def _has_what_its_kind_lives_on(self) -> InstrumentBase:
        for name in self.needs:
            if name not in self.parameters:
                raise ValueError(f"{self.id}: expected a parameter '{name}'")
            if any(dated.value < 0.0 for dated in self.parameters[name].values):
                raise ValueError(f"{self.id}: '{name}' cannot be negative")
        return self

    def in_force(self, day: date) -> bool:
        """Whether the instrument binds on ``day``."""
        return self.effective <= day and (self.ended is None or day < self.ended)

    def value(self, parameter: str, day: date) -> float:
        """A parameter's value on ``day``."""
        return self.parameters[parameter].on(day)


class DestinedInstrument(InstrumentBase):
    """An instrument that bears on what goes to some destinations (see ``model.destinations``)."""

    destinations: tuple[Destination, ...] = Field(min_length=1)
    except_destinations: tuple[Destination, ...] = ()

    def reaches(self, destination: str) -> bool:
        """Whether the instrument bears on ``destination``, a country or a region of the model."""
        return destination in reach(self.destinations, self.except_destinations)


class TestingInstrument(DestinedInstrument):
    """An instrument that judges chips by their specification."""

    tests: tuple[Test, ...] = ()
    relaxes: tuple[str, ...] = Field(
        default=(), description="ids of instruments whose judgement this one replaces"
    )

    @model_validator(mode="after")
    def _bounds_exist(self) -> Self:
        for test in self.tests:
            for condition in test.all_of:
                for bound in (condition.at_least, condition.below):
                    if bound is not None and bound not in self.parameters:
                        raise ValueError(f"{self.id}: no parameter '{bound}' for a condition")
        return self


class ChipThreshold(TestingInstrument):
    """Judges chips by specification: the strictest outcome of the tests that catch the chip.

    Parameters understood beside the bounds: ``approval_odds`` (for the outcomes notified, licence
    and fee: share of applications granted, none if left out), ``fee`` (for the outcome fee: share
    of the price paid to the issuer).
    """

    kind: Literal["chip-threshold"]
    tests: tuple[Test, ...] = Field(min_length=1)


class ChipLetter(TestingInstrument):
    """A letter that names chips (parameters: ``approval_odds``, ``fee`` as above).

    It may catch others too, by tests on their specification.
    """

    kind: Literal["chip-letter"]
    products: tuple[str, ...] = Field(min_length=1)
    outcome: Outcome


class ChipEmbargo(DestinedInstrument):
    """Judges every chip alike (parameters: ``approval_odds``, ``fee`` as above)."""

    kind: Literal["chip-embargo"]
    outcome: Outcome
    relaxes: tuple[str, ...] = ()


class HeadquartersRule(InstrumentBase):
    """Extends chip rules to buyers whose firm has its headquarters in some countries, anywhere.

    Where a firm has its headquarters is on record in ``ownership.yaml``; that of a parent, owner of
    half or more, counts as well.  Sales within the issuer's own country are left alone.
    """

    kind: Literal["headquarters-rule"]
    headquarters: tuple[Destination, ...] = Field(min_length=1)
    extends: tuple[str, ...] = Field(min_length=1, description="ids of instruments on chips")

    def binds(self, countries: frozenset[str]) -> bool:
        """Whether a buyer with headquarters in ``countries`` is meant."""
        return not countries.isdisjoint(reach(self.headquarters))


class EntityListing(InstrumentBase):
    """Named buyers that may not be supplied (parameter ``approval_odds`` of the licence)."""

    kind: Literal["entity-listing"]
    entities: tuple[str, ...] = Field(min_length=1)
    scope: tuple[Literal["chips", "tools", "foundry-service"], ...] = Field(min_length=1)


class AffiliatesRule(InstrumentBase):
    """Treats a buyer as listed that listed parties own, as far as listings of the issuer go.

    Parameter ``ownership_share``: the share, all listed owners together, from which it does.  Who
    owns whom is on record in ``ownership.yaml``.
    """

    kind: Literal["affiliates-rule"]


class ToolControl(DestinedInstrument):
    """Bars toolmakers of the named countries from shipping tool classes to a destination.

    Parameter ``admitted``: share of wanted shipments that still goes through (licences,
    less capable models), 0 where nothing does.
    """

    kind: Literal["tool-control"]
    toolmaker_countries: tuple[Country, ...] = Field(min_length=1)
    tool_classes: tuple[ToolClass, ...] = Field(min_length=1)


class MemoryControl(DestinedInstrument):
    """Bars high-bandwidth memory sold apart from a chip (parameter ``admitted``, 0 if left out)."""

    kind: Literal["memory-control"]


class FoundryControl(DestinedInstrument):
    """Bars foundries outside the destination from making its designers' AI chips.

    Parameter ``admitted``: share of wanted service that still goes through, 0 if left out.
    """

    kind: Literal["foundry-control"]


class CloudControl(DestinedInstrument):
    """Bars the destination's firms from using advanced chips installed abroad.

    Parameter ``admitted``: share of wanted rentals that still goes through, 0 if left out.
    """

    kind: Literal["cloud-control"]


class DesignSoftwareControl(DestinedInstrument):
    """Bars chip-design software (parameter ``admitted``, 0 if left out).

    It binds from the node class ``node`` (nm) down, where that parameter is given, else for all.
    """

    kind: Literal["design-software-control"]
    software: str = Field(min_length=3, description="what software, in words")


class ServicingControl(DestinedInstrument):
    """Bars people of the issuer from work at advanced fabs (parameter ``admitted``, 0 if left out).

    Lines equipped with the issuer's tools then wear out faster.
    """

    kind: Literal["servicing-control"]


class SiteAuthorisation(InstrumentBase):
    """Lets named fabs in a controlled country be supplied without single licences.

    Parameter ``admitted``: share of wanted supplies.  On record only: the world does not act on it,
    as its fabs of foreign firms in China are not told apart.
    """

    kind: Literal["site-authorisation"]
    sites: tuple[str, ...] = Field(min_length=1)


class UseGuidance(InstrumentBase):
    """Warns that using the named chips, anywhere, may break the issuer's law.

    On record only: the world does not act on it, and it decides no sale.
    """

    kind: Literal["use-guidance"]
    products: tuple[str, ...] = Field(min_length=1)


class MineralControl(DestinedInstrument):
    """Licences for, or a ban on, exports of minerals (parameter ``admitted`` where banned: 0).

    On record only: the world has no minerals.
    """

    kind: Literal["mineral-control"]
    minerals: tuple[str, ...] = Field(min_length=1)
    outcome: Literal["licence", "denied"]


class ProcurementBan(InstrumentBase):
    """The issuer bars some of its own buyers from goods of the named suppliers.

    Parameter ``withheld``: share of the country's purchases of these suppliers' chips that is given
    up, 0 if left out.  Bears on suppliers that design accelerators; of others it is only on record.
    """

    kind: Literal["procurement-ban"]
    suppliers: tuple[str, ...] = Field(min_length=1)
    buyers: str = Field(min_length=3, description="who may not buy, in words")


class DomesticContent(InstrumentBase):
    """The issuer wants a share of what its fabs install to be made at home.

    Parameters: ``domestic_share``, the share asked for; ``withheld``, the share of orders to
    toolmakers abroad that fabs of the leading edge give up for it, 0 if left out.
    """

    kind: Literal["domestic-content"]
    goods: str = Field(min_length=3)


class PurchaseDiscouragement(InstrumentBase):
    """The destination's own government tells firms not to buy foreign chips.

    Parameter ``withheld``: share of foreign purchases that is given up.
    """

    kind: Literal["purchase-discouragement"]
    products: tuple[str, ...] = Field(default=(), description="empty: every foreign chip")


class Subsidy(InstrumentBase):
    """Money from a government to actors, by purpose (parameter ``annual_usd_bn``)."""

    needs = ("annual_usd_bn",)

    kind: Literal["subsidy"]
    purpose: Literal["fab-capacity", "process-research", "memory", "compute"]
    recipients: tuple[str, ...] = Field(min_length=1, description="names of actors")


class TalentProgramme(InstrumentBase):
    """Draws people: parameter ``migration_factor`` multiplies a migration flow."""

    needs = ("migration_factor",)

    kind: Literal["talent-programme"]
    origin: Region
    destination: Region


class PublicationRestraint(InstrumentBase):
    """Developers of the issuer's region hold back what they find from readers of some regions.

    Parameter ``delay_months``: added to the time until others can read of it.  What has been
    published stays so.
    """

    needs = ("delay_months",)

    kind: Literal["publication-restraint"]
    kept_from: tuple[Region, ...] = Field(min_length=1, description="where readers wait longer")


class OpenWeightRestraint(InstrumentBase):
    """Bars open release by developers of the issuer's region of models trained with much compute.

    Parameter ``training_flop``: log10 of the physical FLOP from which a model may not be released
    with open weights; it then comes out closed, behind an interface.
    """

    needs = ("training_flop",)

    kind: Literal["open-weight-restraint"]


class ModelWeightControl(DestinedInstrument):
    """Licence to send abroad the weights of closed models (parameter ``training_flop``, log10).

    On record only: no weights of closed models change hands in the world.
    """

    kind: Literal["model-weight-control"]


class ModelAccessLimit(InstrumentBase):
    """Closed models of the issuer's region are not offered to users of some regions.

    Parameter ``admitted``: share of wanted use that still gets through (resellers, other clouds,
    false addresses), 0 if left out.  Models with open weights are not affected.
    """

    kind: Literal["model-access-limit"]
    developers: tuple[str, ...] = Field(default=(), description="empty: all of the region")
    kept_from: tuple[Region, ...] = Field(min_length=1, description="whose users are shut out")


class MarketAccessLimit(InstrumentBase):
    """Services of a region's developers are not, or not wholly, to be had in a market.

    Parameter ``admitted``: share of the use there was that still gets through (other services of
    the same developers, the part of the market that is not concerned, ways around), 0 if left out.
    Models with open weights are not affected.  Several limits each take their share off the rest.
    """

    kind: Literal["market-access-limit"]
    market: Market
    origin: Region = Field(description="whose developers")
    developers: tuple[str, ...] = Field(default=(), description="empty: all of the region")


class UseRegulation(InstrumentBase):
    """Rules on what AI may be used for in a market.

    Parameter ``permission_factor`` multiplies the share of uses in wholly regulated work that may
    start at once, as it was in January 2022; how much a sector feels of it is the sector's own.
    """

    needs = ("permission_factor",)

    kind: Literal["use-regulation"]
    market: Market
    sectors: tuple[Sector, ...] = Field(default=(), description="empty: all")


class AdoptionPolicy(InstrumentBase):
    """Speeds or slows the use of AI: parameter ``adoption_factor`` multiplies its pace in a region.

    For the region of the rest of the world the factor is an average over its countries.
    """

    needs = ("adoption_factor",)

    kind: Literal["adoption-policy"]
    region: Region


class Enforcement(InstrumentBase):
    """Means to enforce export controls.

    Parameters: ``annual_usd_bn``, the budget, and ``staff``, posts; without the latter the budget
    alone says how hard rules are enforced.
    """

    needs = ("annual_usd_bn",)

    kind: Literal["enforcement"]


Instrument = Annotated[
    ChipThreshold
    | ChipLetter
    | ChipEmbargo
    | HeadquartersRule
    | EntityListing
    | AffiliatesRule
    | ToolControl
    | MemoryControl
    | FoundryControl
    | CloudControl
    | DesignSoftwareControl
    | ServicingControl
    | SiteAuthorisation
    | UseGuidance
    | MineralControl
    | ProcurementBan
    | DomesticContent
    | PurchaseDiscouragement
    | Subsidy
    | TalentProgramme
    | PublicationRestraint
    | OpenWeightRestraint
    | ModelWeightControl
    | ModelAccessLimit
    | MarketAccessLimit
    | UseRegulation
    | AdoptionPolicy
    | Enforcement,
    Field(discriminator="kind"),
]

LETS_THROUGH = dict.fromkeys(
    ("chip-threshold", "chip-letter", "chip-embargo", "entity-listing"), "approval_odds"
) | dict.fromkeys(
    (
        *("tool-control", "memory-control", "foundry-control", "cloud-control"),
        *("design-software-control", "servicing-control"),
        *("model-access-limit", "market-access-limit"),
    ),
    "admitted",
)
"""The parameter, by kind of rule, that says what share gets through; 0 where it is left out."""

ChipControl = ChipThreshold | ChipLetter | ChipEmbargo

ON_RECORD_ONLY: tuple[type[InstrumentBase], ...] = (
    SiteAuthorisation,
    UseGuidance,
    MineralControl,
    ModelWeightControl,
)
"""Kinds that the world does not act on."""
