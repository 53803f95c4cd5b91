"""The recorded cast: complete, consistent, and honest about where its figures come from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel

from agents.lithography import rung
from agents.records import Quantity, Region
from model import loading

READERS: tuple[Callable[[], tuple[Any, ...]], ...] = (
    loading.developers,
    loading.chips,
    loading.designers,
    loading.foundries,
    loading.toolmakers,
    loading.memory_makers,
    loading.talent_pools,
    loading.governments,
    loading.demand_shocks,
    loading.techniques,
)
REGIONS = ("US", "CN", "RoW")
MONTHS = [date(year, month, 15) for year in range(2022, 2031) for month in range(1, 13)]


def quantities(record: object, where: str) -> Iterator[tuple[str, Quantity]]:
    """Every quantity within a record, with its place."""
    if isinstance(record, Quantity):
        yield where, record
    elif isinstance(record, BaseModel):
        for field in type(record).model_fields:
            yield from quantities(getattr(record, field), f"{where}.{field}")
    elif isinstance(record, dict):
        for key, value in record.items():
            yield from quantities(value, f"{where}.{key}")
    elif isinstance(record, tuple):
        for position, value in enumerate(record):
            yield from quantities(value, f"{where}[{position}]")


def names(records: Iterable[Any]) -> set[str]:
    return {record.name for record in records}


# ---- who is there


def test_enough_actors_of_each_kind() -> None:
    by_region = [developer.region for developer in loading.developers()]
    assert by_region.count("US") >= 8
    assert by_region.count("CN") >= 8
    assert len(loading.chips()) >= 34
    assert len(loading.foundries()) >= 6
    assert len(loading.designers()) >= 4
    assert len(loading.toolmakers()) >= 2
    assert len(loading.memory_makers()) >= 3
    assert {pool.region for pool in loading.talent_pools()} == set(REGIONS)
    assert len(loading.talent_pools()) == 3
    assert len(loading.governments()) >= 5


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_no_record_twice(reader: Callable[[], tuple[Any, ...]]) -> None:
    labels = [getattr(record, "name", None) or record.region for record in reader()]
    assert len(labels) == len(set(labels))


def test_actors_that_instruments_may_name_have_different_names() -> None:
    everyone = [
        record.name
        for reader in READERS
        if reader
        not in (loading.chips, loading.talent_pools, loading.demand_shocks, loading.techniques)
        for record in reader()
    ]
    assert len(everyone) == len(set(everyone))


def test_every_name_referred_to_exists() -> None:
    designers, foundries = names(loading.designers()), names(loading.foundries())
    for chip in loading.chips():
        assert chip.designer in designers, chip.name
        assert chip.foundry in foundries, chip.name
    for developer in loading.developers():
        assert developer.own_designer is None or developer.own_designer in designers


def test_a_chip_is_at_home_where_its_designer_is() -> None:
    home = {designer.name: designer.region for designer in loading.designers()}
    for chip in loading.chips():
        assert chip.home == home[chip.designer], chip.name


def test_chips_for_one_developer_have_that_developer() -> None:
    owners = {developer.own_designer for developer in loading.developers()}
    for chip in loading.chips():
        if chip.sold_to == "developer":
            assert chip.designer in owners, chip.name


# ---- where the figures come from


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_figures_say_where_they_come_from(reader: Callable[[], tuple[Any, ...]]) -> None:
    for record in reader():
        label = getattr(record, "name", None) or record.region
        for where, quantity in quantities(record, label):
            if quantity.basis == "assumption":
                assert quantity.source.startswith("Assumption: "), where
                assert len(quantity.source) > 25, f"{where}: say why"
                assert quantity.low is not None, f"{where}: a guess without a range"
            else:
                assert not quantity.source.startswith("Assumption"), where
            if quantity.basis == "cited":
                named = re.search(r"\b(19|20)\d\d\b", quantity.source)
                assert named or quantity.source.startswith("By definition"), where


def test_chips_and_nodes_say_where_they_come_from() -> None:
    for chip in loading.chips():
        assert chip.source.startswith("Assumption: ") == (chip.basis == "assumption"), chip.name
    for foundry in loading.foundries():
        for node in foundry.nodes:
            assert re.search(r"\b20\d\d\b", node.source), (foundry.name, node.label)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_shares_lie_between_0_and_1(reader: Callable[[], tuple[Any, ...]]) -> None:
    for record in reader():
        label = getattr(record, "name", None) or record.region
        for where, quantity in quantities(record, label):
            if quantity.unit.startswith("share"):
                for figure in (quantity.low, quantity.value, quantity.high):
                    assert figure is None or 0.0 <= figure <= 1.0, where


# ---- developers


@pytest.mark.parametrize("region", REGIONS)
def test_spending_shares_sum_to_one(region: str) -> None:
    shares = [d.spending_share.value for d in loading.developers() if d.region == region]
    assert sum(shares) == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize(
    ("region", "least", "most"),
    [("US", 150e3, 200e3), ("CN", 35e3, 60e3), ("RoW", 45e3, 75e3)],
)
def test_fleets_of_2022_sum_to_what_was_sold(region: str, least: float, most: float) -> None:
    fleet = sum(d.fleet.value for d in loading.developers() if d.region == region)
    assert least <= fleet <= most


def test_firms_founded_later_own_nothing_of_their_own_in_2022() -> None:
    later = [d for d in loading.developers() if d.founded > date(2022, 1, 1)]
    assert names(later) == {"xAI", "Moonshot", "DeepSeek", "Mistral"}
    for developer in later:
        assert not developer.models
        # DeepSeek's is the cluster of its parent, at its disposal from the founding.
        assert developer.fleet.value == 0.0 or developer.name == "DeepSeek"


def test_no_developer_employs_more_people_than_its_pool_holds() -> None:
    for pool in loading.talent_pools():
        staff = [d for d in loading.developers() if d.region == pool.region]
        assert pool.researchers.low is not None
        assert pool.engineers.low is not None
        assert sum(d.researchers.high or d.researchers.value for d in staff) < pool.researchers.low
        assert sum(d.engineers.high or d.engineers.value for d in staff) < pool.engineers.low


def test_past_models_are_past_and_in_order() -> None:
    for developer in loading.developers():
        days = [model.released for model in developer.models]
        assert days == sorted(days), developer.name
        assert all(developer.founded <= day < date(2022, 1, 1) for day in days), developer.name


def test_the_frontier_of_january_2022_is_american() -> None:
    def strongest(region: str) -> float:
        return max(
            model.training_flop.value
            for developer in loading.developers()
            if developer.region == region
            for model in developer.models
        )

    assert strongest("US") > strongest("CN") > strongest("RoW")


# ---- chips


@pytest.mark.parametrize(
    ("name", "tpp"),
    [
        ("A100", 4992),
        ("A800", 4992),
        ("H100", 15832),
        ("H800", 15832),
        ("H200", 15832),
        ("H20", 2368),
        ("L20", 1912),
        ("B200", 36000),
        ("GB200", 40000),
        ("MI300X", 20920),
        ("Ascend 910A", 4096),
        ("Ascend 910B", 6016),
        ("Ascend 910C", 12480),
        ("TPU v4", 4400),
        ("TPU v5p", 7344),
        ("TPU v7", 36912),
        ("Trainium2", 10672),
    ],
)
def test_total_processing_performance_is_the_published_one(name: str, tpp: float) -> None:
    chip = next(chip for chip in loading.chips() if chip.name == name)
    assert chip.tpp == pytest.approx(tpp, rel=0.005)


@pytest.mark.parametrize(
    ("name", "h100e"),
    [("A100", 0.315), ("H20", 0.15), ("TPU v4", 0.139), ("TPU v6e", 0.928), ("Trainium2", 0.656)],
)
def test_h100_equivalents_are_epochs(name: str, h100e: float) -> None:
    chip = next(chip for chip in loading.chips() if chip.name == name)
    assert chip.h100e == pytest.approx(h100e, rel=0.01)


@pytest.mark.parametrize("month", MONTHS, ids=str)
def test_something_is_on_sale_every_month(month: date) -> None:
    on_sale = [
        chip
        for chip in loading.chips()
        if chip.launched <= month and (chip.discontinued is None or month < chip.discontinued)
    ]
    assert [chip for chip in on_sale if chip.sold_to == "anyone"]
    assert [chip for chip in on_sale if chip.home == "CN"]
    for developer in loading.developers():
        if developer.name in ("Google", "Huawei"):
            assert [chip for chip in on_sale if chip.designer == developer.own_designer]


def test_chips_are_physically_plausible() -> None:
    for chip in loading.chips():
        assert rung(chip.node_nm) >= rung(7.0), chip.name
        assert chip.int8_tops >= chip.fp16_tflops, chip.name
        assert chip.discontinued is None or chip.launched < chip.discontinued, chip.name
        if chip.hbm_stacks:
            assert 300.0 <= chip.memory_bandwidth_gbs / chip.hbm_stacks <= 3000.0, chip.name
            assert 8.0 <= chip.memory_gb / chip.hbm_stacks <= 64.0, chip.name


def test_variants_sit_where_the_thresholds_put_them() -> None:
    chips = {chip.name: chip for chip in loading.chips()}
    for name in ("A800", "H800"):
        assert chips[name].tpp >= 4800
        assert chips[name].interconnect_gbs < 600
    for name in ("H20", "L20", "RTX Pro 6000D"):
        assert chips[name].tpp < 2400
        assert chips[name].performance_density < 3.2
    for name in ("A100", "H100", "MI250X"):
        assert chips[name].tpp >= 4800
        assert chips[name].interconnect_gbs >= 600


def test_dies_from_third_parties_sum_to_the_reported_bank() -> None:
    designer = next(d for d in loading.designers() if d.name == "HiSilicon")
    assert designer.third_country_dies is not None
    assert designer.third_country_since == date(2023, 7, 1)
    quarters = (date(2024, 11, 8) - designer.third_country_since).days / 91.31
    assert 2.0e6 <= designer.third_country_dies.value * quarters <= 3.0e6


# ---- manufacturing


def test_nodes_of_2022_climb_the_ladder_in_order() -> None:
    for foundry in loading.foundries():
        rungs = [rung(node.nm) for node in foundry.nodes]
        assert rungs == sorted(set(rungs)), foundry.name
        days = [node.since for node in foundry.nodes]
        assert days == sorted(days), foundry.name
        assert days[-1] < date(2022, 1, 1), foundry.name


def test_china_has_no_euv_in_2022() -> None:
    for foundry in loading.foundries():
        if foundry.region == "CN":
            assert foundry.euv_scanners.value == 0.0
    for toolmaker in loading.toolmakers():
        if toolmaker.region == "CN" and "euv" in toolmaker.output:
            first = toolmaker.output["euv"].first_year
            assert first.low is not None
            assert first.low >= 7.0


def test_hbm_of_2022_is_what_accelerators_carried() -> None:
    makers = [maker for maker in loading.memory_makers() if maker.hbm_from.value <= 0.0]
    assert 1.2e6 <= sum(maker.stacks_a_quarter.value for maker in makers) <= 1.5e6
    cxmt = next(maker for maker in loading.memory_makers() if maker.name == "CXMT")
    assert 3.5 <= cxmt.hbm_from.value <= 6.0


# ---- people, governments, shocks


def test_top_researchers_work_where_macropolo_counts_them() -> None:
    pools = {pool.region: pool.researchers.value for pool in loading.talent_pools()}
    world = sum(pools.values())
    assert 0.42 <= pools["US"] / world <= 0.59
    assert 0.11 <= pools["CN"] / world <= 0.28


def test_people_leave_for_other_regions_only() -> None:
    for pool in loading.talent_pools():
        assert set(pool.emigration) == set(pool.returning) == set(REGIONS) - {pool.region}


def test_origins_and_first_places_are_shares_of_all_regions() -> None:
    for pool in loading.talent_pools():
        for shares in (*pool.origins.values(), *pool.first_places.values()):
            assert set(shares) == set(REGIONS)
            assert sum(share.value for share in shares.values()) == pytest.approx(1.0, abs=1e-9)
        assert set(pool.origins) == set(pool.first_places) == {"researchers", "engineers"}


def test_origins_of_top_researchers_add_up_to_what_macropolo_counts() -> None:
    """47% of the top fifth of 2022 took their first degree in China, 18% in the United States."""
    pools = loading.talent_pools()
    world = sum(pool.researchers.value for pool in pools)

    def share(origin: Region) -> float:
        there = [
            pool.researchers.value * pool.origins["researchers"][origin].value for pool in pools
        ]
        return sum(there) / world

    assert share("CN") == pytest.approx(0.47, abs=0.02)
    assert share("US") == pytest.approx(0.18, abs=0.02)


def test_governments_cover_every_issuer() -> None:
    codes = {government.code for government in loading.governments()}
    assert codes == {"US", "CN", "NL", "JP", "KR", "TW", "EU"}


def test_demand_shocks_cover_every_region() -> None:
    shocks = {shock.name: shock for shock in loading.demand_shocks()}
    assert shocks["ChatGPT"].happened == date(2022, 11, 30)
    assert shocks["DeepSeek-R1"].happened == date(2025, 1, 20)
    for shock in shocks.values():
        assert set(shock.effect) == set(shock.attention) == set(REGIONS)
