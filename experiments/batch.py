"""Worlds for ``mesa.batch_run``, whose parameters are best given as words and numbers."""

from __future__ import annotations

from agents.designer import Products
from experiments.policies import load_policy
from model.world import DEFAULT_SEED, World


class NamedWorld(World):
    """A world whose policy is named as on the command line.

    One step is a month.  Luck is that of the seed, and of the same seed always the same: repeat a
    run with other seeds (``rng=[1, 2, 3]``) or other futures, never with ``rng=[None] * 3``.

    Args:
        policy: a name of the library, or a YAML file.
        futures: how many live side by side.
        seed: the seed of all luck.
        first_future: number of the first future.
        products: how designers plan, as for ``World``.

    Raises:
        PolicyError, DataError: in one line, if there is no such policy.
    """

    def __init__(
        self,
        policy: str = "history",
        *,
        futures: int = 1,
        seed: int | None = DEFAULT_SEED,
        first_future: int = 0,
        products: Products = "recorded",
    ) -> None:
        super().__init__(
            load_policy(policy),
            futures=futures,
            seed=seed,
            first_future=first_future,
            products=products,
        )
