"""The live view in a browser, against the real server."""

from __future__ import annotations

import pytest

from viz.navigation import links


@pytest.mark.parametrize("page", links(), ids=lambda page: page["label"])
def test_every_page_loads_with_the_network_cut(visit, screenshot, page):
    opened = visit(page["path"] + "?date=2022-06&futures=20")
    opened.wait_for_selector(f"nav a[aria-current=page]:has-text('{page['label']}')")
