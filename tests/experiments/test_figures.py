from __future__ import annotations

from datetime import date
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from experiments.figure_files import FigureError
from experiments.figures import CHIP_GAP, GAP, draw_study, plot_study
from experiments.manifest import StoredOutcome, stored_outcomes
from model.observations import Observation

OUTCOMES: dict[str, StoredOutcome] = {
    outcome.name: outcome for outcome in stored_outcomes() if outcome.name in {GAP, CHIP_GAP}
}
TITLES = {"history": "Recorded history", "open": "Open door"}
SEEN = Observation(
    outcome=GAP,
    date=date(2023, 6, 1),
    value=13.0,
    low=12.0,
    high=44.0,
    unit="months",
    label="a label of its own",
    source="test",
    basis="assumption",
)
LATER = SEEN.model_copy(update={"date": date(2031, 1, 1), "label": "after the study"})


def results(censored: bool = False) -> pd.DataFrame:
    days = pd.date_range("2022-01-01", "2024-12-01", freq="MS")
    rows = []
    for shift, policy in enumerate(TITLES):
        for future in range(20):
            gap = 10.0 + future - 3.0 * shift
            beyond = censored and policy == "history" and future >= 5
            rows.append(
                pd.DataFrame(
                    {
                        "policy": policy,
                        "future": future,
                        "date": days,
                        GAP: np.nan if beyond else gap,
                        "gap_censored": 1.0 if beyond else 0.0,
                        CHIP_GAP: 5.0 + 0.1 * future,
                        "chip_gap_censored": 0.0,
                    }
                )
            )
    frame = pd.concat(rows, ignore_index=True)
    frame["policy"] = pd.Categorical(frame["policy"], categories=list(TITLES))
    return frame


def drawn(frame: pd.DataFrame) -> Figure:
    return draw_study(
        frame, OUTCOMES, TITLES, "history", [SEEN, LATER], "prior ensemble, 20 futures", "Source"
    )


def words(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(mpl.text.Text))


def median_line(figure: Figure, panel: int, line: int) -> np.ndarray:
    return np.asarray(figure.axes[panel].lines[line].get_ydata(), dtype=float)


def test_the_title_says_which_ensemble_and_the_axes_their_units():
    figure = drawn(results())
    assert "prior ensemble, 20 futures" in words(figure)
    labels = [axes.get_ylabel() for axes in figure.axes]
    assert labels[0].startswith("months")
    assert labels[1].startswith("years")
    assert labels[2].startswith("months")


def test_the_lines_are_the_medians_and_the_mean_difference():
    figure = drawn(results())
    np.testing.assert_allclose(median_line(figure, 0, 0), 19.5)
    np.testing.assert_allclose(median_line(figure, 0, 1), 16.5)
    np.testing.assert_allclose(median_line(figure, 1, 0), 5.95)
    np.testing.assert_allclose(median_line(figure, 2, 0), -3.0)


def test_observations_within_the_study_are_shown_whole_and_later_ones_are_not():
    figure = drawn(results())
    assert "a label of its own" in words(figure)
    assert "after the study" not in words(figure)
    assert figure.axes[0].get_ylim()[1] > SEEN.high


def test_a_censored_median_breaks_the_curve_and_is_noted():
    figure = drawn(results(censored=True))
    assert np.isnan(median_line(figure, 0, 0)).all()
    np.testing.assert_allclose(median_line(figure, 0, 1), 16.5)
    # 15 of 20 futures of one of two policies; 15 of 20 pairs.
    assert "37.5% of values lie beyond the record" in words(figure)
    assert "75.0% of pairs left out" in words(figure)
    assert "beyond the record" not in words(drawn(results()))


def test_the_same_study_gives_the_same_picture(tmp_path: Path):
    pictures = []
    for number in range(2):
        out = tmp_path / f"{number}.svg"
        plot_study(
            results(), OUTCOMES, TITLES, "history", [SEEN], out, ensemble="prior", source="s"
        )
        pictures.append(out.read_bytes())
    assert pictures[0] == pictures[1]


def test_a_suffix_that_is_no_picture_is_refused(tmp_path: Path):
    with pytest.raises(FigureError, match=r"\.png or \.svg"):
        plot_study(
            results(), OUTCOMES, TITLES, "history", [], tmp_path / "a.doc", ensemble="", source=""
        )
    assert list(tmp_path.iterdir()) == []
