"""Adoption follows traits of sectors, models and prices; it pays firms and teaches them."""

from __future__ import annotations

import datetime as dt
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.arrays import total
from model.adoption import Adoption, Economies
from model.calendar import Calendar
from model.ecosystem import Ecosystem
from model.knowledge import REGIONS
from model.rulebook import RuleBook
from model.sectors import MARKETS, SECTORS, SectorData, sector_data
from model.world import World

FIGURES = {"level_at_start": 24.0, "useful_distance": 4.0}


def with_swapped(what: str, data: SectorData) -> SectorData:
    """The data with the characteristics of the United States and China exchanged or made equal."""
    raw = data.model_dump()
    for trait in raw["characteristics"].values():
        places = trait["by_market"]
        us, cn = places["US"], places["CN"]
        places["US"], places["CN"] = (cn, us) if what == "exchanged" else (us, us)
    return SectorData.model_validate(raw)


def with_equal_markets(data: SectorData) -> SectorData:
    """The data with all that is said of the markets US and CN equal, save for their traits."""
    raw = data.model_dump()
    us, cn = raw["markets"]["US"], raw["markets"]["CN"]
    for field in ("users", "labour_cost", "trust", "permission"):
        cn[field] = us[field]
    for sector in raw["sectors"].values():
        sector["value_added"]["CN"] = sector["value_added"]["US"]
    for entry in raw["access"]:
        if {entry["developers"], entry["market"]} == {"US", "CN"}:
            entry["share"] = {**entry["share"], "value": 0.05, "low": 0.05, "high": 0.05}
        elif entry["developers"] == "RoW" and entry["market"] in ("US", "CN"):
            entry["share"] = {**entry["share"], "value": 0.5, "low": 0.5, "high": 0.5}
    mirror = {"US": "CN", "CN": "US", "RoW": "RoW"}
    us["deployment"] = {**us["deployment"], "RoW": cn["deployment"]["RoW"]}
    cn["deployment"] = {mirror[r]: share for r, share in us["deployment"].items()}
    for market in ("Europe", "Others"):
        held = raw["markets"][market]["deployment"]
        held["CN"] = held["US"]
    return SectorData.model_validate(raw)


class Scene:
    """A firm in each region whose models have given levels, in the recorded or other economies."""

    def __init__(self, cast, *, data=None, firms=None, levels=None, **figures):
        self.world = cast.world(2, **(FIGURES | figures))
        usual = {"openness": "api", "access": {"since": date(2020, 1, 1), "source": "invented",
                 "basis": "assumption"}, "engineers": 100}  # fmt: skip
        named = firms or [{"name": region, "region": region} for region in REGIONS]
        self.firms = {
            fields["name"]: cast.developer(self.world, **(usual | fields)) for fields in named
        }
        for firm in self.firms.values():
            firm.engineers = firm.planned["engineers"]
        for name, level in (levels or {}).items():
            self.firms[name].released = np.full(2, float(level))
        developers = list(self.firms.values())
        places = Economies(
            data or sector_data(), self.world.parameters, lambda figure, _: np.full(2, figure.value)
        )
        designers = [cast.designer(self.world)]
        self.ecosystem = Ecosystem(developers, designers, self.world.parameters, places.deployment)
        self.adoption = Adoption(
            developers, places, self.ecosystem, self.world.parameters, self.world.ledger
        )

    def live(self, months: int) -> Scene:
        for _ in range(months):
            self.adoption.diffuse(1.0)
            self.adoption.pay(1.0)
            self.ecosystem.evolve(self.adoption.attraction, self.world.time, 1.0)
            self.world.time += 1.0
        return self

    def index(self, market: Any, sector: Any = None) -> float:
        return float(self.adoption.adopted(market, sector)[0])


BEST = {"US": 28.0, "CN": 28.0, "RoW": 28.0}


# --- diffusion ------------------------------------------------------------------------------------


def test_without_capable_models_nothing_spreads(cast):
    for levels in (None, {"US": 22.0, "CN": 21.0, "RoW": 20.0}):
        scene = Scene(cast, levels=levels)
        start = scene.adoption.index.copy()
        scene.live(60)
        assert np.array_equal(scene.adoption.index, start)


def test_sectors_that_need_less_start_first(cast):
    scene = Scene(cast, levels={"US": 24.3, "CN": 24.3, "RoW": 24.3})
    start = scene.adoption.index.copy()
    moved = (scene.live(12).adoption.index - start)[:, :, 0]
    assert (moved[SECTORS.index("internet")] > 0.0).all()
    assert (moved[SECTORS.index("transport")] == 0.0).all()


@settings(max_examples=15)
@given(st.floats(20.0, 32.0), st.floats(0.0, 2.0), st.floats(0.0, 1.5))
def test_better_or_cheaper_models_never_lower_adoption(cast, level, better, cheaper):
    def after(shift: float, efficiency: float) -> np.ndarray:
        scene = Scene(cast, levels={r: level + shift - 0.3 * i for i, r in enumerate(REGIONS)})
        for firm in scene.firms.values():
            firm.efficiency = firm.efficiency + efficiency
        seen = [scene.live(1).adoption.index for _ in range(36)]
        assert all((later >= sooner).all() for sooner, later in pairwise(seen))
        assert (seen[0] >= 0.0).all()
        assert (seen[-1] <= 1.0).all()
        return seen[-1]

    usual = after(0.0, 0.0)
    assert (after(better, 0.0) >= usual - 1e-12).all()
    assert (after(0.0, cheaper) >= usual - 1e-12).all()


def test_open_weights_cross_borders_and_services_hardly(cast):
    behind = {"US": 28.0, "CN": 24.5, "RoW": 24.5}
    closed = Scene(cast, levels=behind, application_gain=0.0).live(36)
    scene = Scene(cast, levels=behind, application_gain=0.0)
    scene.firms["US"].released_open = scene.firms["US"].released
    shared = scene.live(36)
    assert shared.index("CN") > 1.5 * closed.index("CN")
    assert shared.index("US") == pytest.approx(closed.index("US"))
    alone = Scene(cast, levels={"CN": 24.5, "RoW": 24.5}).live(36)
    assert closed.index("Europe") > alone.index("Europe")


# --- who leads, and why ---------------------------------------------------------------------------


def leads(scene: Scene) -> np.ndarray:
    """China's index over the American one by sector."""
    index = scene.adoption.index[:, :, 0]
    return np.asarray(index[:, MARKETS.index("CN")] / index[:, MARKETS.index("US")])


def test_equal_economies_with_equal_models_adopt_alike(cast):
    equal = with_swapped("equal", with_equal_markets(sector_data()))
    scene = Scene(cast, data=equal, levels=BEST).live(48)
    assert leads(scene) == pytest.approx(np.ones(len(SECTORS)))


def test_exchanging_the_traits_of_two_markets_exchanges_the_lead(cast):
    level_ground = with_equal_markets(sector_data())
    recorded = leads(Scene(cast, data=level_ground, levels=BEST).live(36))
    turned = Scene(cast, data=with_swapped("exchanged", level_ground), levels=BEST).live(36)
    assert leads(turned) == pytest.approx(1.0 / recorded)
    for sector in ("internet", "finance", "transport", "retail"):
        assert recorded[SECTORS.index(sector)] > 1.1, sector
    for sector in ("health", "professional"):
        assert recorded[SECTORS.index(sector)] < 0.9, sector


def test_one_trait_moves_only_the_sectors_that_live_by_it(cast):
    raw = sector_data().model_dump()
    payments = raw["characteristics"]["mobile_payments"]["by_market"]
    payments["CN"] = payments["US"]
    without = Scene(cast, data=SectorData.model_validate(raw), peers_elsewhere=0.0, levels=BEST)
    recorded = Scene(cast, peers_elsewhere=0.0, levels=BEST, application_gain=0.0)
    without.world.parameters["application_gain"][:] = 0.0
    lost = recorded.live(24).adoption.index - without.live(24).adoption.index
    china = lost[:, MARKETS.index("CN"), 0]
    lives_by_it = {"internet", "finance", "retail"}
    assert {s for s in SECTORS if china[SECTORS.index(s)] > 1e-3} == lives_by_it


def test_trust_and_permission_speed_it_up(cast):
    raw = with_equal_markets(sector_data()).model_dump()
    same = with_swapped("equal", SectorData.model_validate(raw))
    raw = same.model_dump()
    for field, sector in (("trust", "retail"), ("permission", "health")):
        eager = {**raw["markets"]["CN"][field], "value": 1.0, "low": 1.0, "high": 1.0}
        other = {**raw, "markets": {**raw["markets"], "CN": {**raw["markets"]["CN"], field: eager}}}
        scene = Scene(cast, data=SectorData.model_validate(other), levels=BEST).live(24)
        assert scene.index("CN", sector) > 1.02 * scene.index("US", sector), field


# --- rules on use ---------------------------------------------------------------------------------


def lived_under(scene: Scene, rules: RuleBook, months: int) -> Scene:
    for _ in range(months):
        terms = scene.adoption.terms(rules, scene.world.time, scene.world.time + 1.0)
        scene.adoption.diffuse(1.0, terms)
        scene.adoption.pay(1.0)
        attraction = scene.adoption.attraction
        scene.ecosystem.evolve(attraction, scene.world.time, 1.0, terms.access)
        scene.world.time += 1.0
    return scene


def test_without_rules_terms_are_those_of_2022(cast):
    usual = Scene(cast, levels=BEST).live(24)
    told = lived_under(Scene(cast, levels=BEST), RuleBook([], Calendar()), 24)
    assert np.array_equal(usual.adoption.index, told.adoption.index)
    assert np.array_equal(usual.ecosystem.deployment, told.ecosystem.deployment)


def test_regulation_slows_the_sectors_it_names_in_its_market_from_its_day(cast):
    regulation = cast.instrument(
        "use-regulation",
        family="adoption",
        issuer="EU",
        market="Europe",
        sectors=["health", "internet"],
        effective=date(2023, 1, 1),
        parameters={"permission_factor": 0.5},
    )
    rules = RuleBook([regulation], Calendar())
    usual = Scene(cast, levels=BEST, peers_elsewhere=0.0)
    slowed = Scene(cast, levels=BEST, peers_elsewhere=0.0)
    # Alike until the day, skill in applications and prices included.
    usual.live(12)
    lived_under(slowed, rules, 12)
    assert np.array_equal(usual.adoption.index, slowed.adoption.index)
    usual.adoption.diffuse(1.0)
    slowed.adoption.diffuse(1.0, slowed.adoption.terms(rules, 12.0, 13.0))
    lost = usual.adoption.index - slowed.adoption.index
    europe = MARKETS.index("Europe")
    health, internet = SECTORS.index("health"), SECTORS.index("internet")
    assert (lost[health, europe] > lost[internet, europe]).all(), "health waits for permission"
    assert (lost[internet, europe] > 0.0).all()
    lost[[health, internet], europe] = 0.0
    assert (lost == 0.0).all()


def test_who_is_shut_out_of_a_market_loses_users_there_and_only_there(cast):
    shut = cast.instrument(
        "market-access-limit",
        family="adoption",
        issuer="EU",
        market="Europe",
        origin="US",
        parameters={"admitted": 0.0},
    )
    behind = {"US": 28.0, "CN": 25.0, "RoW": 25.0}
    free = Scene(cast, levels=behind).live(24)
    barred = lived_under(Scene(cast, levels=behind), RuleBook([shut], Calendar()), 24)
    assert barred.index("Europe") < free.index("Europe")
    assert barred.index("US") == pytest.approx(free.index("US"), rel=0.02)
    served = {s: s.ecosystem.deployed("US", "Europe") for s in (free, barred)}
    assert (served[barred] < 0.8 * served[free]).all()
    assert np.allclose(total(barred.ecosystem.deployment), 1.0)


def test_a_limit_on_one_developer_counts_by_its_weight(cast):
    firms = [{"name": n, "region": "US", "engineers": e} for n, e in (("big", 300), ("small", 100))]
    scene = Scene(cast, firms=firms, levels={"big": 28.0, "small": 28.0}).live(1)

    def admitted(*developers: str) -> float:
        limit = cast.instrument(
            "market-access-limit",
            family="adoption",
            market="Europe",
            origin="US",
            developers=developers,
            parameters={"admitted": 0.0},
        )
        access = scene.adoption.terms(RuleBook([limit], Calendar()), 1.0, 2.0).access
        assert access is not None
        return float(access[REGIONS.index("US"), MARKETS.index("Europe"), 0])

    assert admitted("big") == pytest.approx(0.25)
    assert admitted("small") == pytest.approx(0.75)
    assert admitted() == admitted("big", "small") == 0.0


# --- revenue --------------------------------------------------------------------------------------


def test_customers_pay_for_what_they_use_and_no_money_is_made(cast):
    scene = Scene(cast, levels=BEST, reinvestment=0.25).live(3)
    known = scene.world.parameters
    markets = np.stack([known[f"market_{m.lower()}"] for m in MARKETS])
    spent = total(markets * scene.adoption.by_market())
    assert total(list(scene.adoption.revenue.values())) == pytest.approx(spent)
    ledger = scene.world.ledger
    kept = ledger.total("revenue") - ledger.total("running costs")
    assert total([firm.cash for firm in scene.firms.values()]) == pytest.approx(kept)
    assert kept == pytest.approx(0.25 * ledger.total("revenue"))
    assert scene.world.cash() == pytest.approx([0.0, 0.0], abs=1e-9)


def test_firms_earn_in_the_sectors_that_they_enter(cast):
    firms = [
        {"name": "broad", "region": "CN"},
        {"name": "payments", "region": "CN", "sectors": ("finance",)},
        {"name": "cars", "region": "CN", "sectors": ("transport",)},
        {"name": "to come", "region": "CN", "founded": date(2030, 1, 1)},
    ]
    levels = {"broad": 28.0, "payments": 28.0, "cars": 28.0}
    scene = Scene(cast, firms=firms, levels=levels).live(6)
    cash = {name: firm.cash[0] for name, firm in scene.firms.items()}
    assert cash["to come"] == 0.0
    assert min(cash["payments"], cash["cars"]) > 0.0
    scene.adoption.index[SECTORS.index("finance")] = 0.0
    before = scene.firms["payments"].cash.copy()
    scene.adoption.pay(1.0)
    assert (scene.firms["payments"].cash == before).all(), "nothing is used, nothing is earned"
    assert scene.firms["cars"].cash[0] > cash["cars"]


def test_a_sector_that_nobody_is_in_is_served_all_the_same(cast):
    firms = [{"name": "payments", "region": "CN", "sectors": ("finance",)}]
    scene = Scene(cast, firms=firms, levels={"payments": 28.0}, reinvestment=0.25).live(3)
    for row in (0, 2):
        scene.ecosystem.deployment[row] = 0.0
    scene.ecosystem.deployment[1] = 1.0
    scene.adoption.pay(1.0)
    taken = scene.adoption.revenue["CN"]
    assert (taken > 0.0).all()
    assert scene.firms["payments"].revenue == pytest.approx(taken)


def test_firms_that_move_share_the_same_takings_and_lose_no_money(cast):
    firms = [
        {"name": "broad", "region": "CN"},
        {"name": "cars", "region": "CN", "sectors": ("transport",)},
        {"name": "cloud", "region": "CN", "business": "cloud"},
    ]
    scene = Scene(
        cast, firms=firms, levels={"broad": 28.0, "cars": 28.0}, entry_distance_cost=0.1
    ).live(6)
    before = {name: firm.revenue.copy() for name, firm in scene.firms.items()}
    finance = SECTORS.index("finance")
    scene.adoption.index[finance] = 1.0
    scene.adoption.review_sectors()
    assert scene.firms["cars"].portfolio.entered.sum(axis=0).tolist() == [2, 2]
    assert scene.firms["cloud"].portfolio.entered.all(), "who rents out compute does not choose"
    scene.adoption.pay(1.0)
    assert (scene.firms["cars"].revenue > before["cars"]).all()
    earned = total([firm.revenue for firm in scene.firms.values()])
    assert earned == pytest.approx(scene.adoption.revenue["CN"])


@pytest.mark.parametrize(
    ("change", "ratio"),
    [
        ({"engineers": 300}, 3.0),
        ({"fleet": 4000}, 4.0**0.5),
        ({"level": 29.0}, 10.0**0.3),
    ],
)
def test_people_compute_and_better_models_win_customers(cast, change, ratio):
    level = change.pop("level", 28.0) if "level" in change else 28.0
    firms = [{"name": "one", "region": "US"}, {"name": "other", "region": "US", **change}]
    figures = {"revenue_scale": 0.5, "quality_pull": 0.3}
    scene = Scene(cast, firms=firms, levels={"one": 28.0, "other": level}, **figures).live(1)
    assert scene.firms["other"].cash / scene.firms["one"].cash == pytest.approx([ratio] * 2)


# --- what use teaches -----------------------------------------------------------------------------


def test_use_teaches_applications_and_practice_makes_models_worth_more(cast):
    taught = Scene(cast, levels=dict.fromkeys(REGIONS, 26.0), application_gain=1.0).live(48)
    untaught = Scene(
        cast, levels=dict.fromkeys(REGIONS, 26.0), application_gain=1.0, data_learning=0.0
    ).live(48)
    assert (taught.firms["CN"].application > 0.0).all()
    assert (untaught.firms["CN"].application == 0.0).all()
    assert taught.index("CN") > untaught.index("CN")


def test_feedback_is_a_share_of_the_worlds_use_and_comes_from_people(cast):
    scene = Scene(cast, levels=BEST).live(36)
    fed = {region: scene.adoption.feedback(region)[0] for region in REGIONS}
    users = {m: sector_data().markets[m].users.value for m in MARKETS}
    used = sum(users[m] * scene.index(m) for m in MARKETS) / sum(users.values())
    assert sum(fed.values()) == pytest.approx(used)
    assert all(0.0 < value < 1.0 for value in fed.values())


def test_data_from_use_speed_research_and_none_need_not():
    def efficiency(**fixed: float) -> np.ndarray:
        world = World(futures=20, fixed=fixed)
        world.run_to(dt.date(2026, 1, 1))
        return np.asarray(world.record.values("efficiency_cn")[-1])

    none, some = efficiency(data_to_research=0.0), efficiency(data_to_research=0.8)
    assert (some >= none).all()
    assert (some > none).mean() > 0.9
    assert np.median(some - none) < 0.3


# --- the recorded data ----------------------------------------------------------------------------


def test_the_data_name_enough_sectors_and_say_where_figures_come_from():
    data = sector_data()
    assert len(SECTORS) >= 6
    assert len(MARKETS) == 4
    figures = [f for trait in data.characteristics.values() for f in trait.by_market.values()]
    figures += [s for sector in data.sectors.values() for s in (sector.need, sector.exposure)]
    figures += [entry.share for entry in data.access]
    for figure in figures:
        assumed = figure.source.startswith("Assumption: ")
        assert assumed == (figure.basis == "assumption"), figure.source
        assert not assumed or figure.low is not None, figure.source


def test_figures_that_do_not_fit_are_refused_in_words():
    raw = sector_data().model_dump()
    raw["sectors"]["finance"]["scenario"] = {"mobile_payments": 0.7}
    with pytest.raises(ValueError, match=r"finance.*sum to 1"):
        SectorData.model_validate(raw)
    raw = sector_data().model_dump()
    del raw["characteristics"]["robots"]["by_market"]["CN"]
    with pytest.raises(ValueError, match=r"robots.*positive figure by market"):
        SectorData.model_validate(raw)


@pytest.fixture(scope="module")
def history() -> World:
    world = World(futures=100)
    world.run_to(dt.date(2025, 7, 1))
    return world


def test_firms_say_which_sectors_they_enter_and_leave_and_why(history):
    told = [d for future in range(10) for d in history.decisions_of(future)]
    moves = [(when, who, what) for when, who, what in told if what.startswith(("enters", "leaves"))]
    assert {what.split()[0] for _, _, what in moves} == {"enters", "leaves"}
    assert all(": " in what and when % 6.0 == 0.0 for when, _, what in moves)
    assert not {who for _, who, _ in moves} & {"US clouds", "Chinese operators", "Other clouds"}
    carmakers = [f for f in history.developers if f.name in ("NIO", "XPeng")]
    transport = SECTORS.index("transport")
    assert all(firm.portfolio.entered[transport].mean() > 0.5 for firm in carmakers)
    assert all(firm.portfolio.entered.any(axis=0).all() for firm in history.developers)


def test_china_leads_in_some_sectors_early_and_not_in_all(history):
    world = history

    def ahead(sector: str) -> float:
        china = world.record.values(f"adoption_cn_{sector}")[-1]
        return float((china > world.record.values(f"adoption_us_{sector}")[-1]).mean())

    assert min(ahead(s) for s in ("internet", "retail", "finance", "transport")) > 0.6
    assert max(ahead(s) for s in ("health", "professional")) < 0.2
