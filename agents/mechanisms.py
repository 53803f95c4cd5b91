"""Groups of mechanisms that a world can be made to live on without, one entry each.

*Off* means the same for every group: from a date on the group moves no state any more, and what it
has brought by then stays.  ``aigap explain`` switches groups off to see what each is worth.
"""

from __future__ import annotations

from enum import Enum


class Mechanism(Enum):
    """A group of mechanisms.

    Attributes:
        title: its name in tables and figures.
        off: what stands still in a region where it is switched off.
    """

    COMPUTE = (
        "Compute",
        "fleets stay as they are: what is bought is paid for and does not enter use, what wears"
        " out is replaced",
    )
    ALGORITHMS = ("Own algorithms", "own research finds nothing")
    LEARNING = (
        "Learning from others",
        "no published method is taken up, models released later teach nothing, and founders bring"
        " no more than firms of their own region know",
    )
    POST_TRAINING = (
        "Post-training",
        "no more is got out of the techniques of post-training known by then, and none comes to be"
        " known",
    )
    TALENT = (
        "Talent and experience",
        "nobody is hired or leaves, wages stay, and teams gain no more experience with large runs",
    )
    MONEY = (
        "Money and demand",
        "spending, revenue and grants to developers keep the rate of that day, and firms turn no"
        " further effort to large models",
    )

    def __init__(self, title: str, off: str) -> None:
        self.title = title
        self.off = off
