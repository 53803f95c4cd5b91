"""Another cast makes another world; the recorded one is what a world has if nobody says more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from model.cast import recorded
from model.world import World


def test_the_recorded_cast_is_the_default():
    given, default = World(futures=2, cast=recorded()), World(futures=2)
    for world in (given, default):
        world.run_to(date(2023, 1, 1))
    assert (given.record.values("gap_oom") == default.record.values("gap_oom")).all()


def test_a_firm_left_out_is_not_there():
    cast = recorded()
    without = replace(cast, developers=tuple(d for d in cast.developers if d.name != "OpenAI"))
    names = [developer.name for developer in World(cast=without).developers]
    assert "OpenAI" not in names
    assert len(names) == len(cast.developers) - 1


def test_without_techniques_nothing_is_gained_by_post_training():
    world = World(futures=3, cast=replace(recorded(), techniques=()))
    world.run_to(date(2026, 1, 1))
    assert all((firm.post_training == 0.0).all() for firm in world.developers)


def test_a_technique_is_found_by_whoever_leads_what_is_in_use_and_later_known_to_all():
    world = World(futures=20)
    world.run_to(date(2022, 2, 1))
    openai = next(firm for firm in world.developers if firm.name == "OpenAI")
    assert (openai.post_training > 0.0).all(), "it alone offers its models in January 2022"
    others = [firm for firm in world.developers if firm is not openai]
    assert all((firm.post_training == 0.0).all() for firm in others)
    world.run_to(date(2022, 7, 1))
    trained = [firm.post_training for firm in world.developers if firm.trains and firm.exists]
    assert (np.stack(trained) > 0.0).all()


def test_r1_makes_chinese_sellers_of_access_open_weights_sooner():
    def open_share(**change):
        world = World(futures=50, cast=replace(recorded(), **change))
        world.run_to(date(2026, 1, 1))
        firms = [f for f in world.developers_of("CN") if f.strategy.openness == "api"]
        return np.mean([firm.open_weights.mean() for firm in firms])

    shocks = recorded().demand_shocks
    calm = tuple(shock.model_copy(update={"openness": {}}) for shock in shocks)
    assert open_share() > open_share(demand_shocks=calm) + 0.1
