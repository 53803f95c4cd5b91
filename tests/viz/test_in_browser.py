"""The live view in a browser, against the real server, with the network cut."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from viz.navigation import links

pytestmark = pytest.mark.slow
PHONE = {"width": 390, "height": 844}
GAP = "#gap .aigap-chart-plot"


def settled(page):
    """Wait until the worker has nothing more to do."""
    page.wait_for_function(
        "() => !document.querySelector('.aigap-doing, .aigap-waiting')"
        " && document.querySelector('button[data-act=play]').textContent === 'Play'"
        " && !document.querySelector('button[data-act=play]').disabled"
    )


def drawn_since(page, chart, frame):
    """Wait until a chart has drawn something later than a frame."""
    page.wait_for_function(
        f"() => Number(document.querySelector('#{chart}').dataset.drawn || -1) > {frame}"
    )


def frame_of(page, chart):
    return int(page.locator(f"#{chart}").get_attribute("data-drawn") or -1)


def gap_fan(page):
    """The curves of the fan as they are drawn."""
    return page.evaluate(
        f"() => document.querySelector('{GAP}').data.slice(0, 5).map(curve => curve.y)"
    )


def month_shown(page):
    return dt.datetime.strptime(page.locator(".aigap-date").inner_text(), "%b %Y").date()


def test_every_page_loads_and_links_to_the_others(visit, screenshot):
    page = visit("/?date=2022-06&futures=20")
    settled(page)
    for link in links():
        page.click(f"nav[aria-label=Pages] a:has-text('{link['label']}')")
        page.wait_for_selector(f"nav a[aria-current=page]:has-text('{link['label']}')")
        page.wait_for_selector("#main :is(.card, .quiet, section)")
    assert "date=2022-06" in page.url
    assert "futures=20" in page.url


def test_months_go_by_and_a_lever_changes_the_fan(visit, screenshot):
    page = visit("/?date=2022-09&futures=20&seed=3")
    settled(page)
    # Not the fastest: the rule that is ended below must not have ended of itself by then.
    page.select_option("select[data-act=speed]", "4")
    page.click("button[data-act=play]")
    page.wait_for_function(
        "() => /Nov|Dec|202[3-9]/.test(document.querySelector('.aigap-date').textContent)"
    )
    page.click("button[data-act=play]")
    settled(page)
    stopped = month_shown(page)
    assert stopped >= dt.date(2022, 11, 1)
    assert len(gap_fan(page)[4]) == (stopped.year - 2022) * 12 + stopped.month

    page.fill("input[data-act=find]", "advanced computing")
    page.click("li[data-instrument] button.aigap-instrument >> nth=0")
    frame = frame_of(page, "gap")
    page.click("li[data-instrument] button[data-act=remove] >> nth=0")
    page.wait_for_selector(".aigap-pulled li")
    settled(page)
    assert f"levers={stopped:%Y-%m}~remove~" in page.url
    drawn_since(page, "gap", frame)
    assert page.evaluate(f"document.querySelector('{GAP}').layout.shapes.length") == 1

    page.fill("input[data-act=target]", f"{stopped.year + 1}-12")
    page.click("button[data-act=jump]")
    page.wait_for_function(
        f"() => document.querySelector('.aigap-date').textContent === 'Dec {stopped.year + 1}'"
    )
    settled(page)
    changed = gap_fan(page)
    screenshot(page, "live-lever")
    plain = visit("/" + re.sub(r"&levers=[^&]*", "", page.url[page.url.index("?") :]))
    settled(plain)
    assert month_shown(plain) == month_shown(page)
    until = (stopped.year - 2022) * 12 + stopped.month
    recorded = gap_fan(plain)
    assert [curve[:until] for curve in recorded] == [curve[:until] for curve in changed]
    assert recorded != changed


def test_charts_out_of_sight_follow_when_months_no_longer_go_by(visit):
    page = visit("/?date=2022-02&futures=5")
    settled(page)
    page.wait_for_selector("#smuggling[data-drawn]")
    drawn, gap = frame_of(page, "smuggling"), frame_of(page, "gap")
    page.select_option("select[data-act=speed]", "fastest")
    page.click("button[data-act=play]")
    page.wait_for_function("() => /2023/.test(document.querySelector('.aigap-date').textContent)")
    assert frame_of(page, "gap") > gap
    # The months just after the click may still be drawn everywhere, later ones are not.
    assert frame_of(page, "smuggling") < frame_of(page, "gap")
    page.click("button[data-act=play]")
    settled(page)
    drawn_since(page, "smuggling", drawn)
    months = page.evaluate(
        "() => document.querySelector('#smuggling .aigap-chart-plot').data[0].x.length"
    )
    stopped = month_shown(page)
    assert months == (stopped.year - 2022) * 12 + stopped.month


def test_the_keyboard_steps_and_plays(visit):
    page = visit("/?date=2022-02&futures=5")
    settled(page)
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('.aigap-date').textContent === 'Mar 2022'")
    settled(page)
    page.keyboard.press("Space")
    page.wait_for_selector("button[data-act=play]:has-text('Pause')")
    page.keyboard.press("Space")
    settled(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "aigap-skip"


def test_a_fork_shows_policies_side_by_side(visit, screenshot):
    page = visit("/fork?date=2022-11&futures=20&fork=as-it-stands,no-controls&to=2024-06")
    page.wait_for_selector("#changes[data-drawn]")
    settled(page)
    titles = page.locator("thead th").all_inner_texts()
    assert titles == [
        "Outcome",
        "Recorded history",
        "No export controls",
        "Change: No export controls",
    ]
    curves = page.evaluate(
        "() => document.querySelector('#changes .aigap-chart-plot').data.at(-1).y"
    )
    parted = 11
    assert set(curves[:parted]) == {0}
    page.click("button.aigap-outcome:has-text('Installed compute, China')")
    page.wait_for_selector("#changes figcaption p:has-text('H100e')")
    page.locator("#changes").scroll_into_view_if_needed()
    page.wait_for_function(
        "() => document.querySelector('#changes .aigap-chart-plot').data.at(-1).y.at(-1) > 0"
    )
    screenshot(page, "fork")


def test_two_browsers_never_see_each_others_world(visit):
    one = visit("/?date=2022-03&futures=7&seed=5")
    other = visit("/?date=2022-05&futures=9&seed=6", another_browser=True)
    settled(one)
    settled(other)
    one.click("button[data-act=step]")
    one.wait_for_function("() => document.querySelector('.aigap-date').textContent === 'Apr 2022'")
    settled(one)
    assert month_shown(other) == dt.date(2022, 5, 1)
    assert other.locator("input[data-act=futures]").input_value() == "9"
    assert one.locator("input[data-act=futures]").input_value() == "7"


def test_what_an_address_may_not_ask_for_is_said_in_words(visit):
    page = visit("/?policy=no-control&futures=90000&date=june&seed=1&levers=x")
    settled(page)
    said = page.locator("[role=alert]").inner_text()
    assert "did you mean 'no-controls'" in said
    assert "1 to 2,000 futures, not 90,000" in said
    assert "'june' is not a month" in said
    assert "'x' is not a lever" in said
    page.fill("input[data-act=future]", "4000")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]:has-text('There is no future 4000')")


def test_studies_are_compared_and_nothing_else_is_opened(
    visit, screenshot, studies_folder, small_study
):
    page = visit("/studies?futures=1")
    page.wait_for_selector("#levels[data-drawn]")
    assert page.locator("select[data-act=study] option").all_inner_texts() == [
        f"{small_study}: 2 policies, 12 futures, to 2022-12, seed 1"
    ]
    page.wait_for_selector("#drivers")
    screenshot(page, "studies")
    for elsewhere in ("../../etc", "small/results", "/etc"):
        refused = visit(f"/studies?futures=1&study={elsewhere}")
        said = refused.locator("[role=alert]").inner_text()
        assert "folder of studies" in said
        assert str(studies_folder.parent) not in said


def test_it_is_readable_on_a_phone_and_in_the_dark(visit, screenshot):
    page = visit("/?date=2023-06&futures=30", viewport=PHONE, color_scheme="dark")
    settled(page)
    screenshot(page, "live-phone-dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    light, dark = (
        "rgb(255, 255, 255)",
        page.evaluate("getComputedStyle(document.querySelector('.v-application')).backgroundColor"),
    )
    assert dark != light
    page.click("button.aigap-theme")
    assert light == page.evaluate(
        "getComputedStyle(document.querySelector('.v-application')).backgroundColor"
    )
    page.click("button.aigap-theme")
