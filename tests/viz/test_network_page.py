"""The network page in a browser: it answers clicks and keys, and its address reproduces it."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow

DAY = "date=2023-04&futures=10"


def test_a_click_on_an_agent_opens_its_state_and_the_address_keeps_it(visit, screenshot):
    page = visit(f"/network?{DAY}")
    page.wait_for_selector("text=January to March 2023")
    page.click("[data-node=SMIC]")
    panel = page.wait_for_selector("aside[aria-label=SMIC]")
    assert "most advanced node in volume" in panel.inner_text()
    assert "denied" in panel.inner_text()
    page.wait_for_function("location.search.includes('agent=SMIC')")
    screenshot(page, "network")
    page.focus("[data-node=ASML]")
    page.keyboard.press("Enter")
    page.wait_for_selector("aside[aria-label=ASML]")
    page.click("text=future 0")
    page.wait_for_selector("button[aria-pressed=true]:has-text('future 0')")
    page.click("button:has-text('all firms by name')")
    page.wait_for_selector("[data-node=NIO]")
    with page.expect_download() as saved:
        page.click("button:has-text('SVG')")
    drawing = saved.value.path().read_text()
    assert drawing.startswith("<svg")
    assert "var(" not in drawing


def test_a_link_reproduces_the_view_on_a_phone_in_the_dark(visit, screenshot):
    page = visit(
        f"/network?{DAY}&agent=Nvidia&focus=US&whose=future",
        viewport={"width": 390, "height": 844},
        color_scheme="dark",
    )
    page.wait_for_selector("aside[aria-label=Nvidia]")
    assert (
        page.locator("button[aria-pressed=true]").all_inner_texts()[0] == "into the United States"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    screenshot(page, "network-phone-dark")


@pytest.mark.parametrize("asked", ["agent=%3Cscript%3E&focus=Mars&whose=nobody&firms=%00"])
def test_an_address_that_asks_for_nothing_known_shows_the_usual(visit, asked):
    page = visit(f"/network?date=2022-01&futures=2&{asked}")
    page.wait_for_selector("text=No quarter has been cleared yet")
    assert page.locator("aside").count() == 0
    assert page.locator("button[aria-pressed=true]").all_inner_texts()[0] == "into China"
