"""Records of the cast: what is known of each named actor at the start, with its sources.

Each class is the schema of one file in ``model/data/actors/`` (a YAML list of records); an actor is
made from its record.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

Country = Literal["US", "CN", "NL", "JP", "KR", "TW", "EU"]
ToolClass = Literal["euv", "immersion-advanced", "immersion", "deposition-etch"]
Region = Literal["US", "CN", "RoW"]
Market = Literal["US", "CN", "Europe", "Others"]
MARKETS: tuple[Market, ...] = get_args(Market)
Tier = Literal["researchers", "engineers"]
Basis = Literal["cited", "derived", "assumption"]
Openness = Literal["closed", "api", "open-weights"]
Sector = Literal[
    "internet",
    "finance",
    "manufacturing",
    "transport",
    "retail",
    "health",
    "professional",
    "public",
]
SECTORS: tuple[Sector, ...] = get_args(Sector)


class Strict(BaseModel):
    """Base of everything read from a file: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Quantity(Strict):
    """An uncertain figure: its median, a 5-95% range around it, and where it comes from.

    Without ``low`` and ``high`` the figure is taken as known.
    """

    value: float = Field(allow_inf_nan=False)
    low: float | None = None
    high: float | None = None
    unit: str
    source: str = Field(min_length=3)
    basis: Basis

    @model_validator(mode="after")
    def _ordered(self) -> Quantity:
        if (self.low is None) != (self.high is None):
            raise ValueError("give both 'low' and 'high', or neither")
        low, high = (self.low, self.high) if self.low is not None else (self.value, self.value)
        if high is None or not low <= self.value <= high:
            raise ValueError(f"expected low <= value <= high, got {low}, {self.value}, {high}")
        return self


class PastModel(Strict):
    """An AI model released before the simulation starts."""

    name: str
    released: date
    training_flop: Quantity
    open_weights: bool = False


class ModelAccess(Strict):
    """From when on outsiders can use a developer's best models, by interface or by weights."""

    since: date
    source: str = Field(min_length=3)
    basis: Basis


class DeveloperRecord(Strict):
    """An AI developer: a lab, a platform, an application firm or a cloud."""

    name: str
    country: str = Field(description="country of the headquarters, two letters")
    region: Region
    business: Literal["frontier-lab", "platform", "application", "cloud"]
    description: str
    founded: date = Field(description="before it the firm neither buys nor trains")
    fleet: Quantity = Field(description="compute at its disposal on 2022-01-01, H100e")
    spending_share: Quantity = Field(
        description="share of its region's spending on accelerators once founded; "
        "the shares of a region are normalised to 1"
    )
    researchers: Quantity = Field(description="top-tier AI researchers, 2022-01 (or at founding)")
    engineers: Quantity = Field(description="AI engineers, 2022-01 (or at founding)")
    foundation_focus: Quantity = Field(description="0 all applications, 1 all foundation models")
    training_share: Quantity = Field(
        description="share of its fleet given to its largest training run, 2022 habit, were all "
        "its research on large models"
    )
    serving_share: Quantity = Field(
        description="share of its fleet that its services take, 2022 habit; experiments have the "
        "rest"
    )
    release_lag: Quantity = Field(
        description="months from the end of a training run to the release of the model"
    )
    openness: Openness = Field(description="habit; each release is decided on anew")
    access: ModelAccess | None = Field(
        default=None, description="without it its models stay in the house"
    )
    efficiency_lag: Quantity = Field(
        description="algorithmic efficiency behind the frontier on 2022-01-01, orders of magnitude"
    )
    models: tuple[PastModel, ...] = Field(
        default=(), description="its strongest models before 2022, oldest first"
    )
    own_designer: str | None = Field(default=None, description="designer whose chips it buys first")
    only_own_chips: bool = False
    sectors: tuple[Sector, ...] = Field(
        default=(), description="sectors that its applications are for; without any, all"
    )


class ChipRecord(Strict):
    """An AI accelerator with its data-sheet figures (dense, per package)."""

    name: str
    designer: str
    home: Region = Field(description="region of its designer, where no foreign rule bears on it")
    foundry: str = Field(description="the maker of its logic dies")
    node_nm: float
    launched: date = Field(description="first volume shipments")
    discontinued: date | None = None
    fp16_tflops: float = Field(gt=0)
    int8_tops: float = Field(gt=0)
    die_mm2: float = Field(gt=0, description="logic area of the package")
    memory_gb: float = Field(gt=0)
    hbm_stacks: int = Field(ge=0)
    memory_bandwidth_gbs: float = Field(gt=0)
    interconnect_gbs: float = Field(ge=0)
    price_usd: Quantity
    sold_to: Literal["anyone", "developer", "china"] = Field(
        description="'developer': only firms whose own designer this is; "
        "'china': made for China's market or sold only there"
    )
    source: str
    basis: Basis

    @property
    def tpp(self) -> float:
        """Total processing performance: the highest dense rate times its bit length."""
        return max(self.fp16_tflops * 16, self.int8_tops * 8)

    @property
    def performance_density(self) -> float:
        """TPP per square millimetre of logic die."""
        return self.tpp / self.die_mm2

    @property
    def h100e(self) -> float:
        """Compute in H100 equivalents, by peak 8-bit rate (Epoch AI's convention)."""
        return self.int8_tops / 1979.0


class DesignerRecord(Strict):
    """A designer of accelerators."""

    name: str
    country: str
    region: Region
    description: str
    software: Quantity = Field(
        description="share of a chip's peak that its software and systems deliver in training, "
        "relative to Nvidia's (1.0)"
    )
    software_gain: Quantity = Field(
        description="share of the remaining distance to 1.0 that its software closes in a year"
    )
    margin: Quantity = Field(description="share of the price that is not paid to suppliers")
    foundries: tuple[str, ...] = Field(
        min_length=1, description="who may make its dies, the preferred first"
    )
    cadence: Quantity = Field(description="months from one generation of its main line to the next")
    node_patience: Quantity = Field(
        description="months that a node class must have been in volume before it commits to it"
    )
    third_country_dies: Quantity | None = Field(
        default=None,
        description="logic dies (about 666 mm2) a quarter obtained from foreign foundries "
        "through third parties while nothing bars it",
    )
    third_country_since: date | None = None
    source: str


class NodeDate(Strict):
    """A process node in high-volume manufacturing."""

    label: str
    nm: float
    since: date
    source: str
    basis: Basis


class FoundryRecord(Strict):
    """A chip manufacturer with a leading-edge line."""

    name: str
    country: str
    region: Region
    description: str
    nodes: tuple[NodeDate, ...] = Field(min_length=1, description="before 2022, oldest first")
    progress: Quantity = Field(description="share of the way to the next node done, 2022-01-01")
    research_pace: Quantity = Field(
        description="node classes a year of a foundry at the front (TSMC's habit is about 0.36)"
    )
    leading_wafers: Quantity = Field(
        description="capacity at 7 nm class and below, thousand 300 mm wafers a month, 2022-01-01"
    )
    packaging_wafers: Quantity = Field(
        description="advanced (2.5D) packaging, thousand wafers a month, 2022-01-01"
    )
    euv_scanners: Quantity
    immersion_scanners: Quantity
    yield_now: Quantity = Field(description="share of good large dies at the current leading node")
    accelerator_share: Quantity = Field(
        description="share of leading wafers that goes to AI accelerators when they are wanted"
    )
    capital_budget: Quantity = Field(
        description="own investment in leading capacity, USD bn a year"
    )


class ToolOutput(Strict):
    """What a toolmaker ships of one class of tool."""

    first_year: Quantity = Field(
        description="years after 2022-01-01 at which it first ships (0 or less: already)"
    )
    sets_a_year: Quantity = Field(
        description="sets shipped a year, 2022 for incumbents and the first year for entrants; "
        "a set is one scanner, or the other tools that equip 1,000 leading wafers a month"
    )


class ToolmakerRecord(Strict):
    """A maker of wafer fabrication equipment."""

    name: str
    country: str
    region: Region
    description: str
    output: dict[ToolClass, ToolOutput] = Field(min_length=1)


class MemoryMakerRecord(Strict):
    """A maker of high-bandwidth memory."""

    name: str
    country: str
    region: Region
    description: str
    hbm_from: Quantity = Field(
        description="years after 2022-01-01 at which it first makes HBM for accelerators "
        "(0 or less: already)"
    )
    stacks_a_quarter: Quantity = Field(
        description="HBM stacks (8-high or more) a quarter, 2022 for incumbents and the first "
        "year for entrants"
    )


class TalentPoolRecord(Strict):
    """The AI workforce of a region, by tier, and the classes that take a first degree there.

    A person's *origin* is the region of the first degree (MacroPolo's measure).
    """

    region: Region
    description: str
    researchers: Quantity = Field(description="top-tier AI researchers working there, 2022-01-01")
    engineers: Quantity = Field(description="AI engineers working there, 2022-01-01")
    origins: dict[Tier, dict[Region, Quantity]] = Field(
        description="share of them by origin, 2022-01-01; normalised to 1"
    )
    researcher_cohort: Quantity = Field(
        description="people of this origin who enter the top tier in a year, 2022"
    )
    engineer_cohort: Quantity = Field(
        description="people of this origin who become AI engineers in a year, 2022"
    )
    cohort_growth: Quantity = Field(description="growth of the cohorts, share a year")
    first_places: dict[Tier, dict[Region, Quantity]] = Field(
        description="share of a class that goes to each region first, to work or to a doctorate, "
        "2022; normalised to 1"
    )
    researcher_wage: Quantity = Field(description="USD thousand a year")
    engineer_wage: Quantity = Field(description="USD thousand a year")
    emigration: dict[Region, Quantity] = Field(
        description="share of its people of each tier, apart from those who go home by it, that "
        "move to each other region a year, 2022"
    )
    returning: dict[Region, Quantity] = Field(
        description="share of its people from each other region that go home a year, 2022"
    )


class Course(Strict):
    """How an adaptive government reviews its rules: when, by which outcome, at which bounds.

    It tightens on one side of the outcome and loosens on the other, a step at each review.
    """

    outcome: str = Field(description="an outcome of the registry")
    reviews_every: int = Field(ge=1, le=120, description="months")
    since: date = Field(description="day of the first review")
    notice_months: float = Field(
        default=0.0, ge=0.0, le=60.0, description="from a decision to its taking effect"
    )
    tighten_below: float | None = Field(default=None, allow_inf_nan=False)
    tighten_above: float | None = Field(default=None, allow_inf_nan=False)
    loosen_below: float | None = Field(default=None, allow_inf_nan=False)
    loosen_above: float | None = Field(default=None, allow_inf_nan=False)

    @property
    def tightest(self) -> int:
        """1 if there is a tighter course than that of the policy, else 0."""
        return 1

    @property
    def loosest(self) -> int:
        """-1 if there is a looser course than that of the policy, else 0."""
        return -1

    @model_validator(mode="after")
    def _two_sides(self) -> Course:
        below, above = self.tighten_below, self.tighten_above
        if (below is None) == (above is None):
            raise ValueError("give one of 'tighten_below' and 'tighten_above'")
        if (self.loosen_below, self.loosen_above)[below is None] is not None:
            raise ValueError("tightening and loosening lie on opposite sides of the outcome")
        if below is not None and self.loosen_above is not None and self.loosen_above < below:
            raise ValueError("expected tighten_below <= loosen_above")
        if above is not None and self.loosen_below is not None and self.loosen_below > above:
            raise ValueError("expected loosen_below <= tighten_above")
        return self


class GovernmentRecord(Strict):
    """A government that holds instruments."""

    name: str
    code: Country
    region: Region
    description: str
    source: str


class DemandShock(Strict):
    """A dated event after which money and attention turn to AI faster."""

    name: str
    happened: date
    reference: str
    effect: dict[Region, Quantity] = Field(
        description="natural logarithm of the lasting rise of spending on AI compute that follows"
    )
    attention: dict[Region, Quantity] = Field(
        description="share of developers' remaining reserve that turns to training large models"
    )
    openness: dict[Region, Quantity] = Field(
        default_factory=dict,
        description="how much closer to the leader sellers of access then open their weights, "
        "orders of magnitude",
    )


class Technique(Strict):
    """A way of post-training, found on a day by the laboratory that then leads."""

    name: str
    found: date
    reference: str
    gain: Quantity = Field(description="what it can add in all, orders of magnitude of compute")
    secrecy: Quantity = Field(description="months until other developers know how it is done")
