"""What a drawn month costs, in processor time: the machine that runs tests may be busy."""

from __future__ import annotations

import time
from importlib import import_module

import pytest

MONTHS = 24
MILLISECONDS_A_MONTH = 200.0


@pytest.mark.slow
def test_a_month_of_200_futures_is_lived_and_drawn_in_time(visit, served, record_property):
    with served() as (address, server):
        page = visit("/?date=2026-01&futures=200", at=address)
        page.wait_for_selector(".aigap-date:has-text('Jan 2026')", timeout=240_000)
        page.wait_for_selector("button[data-act=play]:not(:disabled)")
        page.wait_for_timeout(2000)
        page.select_option("select[data-act=speed]", "fastest")
        devtools = page.context.new_cdp_session(page)
        devtools.send("Performance.enable")
        process = import_module("psutil").Process(server.pid)

        def spent() -> tuple[float, float, float]:
            told = devtools.send("Performance.getMetrics")["metrics"]
            browser = next(one["value"] for one in told if one["name"] == "TaskDuration")
            there = process.cpu_times()
            return there.user + there.system, browser, time.monotonic()

        before = spent()
        page.click("button[data-act=play]")
        page.wait_for_selector(".aigap-date:has-text('2028')", timeout=240_000)
        page.click("button[data-act=play]")
        page.wait_for_selector("button[data-act=play]:has-text('Play')")
        after = spent()
        page.close()
    server_ms, browser_ms, wall_ms = (
        1e3 * (late - early) / MONTHS for early, late in zip(before, after, strict=True)
    )
    told = f"server {server_ms:.0f} ms, browser {browser_ms:.0f} ms, wall {wall_ms:.0f} ms a month"
    print(told)
    record_property("month", told)
    assert server_ms + browser_ms < MILLISECONDS_A_MONTH, told
