"""The network shows what moved, where it went, and what the rules of the day say of it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import defaultdict
from datetime import date

import numpy as np
import pytest

from agents.arrays import total
from model.policy import Policy
from model.world import World
from viz.network import network
from viz.network_drawing import amount_in_words, draw, legend
from viz.network_facts import facts, past
from viz.network_flows import DESIGN_SOFTWARE, GO_BETWEENS
from viz.network_graph import LAYERS, Network

DAY = date(2025, 6, 1)


@pytest.fixture(scope="module")
def lived() -> World:
    world = World(futures=12)
    world.run_to(DAY)
    return world


@pytest.fixture(scope="module")
def shown(lived: World) -> Network:
    return network(lived, 3)


def test_what_enters_a_channel_leaves_it(shown: Network) -> None:
    for node in shown.nodes:
        if node.layer == "channels":
            entering = sum(link.amount for link in shown.links if link.target == node.name)
            leaving = sum(link.amount for link in shown.links if link.source == node.name)
            assert entering == pytest.approx(leaving)


def test_firms_receive_what_the_installed_base_says_of_that_future(
    lived: World, shown: Network
) -> None:
    base, ratings = lived.chip_market.installed_base, lived.ratings()
    arrived = total(units * ratings[kind.chip] for kind, units in base.latest.items())
    received = sum(link.amount for link in shown.links if "/" in link.source)
    assert received == pytest.approx(arrived[3])


def test_every_unit_delivered_was_made_somewhere(shown: Network) -> None:
    made: defaultdict[str, float] = defaultdict(float)
    sold: defaultdict[str, float] = defaultdict(float)
    for link in shown.links:
        if link.unit == "H100e of dies":
            made[link.target] += link.amount
        elif shown.node(link.source).layer == "designers":
            sold[link.source] += link.amount
    assert made.keys() >= {designer for designer, amount in sold.items() if amount > 0.0}
    for designer, amount in sold.items():
        assert made[designer] == pytest.approx(amount)


def test_showing_all_firms_changes_no_flow(lived: World, shown: Network) -> None:
    expanded = network(lived, 3, expanded=("US", "CN", "RoW"))
    for region in ("US", "CN", "RoW"):
        few, many = (
            sum(link.amount for link in one.links if link.source.startswith(f"{region}/"))
            for one in (shown, expanded)
        )
        assert few == pytest.approx(many)
    assert not any(node.members for node in expanded.nodes)
    hidden = {name for node in shown.nodes for name in node.members}
    assert hidden
    assert hidden <= {node.name for node in expanded.nodes}


def test_the_parts_that_end_in_each_region_add_up_to_the_whole(
    lived: World, shown: Network
) -> None:
    parts = [network(lived, 3, focus=region) for region in ("US", "CN", "RoW")]
    for unit in ("H100e", "H100e of dies", "thousand stacks of memory"):
        whole = sum(link.amount for link in shown.links if link.unit == unit)
        summed = sum(link.amount for part in parts for link in part.links if link.unit == unit)
        assert summed == pytest.approx(whole)
    assert {node.region for node in parts[1].nodes if node.layer == "firms"} == {"CN"}


def test_permissions_are_those_of_the_rule_book_on_the_day(shown: Network) -> None:
    said = {(one.source, one.target, one.permission) for one in shown.links}
    assert ("ASML", "SMIC", "denied") in said  # EUV
    assert ("ASML", "TSMC", "allowed") in said
    assert ("Naura", "SMIC", "allowed") in said
    assert ("Nvidia", "CN/direct", "denied") in said
    assert ("Nvidia", "CN/smuggled", "smuggled") in said
    assert (GO_BETWEENS, "HiSilicon", "smuggled") in said
    assert ("TSMC", "HiSilicon", "denied") in said
    assert ("SK Hynix", "HiSilicon", "denied") in said
    assert (DESIGN_SOFTWARE, "HiSilicon", "denied") in said  # the letters of May 2025
    refused = [one for one in shown.links if one.permission == "denied" and one.amount == 0.0]
    assert refused


def test_without_controls_nothing_is_denied_smuggled_or_rented() -> None:
    free = Policy.model_validate(
        {"name": "free", "changes": [{"do": "remove", "select": {"family": "export-control"}}]}
    )
    world = World(free, futures=3)
    world.run_to(date(2023, 7, 1))
    permissions = {link.permission for link in network(world, 0).links}
    assert "allowed" in permissions
    assert permissions.isdisjoint({"denied", "smuggled", "rented"})


def test_the_middle_of_all_futures_lies_among_them(lived: World) -> None:
    def to(shown: Network, node: str) -> float:
        return sum(link.amount for link in shown.links if link.target == node)

    each = [to(network(lived, future), "SMIC") for future in range(lived.futures)]
    assert min(each) <= to(network(lived), "SMIC") <= max(each)


def test_before_the_first_quarter_there_is_nothing_to_show_but_what_is_denied() -> None:
    world = World(futures=2)
    shown = network(world)
    assert shown.quarter_ends == 0.0
    assert all(link.amount == 0.0 for link in shown.links)
    assert ET.fromstring(draw(shown)) is not None


def test_nodes_stand_in_their_layers_and_links_go_forward(shown: Network) -> None:
    layer = {node.name: LAYERS.index(node.layer) for node in shown.nodes}
    assert all(layer[link.source] < layer[link.target] for link in shown.links)
    assert len(layer) == len(shown.nodes)


def test_the_drawing_is_svg_with_nothing_from_outside(shown: Network) -> None:
    drawn = draw(shown, selected="SMIC", in_page=False)
    root = ET.fromstring(drawn)
    assert "var(" not in drawn
    assert drawn.count("http") == 1  # the name of the format itself
    named = {element.get("data-node") for element in root.iter() if element.get("data-node")}
    assert named == {node.name for node in shown.nodes}
    ET.fromstring(f"<p>{legend()}</p>")


def test_ribbons_are_as_wide_as_their_flows(shown: Network) -> None:
    root = ET.fromstring(draw(shown))
    widths = {}
    for path in (element for element in root.iter() if element.tag.endswith("path")):
        (title,) = path
        widths[str(title.text).partition(":")[0]] = float(path.get("stroke-width", "nan"))
    by_pair = {(one.source, one.target): one.amount for one in shown.links}
    nvidia, google = by_pair["TSMC", "Nvidia"], by_pair["TSMC", "Google TPU"]
    drawn = widths["TSMC to Nvidia"] / widths["TSMC to Google TPU"]
    assert drawn == pytest.approx(nvidia / google, rel=0.02)


def test_amounts_are_said_with_their_units(shown: Network) -> None:
    for link in shown.links:
        words = amount_in_words(link)
        assert words
        assert "nan" not in words
        if link.amount > 0.0:
            assert any(digit in words for digit in "123456789")


def test_every_actor_shown_has_a_state_and_chosen_ones_a_past(lived: World, shown: Network) -> None:
    for node in shown.nodes:
        known = facts(lived, node.name, 3)
        assert bool(known) == node.actor, node.name
    compute = {fact.label: fact.value for fact in facts(lived, "Alibaba", 3)}
    fleet = float(total(next(d for d in lived.developers if d.name == "Alibaba").fleet)[3])
    assert compute["compute installed"] == f"{fleet / 1e3:.1f}k H100e"
    told = past(lived, "SMIC", 3)
    assert any("7 nm" in sentence for _, sentence in told)
    decisions = past(lived, "DeepSeek", 3)
    assert [when for when, _ in decisions] == sorted((when for when, _ in decisions), reverse=True)
    assert facts(lived, "Nobody", 3) == []
    assert past(lived, "Nobody", 3) == []


def test_ranges_span_the_futures(lived: World) -> None:
    (fact,) = [fact for fact in facts(lived, "SMIC", None) if "node in volume" in fact.label]
    assert fact.spread.count("nm") == 2
    assert np.isfinite(float(fact.value.removesuffix(" nm")))
