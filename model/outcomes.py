"""The outcome registry: every figure that is recorded, reported or drawn, defined once.

An outcome is computed from the world at the first day of a month, one value per future.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.arrays import Floats
from agents.developer import Channel
from agents.records import Region, Sector, Tier
from model import measures
from model.sectors import MARKETS, SECTORS, Market, sector_data

if TYPE_CHECKING:
    from model.world import World


@dataclass(frozen=True, slots=True)
class Outcome:
    """A recorded figure.

    Attributes:
        name: column in every table.
        unit: unit of the values.
        definition: what is measured, in a sentence.
        source: where the definition comes from.
        compute: the values of the present moment, ``(futures,)``.
        headline: whether a comparison shows it unasked.
        censored_by: companion outcome that says why a value is missing (NaN): +1 there where it
            is larger than the record can show, -1 where it is smaller.
        decimals: digits worth showing.
    """

    name: str
    unit: str
    definition: str
    source: str
    compute: Callable[[World], Floats]
    headline: bool = False
    censored_by: str | None = None
    decimals: int = 2


_OWN = "this model"
_US_CN: tuple[tuple[Region, str], ...] = (("US", "the United States"), ("CN", "China"))
_TIERS: tuple[tuple[Tier, str], ...] = (
    ("researchers", "Top-tier AI researchers"),
    ("engineers", "AI engineers"),
)
_TRACKER = "MacroPolo's Global AI Talent Tracker, by place of work and region of the first degree"
_GAP = "lag between frontiers, as Epoch AI measures that of open or Chinese models"
_CHANNEL_WORDS: Mapping[Channel, str] = {
    "direct": "bought openly, as sold everywhere (the fleet of January 2022 included)",
    "variant": "bought openly, of variants made for the Chinese market",
    "domestic": "of Chinese design",
    "smuggled": "smuggled past the rules and not seized",
    "rented": "set up abroad for Chinese firms' use",
}
_PART_WORDS: Mapping[str, str] = {
    "compute": "physical training compute",
    "methods": "algorithms that developers found, or that people brought along",
    "literature": "algorithms read of (negative where Chinese developers read of more)",
    "post_training": "post-training",
    "learned": "what models learned from better ones (negative where Chinese ones learned more)",
}

_MARKET_WORDS: Mapping[Market, str] = {m: sector_data().markets[m].title for m in MARKETS}
_SECTOR_WORDS: Mapping[Sector, str] = {s: sector_data().sectors[s].title for s in SECTORS}

_REGISTRY = (
    Outcome(
        "gap_months",
        "months",
        "US-China gap in AI capability: time since the US frontier of released models first "
        "reached the level of the present Chinese frontier; negative where China leads",
        _GAP,
        measures.gap_months,
        headline=True,
        censored_by="gap_censored",
        decimals=1,
    ),
    Outcome(
        "gap_censored",
        "-1, 0 or 1",
        "1 where the capability gap is longer than the record of the US frontier, -1 where a "
        "Chinese lead is longer than the record of the Chinese one, 0 where the gap is known",
        _OWN,
        measures.gap_censored,
        decimals=0,
    ),
    Outcome(
        "gap_oom",
        "orders of magnitude",
        "US-China gap in AI capability as a ratio of effective training compute",
        _OWN,
        measures.gap_oom,
        headline=True,
    ),
    *(
        Outcome(
            f"gap_oom_{part}",
            "orders of magnitude",
            f"Part of that ratio that comes from {words}; the parts add up to it",
            _OWN,
            measures.gap_part(part),
        )
        for part, words in _PART_WORDS.items()
    ),
    *(
        Outcome(
            f"post_training_{region.lower()}",
            "orders of magnitude",
            f"What post-training adds to the best released model of {where}, as training compute",
            "Davidson et al., 2023, compute-equivalent gain",
            measures.post_training(region),
        )
        for region, where in _US_CN
    ),
    Outcome(
        "cost_fixed_capability",
        "log10 FLOP",
        "Least physical training compute of any released model at least as good as the best one "
        "of 1 April 2023 (after GPT-4); before that day, that of the best model",
        "after Epoch AI's cost of a fixed level of capability",
        measures.cost_fixed_capability,
    ),
    Outcome(
        "open_gap_months",
        "months",
        "The same gap between the best models with open weights",
        _GAP,
        measures.open_gap_months,
        censored_by="open_gap_censored",
        decimals=1,
    ),
    Outcome(
        "open_gap_censored",
        "-1, 0 or 1",
        "Censoring of the open-weights gap, as for the capability gap",
        _OWN,
        measures.open_gap_censored,
        decimals=0,
    ),
    Outcome(
        "chip_gap_years",
        "years",
        "Gap in chip making: time since the best foundry outside China first made in volume the "
        "node class of the present best Chinese foundry",
        _GAP,
        measures.chip_gap_years,
        headline=True,
        censored_by="chip_gap_censored",
        decimals=1,
    ),
    Outcome(
        "chip_gap_censored",
        "-1, 0 or 1",
        "Censoring of the chip gap, as for the capability gap",
        _OWN,
        measures.chip_gap_censored,
        decimals=0,
    ),
    Outcome(
        "node_best_nm",
        "nm class",
        "Most advanced node class made in volume outside China",
        _OWN,
        measures.node_nm(0),
        decimals=1,
    ),
    Outcome(
        "node_cn_nm",
        "nm class",
        "Most advanced node class made in volume in China by Chinese foundries",
        _OWN,
        measures.node_nm(1),
        decimals=1,
    ),
    *(
        Outcome(
            f"compute_{region.lower()}",
            "H100e",
            f"Accelerators installed for developers of {where}, by 8-bit rate against an H100",
            "Epoch AI's H100 equivalents",
            measures.compute(region),
            headline=region != "RoW",
            decimals=0,
        )
        for region, where in (*_US_CN, ("RoW", "the rest of the world"))
    ),
    Outcome(
        "compute_ratio",
        "ratio",
        "US over Chinese installed accelerators",
        _OWN,
        measures.compute_ratio,
        headline=True,
        decimals=1,
    ),
    *(
        Outcome(
            f"compute_cn_{channel}",
            "H100e",
            f"Accelerators of Chinese developers {words}",
            _OWN,
            measures.compute_by(channel),
            decimals=0,
        )
        for channel, words in _CHANNEL_WORDS.items()
    ),
    *(
        Outcome(
            f"largest_run_{region.lower()}",
            "log10 FLOP",
            f"Physical compute of the largest training run finished by a developer of {where}",
            "Epoch AI's training compute",
            measures.largest_run(region),
        )
        for region, where in _US_CN
    ),
    *(
        Outcome(
            f"efficiency_{region.lower()}",
            "orders of magnitude",
            f"Best algorithmic efficiency of a developer of {where}, against January 2022",
            _OWN,
            measures.efficiency(region),
        )
        for region, where in _US_CN
    ),
    *(
        Outcome(
            f"{tier}_{region.lower()}",
            "people",
            f"{words} working in {where}",
            "MacroPolo's Global AI Talent Tracker, by place of work",
            measures.people(region, tier),
            decimals=0,
        )
        for region, where in _US_CN
        for tier, words in _TIERS
    ),
    # --- people who move
    *(
        Outcome(
            f"share_researchers_{region.lower()}",
            "share",
            f"Share of the world's top-tier AI researchers who work in {where}",
            _TRACKER,
            measures.share_of_researchers(region),
        )
        for region, where in _US_CN
    ),
    Outcome(
        "chinese_researchers_us",
        "people",
        "Top-tier researchers of Chinese origin (first degree in China) working in the "
        "United States",
        _TRACKER,
        measures.of_origin("CN", "US"),
        decimals=0,
    ),
    Outcome(
        "share_staying_cn",
        "share",
        "Share of the top-tier researchers of Chinese origin who work in China",
        _TRACKER,
        measures.share_at_home("CN"),
    ),
    Outcome(
        "returnees_cn",
        "people a year",
        "Top-tier researchers of Chinese origin who came to China from abroad in the last four "
        "quarters (in fewer during 2022)",
        "Xie et al., Caught in the crossfire, 2023, for scientists of all fields",
        measures.returnees("CN"),
        decimals=0,
    ),
    Outcome(
        "emigrants_cn",
        "people a year",
        "Top-tier researchers of Chinese origin who left China in the last four quarters, "
        "graduates who went straight abroad included (in fewer quarters during 2022)",
        _OWN,
        measures.emigrants("CN"),
        decimals=0,
    ),
    Outcome(
        "graduates_cn",
        "people a year",
        "People of Chinese origin in the latest class who entered AI work anywhere, both tiers; "
        "0 before the first class of the simulation",
        "CLSA note reported by the South China Morning Post, 2025-08: over 300,000 in AI subjects, "
        "about a quarter of whom enter AI engineering here",
        measures.latest_class("CN"),
        decimals=0,
    ),
    *(
        Outcome(
            f"wage_ratio_{tier}",
            "ratio",
            f"Chinese over American mean pay: {words}, named developers' premiums included",
            _OWN,
            measures.wage_ratio(tier),
        )
        for tier, words in _TIERS
    ),
    # --- applications and ecosystem
    *(
        Outcome(
            f"adoption_{market.lower()}",
            "share",
            f"Share of the work that AI may take on for which it is used in {where}, sectors "
            "weighted by value",
            _OWN,
            measures.adopted(market),
        )
        for market, where in _MARKET_WORDS.items()
    ),
    *(
        Outcome(
            f"adoption_{market.lower()}_{sector}",
            "share",
            f"The same in one sector of {where}: {_SECTOR_WORDS[sector]}",
            _OWN,
            measures.adopted(market, sector),
        )
        for market, where in _MARKET_WORDS.items()
        for sector in SECTORS
    ),
    *(
        Outcome(
            f"ai_revenue_{region.lower()}",
            "USD bn a year",
            f"What customers everywhere pay developers of {where} for the use of AI",
            _OWN,
            measures.ai_revenue(region),
            decimals=1,
        )
        for region, where in (*_US_CN, ("RoW", "the rest of the world"))
    ),
    Outcome(
        "open_downloads_share_cn",
        "share",
        "China's share of new downloads of American and Chinese models with open weights",
        "Longpre et al. 2025, Economies of Open Intelligence; ATOM Project",
        lambda world: world.ecosystem.downloaded_of_two(),
    ),
    Outcome(
        "stack_share_cn",
        "share",
        "Share of AI development in China that runs on Chinese software stacks for accelerators",
        _OWN,
        lambda world: world.ecosystem.stack_share("chinese", "CN"),
    ),
    Outcome(
        "third_country_share_cn",
        "share",
        "Share of AI use in third countries (outside the United States, China and Europe) that "
        "Chinese developers serve",
        "market shares of cloud services (Synergy Research, Canalys)",
        lambda world: world.ecosystem.deployed("CN", "Others"),
    ),
    Outcome(
        "standards_influence_cn",
        "share",
        "China's influence on technical standards: its shares of third countries' use and software "
        "some years before",
        _OWN,
        lambda world: world.ecosystem.standards,
    ),
    Outcome(
        "self_sufficiency",
        "share",
        "Share of the compute delivered to Chinese developers in the last quarter that is of "
        "Chinese design",
        _OWN,
        lambda world: world.chip_market.domestic_share,
        headline=True,
    ),
    Outcome(
        "smuggled_units",
        "accelerators",
        "Barred accelerators moved towards China since January 2022, those seized included",
        _OWN,
        lambda world: world.chip_market.grey.smuggled,
        decimals=0,
    ),
    Outcome(
        "seized_units",
        "accelerators",
        "Smuggled accelerators seized since January 2022",
        _OWN,
        lambda world: world.chip_market.grey.seized,
        decimals=0,
    ),
    *(
        Outcome(
            name,
            "accelerators",
            f"{words} delivered openly to Chinese buyers since January 2022",
            source,
            delivered,
            decimals=0,
        )
        for name, delivered, words, source in (
            (
                "nvidia_units_cn",
                measures.openly_delivered("Nvidia"),
                "Nvidia accelerators",
                "IDC, cards in China",
            ),
            (
                "nvidia_hbm_units_cn",
                measures.openly_delivered_with_hbm("Nvidia"),
                "Nvidia accelerators with high-bandwidth memory (A, H and H20 families)",
                "Epoch AI, China's Nvidia chips",
            ),
            (
                "ascend_units_cn",
                measures.openly_delivered("HiSilicon"),
                "Ascend packages",
                "SemiAnalysis, 2025-09",
            ),
        )
    ),
    Outcome(
        "smic_wafers",
        "thousand wafers a month",
        "SMIC's capacity at 7 nm class and below",
        "press estimates; SemiAnalysis",
        measures.leading_wafers("SMIC"),
        decimals=1,
    ),
    Outcome(
        "hbm_imported_cn",
        "stacks",
        "High-bandwidth memory bought abroad by Chinese designers since January 2022",
        "SemiAnalysis, 2025-09",
        lambda world: world.chip_market.memory_market.imported_by_china,
        decimals=0,
    ),
    Outcome(
        "scanners_cn",
        "scanners",
        "Immersion scanners received by Chinese foundries for leading capacity since January 2022",
        _OWN,
        measures.scanners_received,
        decimals=1,
    ),
    Outcome(
        "chip_revenue_from_china",
        "USD bn",
        "Takings of US chip designers from Chinese buyers since January 2022",
        _OWN,
        lambda world: world.chip_market.us_revenue_from_china,
        decimals=1,
    ),
    Outcome(
        "lost_chip_revenue",
        "USD bn",
        "Orders that US chip designers would have had besides since January 2022, had Chinese "
        "buyers spent the same budgets under no rule of either side",
        _OWN,
        lambda world: world.chip_market.lost_revenue,
        headline=True,
        decimals=1,
    ),
    *(
        Outcome(
            f"subsidies_{code.lower()}",
            "USD bn",
            f"Subsidies paid since January 2022 by the government of {where}",
            _OWN,
            measures.subsidies(code),
            headline=True,
            decimals=1,
        )
        for code, where in _US_CN
    ),
    Outcome(
        "enforcement_cost",
        "USD bn",
        "US spending on the enforcement of export controls since January 2022",
        _OWN,
        lambda world: world.government("US").enforcement_spent,
    ),
    Outcome(
        "fees_taken",
        "USD bn",
        "Fees and revenue shares that the US government took on licensed sales",
        _OWN,
        lambda world: world.government("US").fees_taken,
    ),
    # --- What the hindcast needs besides
    *(
        Outcome(
            f"spending_{region.lower()}",
            "USD bn a year",
            f"Investors' money for the accelerators of developers of {where}, at the present rate; "
            "reinvested revenue and subsidies come on top",
            _OWN,
            measures.spending(region),
            decimals=1,
        )
        for region, where in _US_CN
    ),
)

OUTCOMES: Mapping[str, Outcome] = {outcome.name: outcome for outcome in _REGISTRY}
