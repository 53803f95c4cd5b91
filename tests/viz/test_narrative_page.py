"""The page that tells one future, in a browser."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow


def test_a_future_is_told_beside_its_charts(visit, screenshot):
    page = visit("/future?date=2023-07&futures=12&which=widest")
    page.wait_for_selector("article:has-text('2022')")
    page.wait_for_selector("#gap-months[data-drawn]")
    told = page.inner_text("article >> nth=0")
    assert "The capability gap" in told
    assert "ChatGPT" in told
    screenshot(page, "future")
    page.uncheck("text=money and attention")
    assert "ChatGPT" not in page.inner_text("article >> nth=0 >> .aigap-story-quarters")
    page.fill("input[aria-label='Number of the future']", "7")
    page.click("text=Tell it")
    page.wait_for_selector("h1:has-text('Future 7')")
    page.wait_for_function("!location.search.includes('which=')")
    with page.expect_download() as saved:
        page.click("text=Save the story as text")
    assert saved.value.path().read_text().startswith("Future 7, Recorded history")


def test_a_future_that_is_none_is_refused_in_words(visit, screenshot):
    page = visit("/future?date=2022-04&futures=3", viewport={"width": 390, "height": 844})
    page.wait_for_selector("article")
    page.evaluate("document.querySelector('.aigap-story-tools').noValidate = true")
    page.fill("input[aria-label='Number of the future']", "99")
    page.click("text=Tell it")
    page.wait_for_selector("[role=alert]:has-text('numbered 0 to 2')")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    screenshot(page, "future-phone")
