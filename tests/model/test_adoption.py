"""Adoption follows traits of sectors, models and prices; it pays firms and teaches them."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.arrays import total
from agents.portfolio import Outlook
from model.adoption import Adoption, Economies
from model.calendar import Calendar
from model.ecosystem import Ecosystem
from model.knowledge import REGIONS
from model.rulebook import RuleBook
from model.sectors import MARKETS, SECTORS, SectorData, sector_data
from model.terms_of_use import TermsOfUse

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


# --- what sectors and markets are like ------------------------------------------------------------


def economies(cast, **figures) -> Economies:
    """The recorded economies, every figure at its median."""
    known = cast.world(1, **figures).parameters
    return Economies(sector_data(), known, lambda figure, _: np.full(1, figure.value))


def test_a_sector_is_worth_its_part_of_the_market_as_far_as_ai_can_do_its_work(cast):
    made = economies(cast)
    exposed = {s: sector_data().sectors[s] for s in SECTORS}
    for column, market in enumerate(MARKETS):
        worth = [one.value_added[market] * one.exposure.value for one in exposed.values()]
        assert made.value[:, column, 0] == pytest.approx(np.array(worth) / sum(worth))
    for row, region in enumerate(REGIONS):
        home = MARKETS[made.home.index(row)]
        worth = [one.value_added[home] * one.exposure.value for one in exposed.values()]
        assert made.emphasis[region][:, 0] == pytest.approx(worth)


def test_sectors_that_live_on_nothing_in_common_are_as_far_apart_as_can_be(cast):
    between = economies(cast).between
    lives_on = [set(sector_data().sectors[s].scenario) for s in SECTORS]
    apart = [[not one & other for other in lives_on] for one in lives_on]
    assert np.array_equal(between == 1.0, np.array(apart))
    assert np.diag(between) == pytest.approx(np.zeros(len(SECTORS)), abs=1e-12)


def test_trust_counts_against_that_of_the_average_market_and_as_far_as_it_counts_at_all(cast):
    none = economies(cast, trust_elasticity=0.0).readiness
    half = economies(cast, trust_elasticity=0.5).readiness / none
    full = economies(cast, trust_elasticity=1.0).readiness / none
    assert half**2 == pytest.approx(full)
    trust = np.array([sector_data().markets[m].trust.value for m in MARKETS])
    assert full[0, :, 0] == pytest.approx(trust / np.prod(trust) ** (1.0 / len(MARKETS)))
    made = economies(cast)
    permitted = made.permission[None] ** made.regulated[:, None]
    assert none == pytest.approx(made.richness * permitted)


def test_richness_counts_as_far_as_it_counts_at_all(cast):
    full, half = (economies(cast, richness_elasticity=e).richness for e in (1.0, 0.5))
    assert half**2 == pytest.approx(full)
    assert (economies(cast, richness_elasticity=0.0).richness == 1.0).all()


def test_developers_sell_to_everyone_at_home_and_to_a_part_abroad(cast):
    made = economies(cast)
    at_home = [made.access[row, column, 0] for column, row in enumerate(made.home)]
    assert at_home == [1.0] * len(MARKETS)
    recorded = {(e.developers, e.market): e.share.value for e in sector_data().access}
    for (region, market), share in recorded.items():
        assert made.access[REGIONS.index(region), MARKETS.index(market), 0] == share


def test_at_the_start_rich_scenarios_are_ahead_and_nothing_is_more_than_all_of_it(cast):
    scene = Scene(cast, adoption_start=0.01)
    rich = economies(cast).richness
    assert scene.adoption.index == pytest.approx(0.01 * np.broadcast_to(rich, (8, 4, 2)))
    assert Scene(cast, adoption_start=0.9).adoption.index.max() == 1.0


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


@pytest.mark.parametrize("elsewhere", [0.0, 0.7])
def test_where_all_sectors_are_alike_users_follow_just_as_many_wherever_they_look(cast, elsewhere):
    imitators = {"adoption_pace": 0.0, "adoption_imitation": 0.5}
    scene = Scene(cast, levels=BEST, peers_elsewhere=elsewhere, **imitators)
    before, potential = np.full_like(scene.adoption.index, 0.01), scene.adoption.potential()
    scene.adoption.index = before
    scene.adoption.diffuse(1.0)
    pull = economies(cast).readiness * 0.5 * before / potential
    assert (potential > 0.05).all()
    assert scene.adoption.index == pytest.approx(
        potential - (potential - before) * np.exp(-pull / 12.0), rel=1e-12
    )


def test_a_push_makes_a_month_as_good_as_several(cast):
    pushed, usual = (Scene(cast, levels=BEST, peers_elsewhere=0.0) for _ in range(2))
    pushed.adoption.diffuse(1.0, TermsOfUse(np.full((len(MARKETS), 1), 3.0)))
    usual.adoption.diffuse(3.0)
    assert pushed.adoption.index == pytest.approx(usual.adoption.index, rel=1e-12)


def test_users_take_the_best_model_of_a_region_whichever_firm_comes_last(cast):
    firms = [{"name": name, "region": "US"} for name in ("best", "second")]
    one = Scene(cast, firms=firms[:1], levels={"best": 28.0})
    for order in (firms, firms[::-1]):
        both = Scene(cast, firms=order, levels={"best": 28.0, "second": 24.0})
        assert np.array_equal(both.adoption.potential(), one.adoption.potential())


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


def test_who_has_no_model_serves_the_best_open_weights_and_keeps_a_secret_one_to_itself(cast):
    never = {"since": date(2099, 1, 1), "source": "invented", "basis": "assumption"}
    firms = [
        {"name": "behind", "region": "US"},
        {"name": "secretive", "region": "US", "access": never},
        {"name": "ahead", "region": "US"},
        {"name": "giver", "region": "RoW"},
    ]
    levels = {"behind": 25.0, "secretive": 30.0, "ahead": 28.0, "giver": 27.0}
    scene = Scene(cast, firms=firms, levels=levels, quality_pull=0.3)
    scene.firms["giver"].released_open = scene.firms["giver"].released
    scene.live(2)
    earned = {name: firm.revenue[0] for name, firm in scene.firms.items()}
    assert earned["behind"] == earned["secretive"]
    assert earned["ahead"] / earned["behind"] == pytest.approx(10.0**0.3)


def test_a_firm_without_any_model_is_worth_as_much_as_one_with_a_model_of_the_start(cast):
    firms = [{"name": "none", "region": "US"}, {"name": "of 2022", "region": "US"}]
    scene = Scene(cast, firms=firms, levels={"of 2022": 24.0}, quality_pull=0.3).live(1)
    assert (scene.firms["none"].revenue > 0.0).all()
    assert scene.firms["none"].revenue == pytest.approx(scene.firms["of 2022"].revenue)


def test_what_is_paid_in_a_region_without_compute_is_not_lost(cast):
    scene = Scene(cast, levels=BEST)
    for firm in scene.firms.values():
        firm.usable = np.zeros(2)
    scene.adoption.pay(1.0)
    for region, firm in scene.firms.items():
        assert (firm.revenue > 0.0).all()
        assert firm.revenue == pytest.approx(scene.adoption.revenue[region])


def test_a_deserted_sector_is_divided_by_weight_and_the_others_are_not(cast):
    firms = [
        {"name": "payments", "region": "CN", "sectors": ("finance",), "engineers": 300},
        {"name": "cars", "region": "CN", "sectors": ("transport",), "engineers": 100},
    ]
    scene = Scene(cast, firms=firms, levels={"payments": 28.0, "cars": 28.0})
    recorded = scene.adoption.index

    def earned(sector: str) -> list[float]:
        only = np.zeros((len(SECTORS), 1, 1))
        only[SECTORS.index(sector)] = 1.0
        scene.adoption.index = recorded * only
        scene.adoption.pay(1.0)
        return [firm.revenue[0] / scene.adoption.revenue["CN"][0] for firm in scene.firms.values()]

    assert earned("finance") == pytest.approx([1.0, 0.0])
    assert earned("transport") == pytest.approx([0.0, 1.0])
    assert earned("health") == pytest.approx([0.75, 0.25])


def test_a_quarter_pays_a_quarter_of_a_year(cast):
    scene = Scene(cast, levels=BEST)
    scene.adoption.pay(3.0)
    a_year = total(list(scene.adoption.revenue.values()))
    assert scene.world.ledger.total("revenue") == pytest.approx(a_year / 4.0)


def test_cheaper_answers_draw_users_to_a_region(cast):
    priced = {"price_pull": 1.0, "efficiency_passed_on": 0.5, "serving_scale": 0.4}

    def drawn(pull: float, *, better=0.0, more=1.0, **fields) -> np.ndarray:
        firms = [{"name": "US", "region": "US", **fields}]
        figures = priced | {"price_pull": pull, "revenue_scale": 0.0}
        scene = Scene(cast, firms=firms, levels={"US": 28.0}, **figures)
        firm = scene.firms["US"]
        scene.world.time = 24.0
        firm.efficiency = firm.efficiency + better
        firm.usable = firm.usable * more
        scene.adoption.diffuse(1.0)
        scene.adoption.pay(1.0)
        return np.asarray(scene.adoption.attraction[0])

    usual = drawn(0.0)
    assert (usual > 0.0).all()
    assert drawn(1.0) == pytest.approx(usual)
    assert drawn(1.0, better=2.0) == pytest.approx(usual * 10.0)
    assert drawn(0.5, more=100.0) == pytest.approx(usual * 10.0**0.4)
    newcomer = {"founded": date(2023, 1, 1)}
    assert drawn(1.0, **newcomer) == pytest.approx(usual), "what was not there has not grown"


# --- which sectors firms are in -------------------------------------------------------------------


def outlooks(scene: Scene, name: str) -> Outlook:
    """What a firm is told to expect at a review."""
    told: list[Outlook] = []
    scene.firms[name].review_sectors = told.append
    scene.adoption.review_sectors()
    return told[0]


def test_with_no_foresight_firms_expect_what_is_paid_now(cast):
    scene = Scene(cast, levels=BEST, sector_foresight=0.0).live(3)
    scene.adoption.pay(1.0)
    for region in REGIONS:
        expected = outlooks(scene, region)
        assert total(expected.takings) == pytest.approx(scene.adoption.revenue[region])
        assert total(expected.effort) == pytest.approx(expected.own), "there is no other firm"


def test_models_and_skill_in_applications_make_a_firm_able_to_do_a_sectors_work(cast):
    scene = Scene(cast, levels=dict.fromkeys(REGIONS, 24.0), application_gain=1.0).live(1)
    need = np.array([sector_data().sectors[s].need.value for s in SECTORS])
    firm = scene.firms["US"]
    for skill in (0.0, 0.55, 1.0):
        firm.application = np.full(2, skill)
        assert np.array_equal(outlooks(scene, "US").able[:, 0], need < skill), skill


def test_who_entered_a_sector_is_paid_there_from_then_on(cast):
    firms = [
        {"name": "broad", "region": "CN"},
        {"name": "cars", "region": "CN", "sectors": ("transport",)},
    ]
    scene = Scene(cast, firms=firms, levels={"broad": 28.0, "cars": 28.0}).live(1)
    finance = SECTORS.index("finance")
    only = np.zeros((len(SECTORS), 1, 1))
    only[finance] = 1.0
    scene.adoption.index = scene.adoption.index * only
    scene.adoption.pay(1.0)
    assert (scene.firms["cars"].revenue == 0.0).all()

    def enters(_: Outlook) -> None:
        entered = scene.firms["cars"].portfolio.entered.copy()
        entered[finance] = True
        scene.firms["cars"].portfolio.entered = entered

    scene.firms["broad"].review_sectors = lambda _: None
    scene.firms["cars"].review_sectors = enters
    scene.adoption.review_sectors()
    scene.adoption.pay(1.0)
    assert (scene.firms["cars"].revenue > 0.0).all()


# --- what use teaches -----------------------------------------------------------------------------


def test_firms_learn_from_the_users_they_serve_by_the_year(cast):
    firms = [{"name": "big", "region": "US", "engineers": 300}, {"name": "small", "region": "US"}]
    figures = {"data_learning": 2.0, "application_gain": 0.0}
    scene = Scene(cast, firms=firms, levels={"big": 28.0, "small": 28.0}, **figures)
    scene.adoption.pay(6.0)
    learned = {n: -np.log1p(-firm.application) for n, firm in scene.firms.items()}
    seen = scene.adoption.feedback("US")
    assert learned["big"] + learned["small"] == pytest.approx(2.0 * seen * 0.5)
    assert learned["big"] == pytest.approx(3.0 * learned["small"])


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
