"""Every page on a desk and on a phone, light and dark: nothing wider than the screen."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
WORLD = "date=2024-06&futures=60&set=cash_deployed~0.6,reinvestment~0.3"
PAGES = {
    "live": f"/?{WORLD}&levers=2023-03~scale~us-bis-budget~4",
    "fork": f"/fork?{WORLD}&fork=as-it-stands,no-controls,full-embargo&to=2026-06",
    "network": f"/network?{WORLD}&agent=SMIC",
    "future": f"/future?{WORLD}&which=widest",
    "rules": f"/rules?{WORLD}&instrument=us-hbm-2024",
    "checker": f"/rules?{WORLD}&part=checker&chip=H20&on=2025-04-20",
    "assumptions": f"/rules?{WORLD}&part=parameters",
    "studies": f"/studies?{WORLD}",
}

SIGNS = {
    "live": ".aigap-date:has-text('Jun 2024')",
    "fork": ".aigap-date:has-text('Jun 2026')",
    "network": "aside[aria-label=SMIC]",
    "future": "h2:has-text('2024')",
    "rules": "#rule-timeline[data-drawn]",
    "checker": "text=Needs a licence",
    "assumptions": "text=uncertain parameters of the mechanisms",
    "studies": "#levels[data-drawn]",
}
"""What shows that the page is there."""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_the_screen_in_light_and_dark(visit, screenshot, name, small_study):
    page = visit(PAGES[name])
    settled(page, name)
    for theme in ("light", "dark"):
        if theme == "dark":
            page.click("button.aigap-theme")
        for device, size in (("desk", DESK), ("phone", PHONE)):
            page.set_viewport_size(size)
            screenshot(page, f"look-{name}-{device}-{theme}")
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.click("button.aigap-theme")


def settled(page, name):
    """Wait until what the address asks for is there and drawn."""
    page.wait_for_selector(SIGNS[name])
    idle = "() => !document.querySelector('.aigap-doing, .aigap-waiting')"
    page.wait_for_function(idle)
    page.wait_for_timeout(1000)
    page.wait_for_function(idle)
