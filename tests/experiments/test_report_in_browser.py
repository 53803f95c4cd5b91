"""The report as a reader sees it: on a telephone or a desk, light or dark, without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from experiments.cli import status

POLICIES = ("history", "no-controls", "open-door", "full-embargo", "chips-only")
PHONE, DESK = 390, 1280


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    shared = ["--futures", "12", "--until", "2024-06", "--workers", "1", "--out", str(folder / "s")]
    assert status(["run", *POLICIES, *shared]) == 0
    assert status(["compare", str(folder / "s"), "--html", str(folder / "report.html")]) == 0
    return folder / "report.html"


@pytest.fixture(params=[(PHONE, "light"), (PHONE, "dark"), (DESK, "light"), (DESK, "dark")])
def opened(chromium: Browser, report: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The report opened; asks for nothing and complains of nothing, or the test fails."""
    width, scheme = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, offline=True
    )
    page = context.new_page()
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(report.as_uri())
    yield page
    context.close()
    assert asked == [report.as_uri()]
    assert complaints == []


def unfold(page: Page) -> None:
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")


def test_nothing_runs_off_the_side_of_the_page(opened: Page):
    for _ in range(2):
        wide = opened.evaluate(
            """() => [...document.querySelectorAll("main *")]
                .filter(part => !part.closest(".scroll *") && !part.closest("svg *"))
                .filter(part => part.getBoundingClientRect().right > innerWidth + 0.5)
                .map(part => part.outerHTML.slice(0, 80))"""
        )
        assert wide == []
        assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
        unfold(opened)


def test_a_reader_finds_each_part_of_the_answer(opened: Page):
    assert opened.locator(".question").inner_text().endswith("?")
    assert "Of 4 policies compared with" in opened.locator(".findings strong").inner_text()
    headings = opened.locator("h2").all_inner_texts()
    assert headings == [
        "What each policy changes",
        "All outcomes",
        "What a month of the gap costs",
        "How far to trust this",
        "Where this comes from",
    ]
    folded = opened.locator("details")
    assert folded.count() == 5  # a policy each, and the table
    figures = opened.locator("details").first.locator("svg")
    assert not figures.first.is_visible()
    folded.first.locator("summary").press("Enter")
    assert figures.count() == 5  # two fans, two differences, a tornado
    assert all(figures.nth(number).is_visible() for number in range(5))


def test_words_stand_out_from_what_they_are_written_on(opened: Page):
    unfold(opened)
    faint = opened.evaluate(
        """() => {
            const channels = text => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
            const light = text => {
                const [r, g, b] = channels(text).map(value => {
                    const part = value / 255;
                    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
                });
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const paper = part => {
                const colour = getComputedStyle(part).backgroundColor;
                if (colour !== "rgba(0, 0, 0, 0)") return colour;
                return part.parentElement ? paper(part.parentElement) : "rgb(255, 255, 255)";
            };
            const contrast = part => {
                const style = getComputedStyle(part);
                const ink = part.closest("svg") ? style.fill : style.color;
                const [dark, bright] = [light(ink), light(paper(part))].sort((a, b) => a - b);
                return (bright + 0.05) / (dark + 0.05);
            };
            return [...document.querySelectorAll("p, li, td, th, dt, dd, h1, h2, h3, text")]
                .filter(part => contrast(part) < 4.5)
                .map(part => part.textContent.trim().slice(0, 60));
        }"""
    )
    assert faint == []
