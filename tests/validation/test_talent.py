"""Where top researchers work: against MacroPolo's trackers, and under programmes that draw them.

The trackers of 2019 and 2022 give 59% and 42% of the top fifth of authors at NeurIPS to the United
States, 11% and 28% to China.  Two things changed between them besides where people work: accepted
papers rose from 1,428 to 2,671, so that the same label holds nearly twice as many people, and
those of Chinese origin rose from 29% to 47% of them.  If the tier had kept its size and its people,
the shares would mean a net move of 5.7% of the tier a year.  With the tier's growth they need
none: the rise in China is smaller than the number of people of Chinese origin who came in.  The
model takes the second reading; these tests state both and hold it to what it implies.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from agents.arrays import Floats
from agents.talent_pool import ORIGINS
from model.observations import observations
from model.policy import Policy
from model.world import World

FUTURES = 200
PEOPLE = {"2019": 1428 * 4.5, "2022": 2671 * 4.5}
IN_CHINA = {"2019": 0.11, "2022": 0.28}
IN_US = {"2019": 0.59, "2022": 0.42}
CHINESE = {"2019": 0.29, "2022": 0.47}
YEARS = 3.0
CN, US = ORIGINS.index("CN"), ORIGINS.index("US")


@pytest.fixture(scope="module")
def history() -> World:
    world = World(futures=FUTURES)
    world.run_to(dt.date(2026, 1, 1))
    return world


def on(world: World, outcome: str, year: int, month: int = 1) -> Floats:
    row = world.record.dates.index(dt.date(year, month, 1))
    return np.asarray(world.record.values(outcome)[row])


def grown(shares: dict[str, float]) -> float:
    return shares["2022"] * PEOPLE["2022"] - shares["2019"] * PEOPLE["2019"]


def test_the_trackers_need_no_net_return_to_china() -> None:
    assert grown(IN_US) > 0.0, "more people in the United States, at a smaller share"
    assert 0.6 < grown(IN_CHINA) / grown(CHINESE) < 0.8, "the rest went or stayed abroad"


def test_where_people_worked_at_the_end_of_2022_lies_in_the_ensembles_range(history: World) -> None:
    seen = [s for s in observations() if s.outcome.startswith("share_") and s.date.year == 2022]
    assert len(seen) == 3
    for tracked in seen:
        simulated = on(history, tracked.outcome, 2022, 12)
        low, high = np.quantile(simulated, [0.05, 0.95])
        assert low <= tracked.value <= high, tracked.outcome


def test_china_gains_by_its_classes_while_people_still_leave_it_on_balance(history: World) -> None:
    gained = on(history, "share_researchers_cn", 2025) - on(history, "share_researchers_cn", 2022)
    a_year = np.median(gained) / YEARS
    frozen = (IN_CHINA["2022"] - IN_CHINA["2019"]) / YEARS
    assert 0.0 < a_year < 0.5 * frozen, "slower than if the trackers had counted the same people"
    returned, left = (on(history, name, 2025) for name in ("returnees_cn", "emigrants_cn"))
    assert (returned < left).mean() > 0.9


def test_most_who_were_in_the_united_states_stay(history: World) -> None:
    """Of 100 leading Chinese researchers there in 2019, 87 were there in 2025 (Carnegie, 2025)."""
    pool = history.talent_pools["US"]
    gone = on(history, "returnees_cn", 2026) / pool.by_origin["researchers"][CN]
    low, high = np.quantile(gone, [0.05, 0.95])
    assert low <= 1.0 - 0.87 ** (1.0 / 6.0) <= high


# --- programmes -----------------------------------------------------------------------------------

DAY = dt.date(2024, 1, 1)


def programme(factor: float, origin: str, destination: str) -> Policy:
    instrument = {
        "id": "new-programme",
        "kind": "talent-programme",
        "title": "A new programme",
        "issuer": destination if destination in ("US", "CN") else "EU",
        "family": "talent",
        "citation": "invented",
        "announced": DAY,
        "effective": DAY,
        "origin": origin,
        "destination": destination,
        "parameters": {
            "migration_factor": {
                "unit": "multiple of the flow",
                "values": [{"since": DAY, "value": factor, "reference": "invented"}],
            }
        },
    }
    change = {"do": "add", "instrument": instrument}
    return Policy.model_validate({"name": "new", "changes": [change]})


def arrived(policy: Policy, destination: str, until: dt.date) -> Floats:
    world = World(policy, futures=60)
    world.run_to(until)
    everyone: Floats = world.talent_pools[destination].arrived["researchers"].sum(axis=0)
    return everyone


@pytest.mark.parametrize(("origin", "destination"), [("CN", "US"), ("RoW", "US"), ("US", "CN")])
def test_an_open_door_never_lowers_arrivals_in_its_first_quarter(
    origin: str, destination: str
) -> None:
    until = dt.date(2024, 4, 1)
    usual = arrived(programme(1.0, origin, destination), destination, until)
    assert (arrived(programme(2.0, origin, destination), destination, until) > usual).all()
    assert (arrived(programme(0.0, origin, destination), destination, until) < usual).all()


def test_behind_a_shut_american_door_more_work_in_china(history: World) -> None:
    shut = World(programme(0.0, "CN", "US"), futures=FUTURES)
    shut.run_to(dt.date(2026, 1, 1))
    for outcome, sign in (("chinese_researchers_us", -1.0), ("share_researchers_cn", 1.0)):
        change = on(shut, outcome, 2026) - on(history, outcome, 2026)
        assert (sign * change > 0.0).all()
    assert (on(shut, "emigrants_cn", 2026) < on(history, "emigrants_cn", 2026)).all()
