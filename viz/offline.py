"""Keeps everything the browser loads on this machine, and Solara from calling anyone.

Solara's page takes its scripts, styles and fonts from a content network through a proxy of the
server.  What it asks for lies in ``viz/vendor``; the proxy serves it from there, fetching nothing.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path

VENDOR = Path(__file__).parent / "vendor" / "cdn"


def set_environment() -> None:
    """Settings that Solara reads as it is imported."""
    os.environ["SOLARA_ASSETS_PROXY"] = "true"
    os.environ["SOLARA_ASSETS_PROXY_CACHE_DIR"] = str(VENDOR)
    os.environ["SOLARA_TELEMETRY_MIXPANEL_ENABLE"] = "false"
    os.environ["SOLARA_MODE"] = "production"


def keep_local() -> None:
    """Settings of a Solara that is imported already, however it was started."""
    import plotly  # noqa: PLC0415  # after set_environment
    from solara.server import cdn_helper, settings  # noqa: PLC0415

    settings.telemetry.mixpanel_enable = False
    settings.main.mode = "production"  # the scripts in VENDOR are those of production
    settings.assets.proxy_cache_dir = VENDOR
    settings.assets.fontawesome_enabled = False
    settings.assets.extra_locations = [
        str(Path(__file__).parent / "assets"),
        str(Path(plotly.__file__).parent / "package_data"),
    ]
    settings.theme.title = "aigap"
    settings.theme.show_banner = False
    # Said at every page that is not served over https, as none on this machine is.
    warnings.filterwarnings("ignore", message="Cookies with samesite=none require https")
    # Where a file is missing Solara would fetch it; its own setting for that turns the proxy off,
    # and the browser would fetch it then.
    cdn_helper.fetch_from_cdn = _refuse


def _refuse(url: str) -> bytes:
    raise FileNotFoundError(f"the live view serves only what lies on this machine, not {url}")
