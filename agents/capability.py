"""What makes AI capability: pure functions, in orders of magnitude of effective training compute.

Effective compute of a released model (OOM) = log10 of physical training FLOP + algorithmic
efficiency + post-training + what distillation of a released leader adds.  Efficiency is measured
against the frontier of January 2022, which is 0; post-training against none.
"""

from __future__ import annotations

import numpy as np

from agents.arrays import Floats, ratio, total

# Dense BF16 peak of one H100 SXM, FLOP/s (Nvidia data sheet): the physical size of 1 H100e.
H100_PEAK_FLOPS = 989e12
SECONDS_PER_MONTH = 365.25 * 86400.0 / 12.0


def training_flop(
    accelerators: Floats, utilisation: Floats | float, months: Floats | float
) -> Floats:
    """Physical compute of a training run.

    ``FLOP = accelerators x peak x utilisation x seconds``.

    Args:
        accelerators: accelerators given to the run, H100e, ``(futures,)``.
        utilisation: model FLOP utilisation, share of peak.
        months: duration of the run.

    Returns:
        FLOP, ``(futures,)``; 0 without accelerators.
    """
    return accelerators * H100_PEAK_FLOPS * utilisation * months * SECONDS_PER_MONTH


def own_progress(
    researchers: Floats,
    experiment_compute: Floats,
    efficiency: Floats,
    scarcity: Floats,
    *,
    pace: Floats,
    talent_elasticity: Floats,
    compute_elasticity: Floats,
    exhaustion: Floats,
    scarcity_push: Floats,
) -> Floats:
    """Algorithmic progress by a developer's own research, OOM a month.

    ``pace x researchers^a x compute^b x 10^(-exhaustion x efficiency) x (1 + push x scarcity)``:
    an idea production function with diminishing returns in both inputs and in what is already
    found (after Jones 1995; Besiroglu, Emery-Xu & Thompson 2024 for AI research).

    Args:
        researchers: top-tier researchers relative to a leading lab's of January 2022.
        experiment_compute: compute for experiments relative to the same, ``(futures,)``.
        efficiency: present algorithmic efficiency, OOM.
        scarcity: how far compute falls short of the best-equipped rival's, OOM, not negative.
        pace: OOM a month at the reference inputs.
        talent_elasticity: exponent of researchers.
        compute_elasticity: exponent of experiment compute.
        exhaustion: how much harder ideas get per OOM found.
        scarcity_push: extra effort on efficiency per OOM of scarcity.

    Returns:
        OOM a month, ``(futures,)``: 0 without researchers or without compute.
    """
    inputs = researchers**talent_elasticity * experiment_compute**compute_elasticity
    return pace * inputs * 10.0 ** (-exhaustion * efficiency) * (1.0 + scarcity_push * scarcity)


def spillover(efficiency: Floats, published: Floats, absorption: Floats) -> Floats:
    """What a developer learns from what others published, OOM a month.

    ``absorption x max(0, published - efficiency)``: closes the distance to public knowledge at a
    rate, and never carries beyond it.
    """
    return absorption * np.maximum(0.0, published - efficiency)


def distilled(level: Floats, accessible: Floats, imitation: Floats) -> Floats:
    """Capability after learning from the best accessible released model, OOM.

    ``level + imitation x max(0, accessible - level)`` with ``0 <= imitation < 1``: the distance
    to the teacher shrinks and is never reversed.
    """
    return level + imitation * np.maximum(0.0, accessible - level)


def scarcity(compute: Floats, best_equipped: Floats) -> Floats:
    """How far ``compute`` falls short of the best-equipped rival's, OOM, at least 0."""
    distance = np.log10(np.maximum(best_equipped, 1.0) / np.maximum(compute, 1.0))
    return np.maximum(distance, 0.0)


def practised(months_of_practice: Floats, months_to_learn: Floats) -> Floats:
    """Engineering experience between 0 and 1: ``1 - exp(-practice / months_to_learn)``."""
    return -np.expm1(-months_of_practice / months_to_learn)


def utilisation(skill: Floats, *, best: Floats, untrained: Floats) -> Floats:
    """Share of a cluster's peak that engineers get out of it, between unskilled and skilled ones.

    ``best x (untrained + (1 - untrained) x skill)``.

    Args:
        skill: what they have learned of large runs, 0 to 1.
        best: share that skilled ones get.
        untrained: part of that share that beginners get.
    """
    return best * (untrained + (1.0 - untrained) * skill)


def brought_by_movers(
    efficiency: Floats, movers: Floats, carried: Floats, staff: Floats, worth: Floats
) -> Floats:
    """What people who come from other developers bring, OOM, ``(futures,)``.

    ``c x sum_i m_i max(0, carried_i - efficiency) / sum_i m_i`` with
    ``c = 1 - exp(-worth x sum_i m_i / staff)``: the more of its people are movers, the more of the
    distance to where they come from it closes.  Never beyond the best of their former employers;
    nothing without movers, or from those who know no more.  Learning by hiring: Song, Almeida &
    Wu (2003); own form.

    Args:
        efficiency: of the receiving developer, OOM.
        movers: people who came from each origin, ``(origins, futures)``.
        carried: efficiency that they knew there, OOM, ``(origins, futures)``.
        staff: its people with the movers among them, ``(futures,)``.
        worth: how many of its people's part one mover plays in taking up new methods.
    """
    everyone = total(movers)
    behind = carried - efficiency
    np.maximum(behind, 0.0, out=behind)
    behind *= movers
    distance = ratio(total(behind), everyone)
    closed: Floats = -np.expm1(-worth * ratio(everyone, staff))
    return closed * distance


def after_hiring(
    practice: Floats,
    staff: Floats,
    experienced: Floats,
    brought: Floats,
    untried: Floats,
    dilution: Floats,
) -> Floats:
    """Months of practice of a team after people joined it, ``(futures,)``.

    ``practice + dilution x (sum_i e_i (brought_i - practice) - untried x practice) / staff``: the
    mean over all its people, of which only the share ``dilution`` counts, since the rest of a
    team's experience is kept in its code and routines (Argote & Epple 1990).  Between zero and the
    most practised part; unchanged when nobody joined.  Newcomers who take the place of leavers do
    not count as untried: how fast teams learn was seen in teams with the usual turnover.

    Args:
        practice: months of the team before, ``(futures,)``.
        staff: people after, the newcomers among them, ``(futures,)``.
        experienced: newcomers who come from other teams, by origin, ``(origins, futures)``.
        brought: months of practice of the teams they left, ``(origins, futures)``.
        untried: newcomers without experience by whom the team grows, ``(futures,)``.
        dilution: share of experience that people carry with them, 0 to 1.
    """
    change = total(experienced * (brought - practice)) - untried * practice
    return practice + dilution * ratio(change, staff)


def post_training_effort(
    engineers: Floats,
    experiment_compute: Floats,
    use: Floats,
    *,
    talent_elasticity: Floats,
    compute_elasticity: Floats,
    use_elasticity: Floats,
) -> Floats:
    """Effort on post-training, 1 for a leading laboratory of January 2022, ``(futures,)``.

    ``engineers^a x compute^b x (1 + use)^c``: tuning to instructions and to checked answers takes
    people first, some compute, and examples from use.

    Args:
        engineers: engineers on large models relative to the reference.
        experiment_compute: compute for experiments relative to the reference.
        use: what users pay relative to the reference, a stand-in for the examples they give.
        talent_elasticity: exponent of engineers.
        compute_elasticity: exponent of compute.
        use_elasticity: exponent of use.

    Returns:
        0 without engineers or without compute.
    """
    inputs: Floats = engineers**talent_elasticity * experiment_compute**compute_elasticity
    examples: Floats = (1.0 + use) ** use_elasticity
    return inputs * examples


def post_trained(
    level: Floats, techniques: Floats, effort: Floats, *, pace: Floats, months: float
) -> Floats:
    """Post-training after some months, OOM-equivalents of training compute.

    ``techniques - (techniques - level) exp(-pace x effort x months)``: what the techniques known
    can give is reached with diminishing returns.  The gain of single techniques was measured at 5
    to 30 times the training compute (Davidson, Denain, Villalobos and Bas 2023, "AI capabilities
    can be significantly improved without expensive retraining").

    Args:
        level: present post-training, OOM, ``(futures,)``.
        techniques: what the techniques known to the developer can give in all, OOM.
        effort: see `post_training_effort`.
        pace: 1/month at effort 1.
        months: how long.

    Returns:
        Between ``level`` and ``techniques``; ``level`` without effort or with nothing to gain.
    """
    gap = np.maximum(0.0, techniques - level)
    return np.asarray(level - gap * np.expm1(-pace * effort * months))
