"""The rule book in a browser: read, asked and changed, and what is changed can be taken home."""

from __future__ import annotations

import pytest

from experiments.cli import status
from model.loading import recorded_instruments

pytestmark = pytest.mark.slow


def test_an_instrument_is_found_changed_and_taken_home(visit, screenshot, capsys):
    page = visit("/rules?futures=2")
    page.wait_for_selector("#rule-timeline[data-drawn]")
    page.fill("input[type=search]", "bandwidth memory sold apart")
    page.click("button:has-text('Filter')")
    page.wait_for_selector(f"text=1 of {len(recorded_instruments())} instruments")
    page.click("table button:has-text('high-bandwidth memory')")
    page.wait_for_selector("dd:has-text('us-hbm-2024')")
    screenshot(page, "rules")
    page.select_option(".aigap-rules-edit select >> nth=0", "set")
    page.select_option(".aigap-rules-edit select >> nth=1", "admitted")
    page.fill(".aigap-rules-edit input[inputmode=decimal]", "7")
    page.click("text=Add to your changes")
    page.wait_for_selector("[role=alert]:has-text('is a share')")
    page.fill(".aigap-rules-edit input[inputmode=decimal]", "0.5")
    page.click("text=Add to your changes")
    page.wait_for_selector("text=In your changes: us-hbm-2024")
    page.click("button:has-text('Assumptions')")
    page.fill("input[aria-label='Your value of cash_deployed']", "0.6")
    page.click("button[aria-label='Set cash_deployed']")
    page.click("button:has-text('Your changes (2)')")
    page.wait_for_selector("text=cash_deployed = 0.6")
    screenshot(page, "rules-changes")
    for button, command in (
        ("Save policy file", ["policy", "check"]),
        ("Save study file", ["study", "check"]),
    ):
        with page.expect_download() as saved:
            page.click(f"text={button}")
        path = saved.value.path().with_suffix(".yaml")
        saved.value.save_as(path)
        assert status([*command, str(path)]) == 0
    assert "can be run" in capsys.readouterr().out
    page.click("text=Watch it live")
    page.wait_for_function("location.search.includes('policy=my-policy')")


def test_a_value_of_ones_own_acts_live_and_the_address_carries_it(visit, screenshot):
    page = visit("/rules?futures=5&date=2022-01&part=parameters&search=cash_deployed")
    page.wait_for_selector("text=1 of")
    page.fill("input[aria-label='Your value of cash_deployed']", "1.5")
    page.click("button[aria-label='Set cash_deployed']")
    page.wait_for_selector("[role=alert]:has-text('0 to 1, got 1.5')")
    page.fill("input[aria-label='Your value of cash_deployed']", "0.4")
    page.click("button[aria-label='Set cash_deployed']")
    page.click("button[data-act=watch]")
    words = "prior ensemble, 5 futures, 1 parameter set by hand"
    page.wait_for_selector(f"#gap:has-text('{words}')")
    told = page.locator("aside[aria-label='Values of your own']").inner_text()
    assert "cash_deployed = 0.4 share (drawn: 0.55 to 0.85, median 0.7)" in told
    page.wait_for_function("location.search.includes('set=cash_deployed~0.4')")
    screenshot(page, "live-own-values")
    again = visit(page.url[page.url.index("/?") :])
    again.wait_for_selector(f"#gap:has-text('{words}')")
    again.click("button[data-act=redraw]")
    again.wait_for_function("!location.search.includes('set=')")
    again.wait_for_selector("aside[aria-label='Values of your own']", state="detached")
    assert words not in again.locator("#gap").inner_text()


def test_the_chip_checker_answers_and_refuses_in_words(visit, screenshot):
    page = visit(
        "/rules?futures=2&part=checker&chip=H20&on=2025-04-20",
        viewport={"width": 390, "height": 844},
        color_scheme="dark",
    )
    page.wait_for_selector("text=Needs a licence")
    screenshot(page, "checker-phone-dark")
    page.select_option("select >> nth=0", "a chip of your own")
    page.click("text=May it be sold?")
    page.wait_for_selector("[role=alert]:has-text('give the chip')")
    for name in range(4):
        page.locator("input[inputmode=decimal]").nth(name).fill("1")
    page.click("text=May it be sold?")
    page.wait_for_selector("text=May be sold freely")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_address_cannot_make_the_page_read_a_file(visit):
    page = visit("/rules?futures=2&part=checker&under=../../README.yaml&chip=H20&on=2025-04-20")
    page.wait_for_selector("[role=alert]:has-text('the library has no policy')")
