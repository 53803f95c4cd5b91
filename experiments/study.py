"""A study: these policies, futures, horizon and seed; and how it is cut into pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches

from pydantic import Field, ValidationInfo, field_validator, model_validator

from agents.designer import Products
from agents.records import Strict
from experiments.designs import RANDOM, Design, Rows, require_value
from experiments.ensembles import PRIOR, Ensemble
from experiments.hints import did_you_mean
from model.calendar import RECORD_START, Calendar, parse_year_month
from model.outcomes import OUTCOMES
from model.policy import Policy

LAST_MONTH = date(2040, 12, 1)
FUTURES_PER_SHARD = 1000
MOST_FUTURES_TOGETHER = 10_000
MOST_FUTURES = 10_000_000
MOST_MONTHS = 240


class StudyError(ValueError):
    """A study that makes no sense; the message says in one line what was expected."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Consecutive futures of one policy that are stored together."""

    policy: str
    first_future: int
    futures: int

    @property
    def path(self) -> str:
        """Where the shard lies within a study's directory."""
        last = self.first_future + self.futures - 1
        return f"results/{self.policy}/futures-{self.first_future:05d}-{last:05d}.parquet"

    def is_before(self, other: Shard) -> bool:
        """Whether the futures of another of the same policy follow its own."""
        return (self.policy, self.first_future + self.futures) == (other.policy, other.first_future)


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive futures of one policy that are simulated together.

    They are some or all of one shard, or all of several that follow one another.
    """

    shards: tuple[Shard, ...]
    first_future: int
    futures: int

    @property
    def policy(self) -> str:
        """The name of its policy."""
        return self.shards[0].policy

    @property
    def shard(self) -> Shard:
        """The shard of a block that lies within one."""
        (shard,) = self.shards
        return shard

    @property
    def is_whole_shard(self) -> bool:
        """Whether it lies within one shard, which has no other futures."""
        return len(self.shards) == 1 and self.futures == self.shard.futures

    @property
    def by_shard(self) -> tuple[Block, ...]:
        """The same futures as blocks that each lie within one shard."""
        if len(self.shards) == 1:
            return (self,)
        return tuple(Block((one,), one.first_future, one.futures) for one in self.shards)


class Study(Strict):
    """Policies x futures, from the start of the record to a month.

    ``products`` says whether the recorded chips are sold while their roadmaps last, or designers
    plan their versions for China in answer to rules, or all that follow the chips of the start.
    ``design`` says which values the uncertain parameters have in which future, and ``ensemble``
    whether the futures are those of the prior or some of them that calibration kept.
    ``fixed`` gives some parameters one value in every future, whatever the design says.
    ``keep`` and ``every`` thin what is stored, never what is simulated: these outcomes, each with
    the one that says why it is missing (default: all); every so many months, and the last one.
    ``summaries`` names the baseline of a study that stores summaries over futures, not the futures.
    """

    policies: tuple[Policy, ...] = Field(min_length=1)
    futures: int = Field(default=1000, ge=1, le=MOST_FUTURES)
    until: date = date(2030, 12, 1)
    seed: int = Field(default=1, ge=0, lt=2**63)
    products: Products = "recorded"
    design: Design = RANDOM
    ensemble: Ensemble = PRIOR
    fixed: dict[str, float] = Field(default_factory=dict)
    keep: tuple[str, ...] | None = Field(default=None, min_length=1)
    every: int = Field(default=1, ge=1, le=MOST_MONTHS)
    summaries: str | None = None

    @field_validator("policies")
    @classmethod
    def _named_apart(cls, policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
        names = [policy.name for policy in policies]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"the policy '{name}' is given twice")
        return policies

    @field_validator("summaries")
    @classmethod
    def _of_the_study(cls, baseline: str | None, info: ValidationInfo) -> str | None:
        names = [policy.name for policy in info.data.get("policies", ())]
        if baseline is not None and names and baseline not in names:
            hint = did_you_mean(get_close_matches(baseline, names, n=1, cutoff=0.5))
            raise ValueError(
                f"expected a policy of the study to compare with ({', '.join(names)}),"
                f" not '{baseline}'{hint}"
            )
        return baseline

    @field_validator("until")
    @classmethod
    def _within_the_horizon(cls, until: date) -> date:
        if until.day != 1 or not RECORD_START <= until <= LAST_MONTH:
            raise ValueError(f"expected a month from {RECORD_START:%Y-%m} to {LAST_MONTH:%Y-%m}")
        return until

    @field_validator("design")
    @classmethod
    def _with_a_row_for_each_future(cls, design: Design, info: ValidationInfo) -> Design:
        if "futures" in info.data:
            design.check(info.data["futures"])
        return design

    @field_validator("fixed")
    @classmethod
    def _within_what_is_possible(cls, fixed: dict[str, float]) -> dict[str, float]:
        for name, value in fixed.items():
            require_value(name, value)
        return fixed

    @model_validator(mode="after")
    def _of_the_ensemble(self) -> Study:
        if self.fixed and self.ensemble.name != "prior":
            raise ValueError(
                "a calibrated ensemble has its own values of the parameters: expected none fixed,"
                f" got {', '.join(self.fixed)}"
            )
        require_fit(self.ensemble, self.design, self.seed, self.futures)
        return self

    @field_validator("keep")
    @classmethod
    def _known_with_companions(cls, keep: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if keep is None:
            return None
        for name in keep:
            if name not in OUTCOMES:
                near = did_you_mean(get_close_matches(name, OUTCOMES, n=1, cutoff=0.5))
                raise ValueError(f"no outcome is named '{name}'{near or '; see aigap outcomes'}")
        wanted = {*keep, *(OUTCOMES[name].censored_by for name in keep)}
        return tuple(name for name in OUTCOMES if name in wanted)

    def rows(self, first: int, count: int) -> Rows:
        """What design and ensemble give to futures ``first`` to ``first + count - 1``."""
        rows = self.design.rows_of(self.seed, self.futures, first, count)
        numbers = self.ensemble.numbers(first, count)
        return replace(rows, fixed={**rows.fixed, **self.fixed}, numbers=numbers)

    @property
    def ensemble_in_words(self) -> str:
        """What its charts say that they show."""
        return self.ensemble.in_words(self.futures)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The names of the outcomes stored, in the registry's order."""
        return tuple(OUTCOMES) if self.keep is None else self.keep

    @property
    def month_indices(self) -> list[int]:
        """The months stored, counted from the start: every so many, and always the last."""
        last = Calendar(RECORD_START).index(self.until)
        return [*range(0, last, self.every), last]

    @property
    def months(self) -> list[date]:
        """The first days of the months stored, the start included."""
        calendar = Calendar(RECORD_START)
        return [calendar.month(index) for index in self.month_indices]

    def policy(self, name: str) -> Policy:
        """The policy of that name."""
        return next(policy for policy in self.policies if policy.name == name)

    def shards(self) -> Iterator[Shard]:
        """The pieces the study is stored in: 1,000 futures of a policy, the last one fewer.

        They do not depend on the size of the blocks, so the files do not either.  Where only
        summaries are kept, all policies' shards of the same futures come together.
        """
        names = [policy.name for policy in self.policies]
        firsts = range(0, self.futures, FUTURES_PER_SHARD)
        order = (
            ((name, first) for name in names for first in firsts)
            if self.summaries is None
            else ((name, first) for first in firsts for name in names)
        )
        for name, first in order:
            yield Shard(name, first, min(FUTURES_PER_SHARD, self.futures - first))

    def blocks(self, size: int) -> Iterator[Block]:
        """The pieces the study is simulated in, of at most ``size`` futures; see ``cut``."""
        return cut(self.shards(), size)


def require_fit(held: Ensemble, chosen: Design, seed: int, futures: int) -> None:
    """Make sure that a study can take so many futures of an ensemble with a design.

    Raises:
        StudyError, EnsembleError: saying what was expected.
    """
    if held.name != "prior" and chosen != RANDOM:
        raise StudyError(
            "a calibrated ensemble has its own values of the parameters: expected the design"
            f" 'random', got '{chosen.name}'"
        )
    held.require(seed, futures)


def cut(shards: Iterable[Shard], size: int) -> Iterator[Block]:
    """Shards in blocks of at most ``size`` futures: parts of one, or several neighbours."""
    most = size // FUTURES_PER_SHARD
    if most > 1:
        for together in _neighbours(shards, most):
            futures = sum(shard.futures for shard in together)
            yield Block(tuple(together), together[0].first_future, futures)
        return
    for shard in shards:
        for offset in range(0, shard.futures, size):
            count = min(size, shard.futures - offset)
            yield Block((shard,), shard.first_future + offset, count)


def _neighbours(shards: Iterable[Shard], most: int) -> Iterator[list[Shard]]:
    """Shards that come one after another and hold consecutive futures of a policy."""
    together: list[Shard] = []
    for shard in shards:
        if together and (len(together) == most or not together[-1].is_before(shard)):
            yield together
            together = []
        together.append(shard)
    if together:
        yield together


def month_within(text: str, first: date, last: date) -> date:
    """Read ``YYYY-MM`` as a month between two others.

    Raises:
        StudyError: saying what was expected.
    """
    try:
        month = parse_year_month(text)
    except ValueError as error:
        raise StudyError(str(error)) from None
    if not first <= month <= last:
        raise StudyError(f"'{text}' is out of range: expected {first:%Y-%m} to {last:%Y-%m}")
    return month
