"""The pages by name and path; apart from the pages themselves, so that each can link to others."""

from __future__ import annotations

FORK_PATH = "fork"
PATHS: tuple[tuple[str, str], ...] = (
    ("/", "Live"),
    (FORK_PATH, "Fork"),
    ("network", "Network"),
    ("studies", "Studies"),
    ("future", "One future"),
    ("rules", "Rules and assumptions"),
)


def links() -> list[dict[str, str]]:
    """Label and absolute path of each page."""
    return [{"label": label, "path": "/" + path.strip("/")} for path, label in PATHS]
