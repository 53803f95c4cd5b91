"""The page of findings, from studies whose effects are known because they were put in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import yaml

from agents.arrays import Floats
from experiments.cli import status
from experiments.drivers import parameters_of
from experiments.ensembles import Head, ensemble_content
from experiments.findings_material import BASELINE
from experiments.manifest import origin
from experiments.storing import Store
from experiments.study import Study
from experiments.study_files import STUDIES, load_study
from experiments.tables import signed

FUTURES = 300
DATES = "2022-04,2022-07"
DOCS = Path(__file__).parents[2] / "docs"
TURNS = "imitation"
Effect = Callable[[Floats, bool], Floats]
# Months that a policy adds to the gap in each future, by a parameter from 0 to 1 and whether the
# ensemble is the calibrated one; all others add nothing.
EFFECTS: dict[str, Effect] = {
    "no-controls": lambda level, _: np.full_like(level, -2.0),
    "publication-restraint": lambda level, _: 1.0 + level,
    "full-embargo": lambda level, _: np.round(4.0 * (level - 0.5), 1),
    "talent-open": lambda level, calibrated: np.full_like(level, 1.0 if calibrated else -1.0),
    "controls-without-allies": lambda level, _: np.where(level > 0.3, -1.0, 0.9),
    "strict-enforcement": lambda level, _: np.where(level > 0.9, 0.6, 0.0),
}


def study_of(folder: Path, ensemble: str, **changed: object) -> Study:
    """The study that ships, shortened, as it is written for the command."""
    content = yaml.safe_load((STUDIES / "findings.yaml").read_text(encoding="utf-8"))
    content |= {"ensemble": ensemble, "futures": FUTURES, "until": "2022-07", **changed}
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return load_study(path)


def stored(folder: Path, name: str, ensemble: str, **changed: object) -> Path:
    """A finished study whose outcomes were not simulated but made up."""
    study = study_of(folder, ensemble, **changed)
    directory = folder / name
    store = Store(directory, study)
    store.begin()
    level = levels(study)
    base = 10.0 + np.random.default_rng(7).normal(size=level.size)
    for shard in study.shards():
        effect = EFFECTS.get(shard.policy, lambda level, _: np.zeros_like(level))
        added = effect(level, ensemble != "prior")
        values = {
            "gap_months": base + added,
            "gap_oom": 0.1 * (base + added),
            "compute_ratio": base + (added if shard.policy == "no-controls" else 0.0),
        }
        rows = [values.get(one, np.zeros_like(base)) for one in study.outcomes]
        months = len(study.months)
        store.write(shard, np.repeat(np.stack(rows)[:, :, None], months, axis=2))
    store.finish()
    return directory


def levels(study: Study) -> Floats:
    """Where each future stands in the order of a parameter, from 0 to 1."""
    values = dict(parameters_of(study))[TURNS]
    ranks: Floats = values.argsort().argsort() / (values.size - 1)
    return ranks


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("findings")
    head = Head(
        until="2022-02",
        seed=1,
        prior_futures=2 * FUTURES,
        kept=FUTURES,
        effective_size=250.0,
        cut=0.02,
        evidence_sha256="",
        model_sha256=origin().model_sha256,
        checked={},
    )
    kept = list(range(0, 2 * FUTURES, 2))
    (folder / "kept.csv").write_bytes(ensemble_content(head, kept))
    stored(folder, "calibrated", "kept.csv")
    stored(folder, "prior", "prior")
    return folder


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    (folder / "docs" / "figures").mkdir(parents=True)
    sobol = folder / "no-controls.json"
    sobol.write_text(json.dumps(SOBOL | {"model_sha256": origin().model_sha256}))
    assert status([*command(folder), "--sobol", str(sobol)]) == 0
    return (folder / "docs" / "findings.md").read_text(encoding="utf-8")


SOBOL = {
    "schema_version": 1,
    "method": "sobol",
    "outcome": "gap_oom",
    "on": "2028-01",
    "policy": "no-controls",
    "baseline": BASELINE,
    "runs": 96,
    "mean": -0.1,
    "variance": 0.01,
    "factors": [
        {"factor": "luck", "first": 0.2, "first_reach": 0.1, "total": 0.7, "total_reach": 0.2},
        {"factor": TURNS, "first": 0.1, "first_reach": 0.1, "total": 0.3, "total_reach": 0.1},
    ],
}


def command(folder: Path, study: str = "calibrated", prior: str = "prior") -> list[str]:
    docs = folder / "docs"
    read = [str(folder / study), "--prior", str(folder / prior), "--on", DATES]
    return ["findings", *read, "--out", str(docs / "findings.md"), "--figures", f"{docs}/figures"]


def section(page: str, title: str) -> str:
    """What stands under a heading of the third level."""
    return page.split(f"### {title}\n")[1].split("\n#", maxsplit=1)[0]


def rows(page: str, first: str) -> dict[str, list[str]]:
    """Cells of the table whose first two headings begin so, by the first of each row."""
    lines = page[page.index(f"| {first}") :].split("\n\n", maxsplit=1)[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]
    return {re.sub(r"\[(.*)\]\(.*\)", r"\1", row[0]): row[1:] for row in cells}


def test_every_policy_has_its_row_and_its_paragraph(page: str):
    summary = rows(page, "Policy | Apr 2022")
    assert len(summary) == 12
    for title in summary:
        assert section(page, title).startswith("\n*")


def test_sentences_and_tables_agree_with_what_was_put_in(page: str):
    summary = rows(page, "Policy | Apr 2022")
    assert "on average 2.0 months narrower" in section(page, "No export controls")
    assert summary["No export controls"][0] == "-2.00 (-2.00 to -2.00)"
    assert summary["No export controls"][4] == "0% / 100%"
    later = section(page, "American developers publish a year later")
    assert "on average 1.5 months wider" in later
    assert summary["American developers publish a year later"][4] == "100% / 0%"
    untouched = section(page, "The relaxations of 2026 carried through")
    assert "Next to no effect" in untouched
    assert "100% (April 2022) and 100% (July 2022) of futures" in untouched
    for cells in summary.values():
        mean, *interval = (float(one) for one in re.findall(r"[-+]?\d+\.?\d*", cells[0]))
        assert not interval or interval[0] <= mean <= interval[1]


def test_a_finding_stands_where_nothing_turns_it_round_and_not_otherwise(page: str):
    standing = {title: cells[-1] for title, cells in rows(page, "Policy | Apr 2022").items()}
    assert standing["No export controls"] == "**robust: narrower**"
    assert standing["American developers publish a year later"] == "**robust: wider**"
    assert standing["American controls that no ally joins"] == "narrower, robust on average"
    assert "70% go this way" in section(page, "American controls that no ally joins")
    assert standing["America opens its doors to AI talent"] == "wider, not robust"
    assert standing["Full embargo on the chip chain"] == "no clear effect"
    assert standing["Recorded rules, strictly enforced"] == "small (wider)"
    assert standing["CHIPS Act twice as large"] == "next to none"
    against = section(page, "America opens its doors to AI talent")
    assert "8 of 12 means agree" in against
    assert "months in April 2022, prior (turned round)" in against
    assert "(2 of 12: No export controls and American developers publish a year later)" in page


def test_the_assumption_that_turns_an_effect_round_is_named(page: str):
    turned = rows(page, "Policy | Parameter")["Full embargo on the chip chain"]
    assert turned[0].startswith(f"`{TURNS}`")
    assert float(turned[1].split("%")[0]) > 80.0
    assert turned[-1] == "**turns round**"
    assert f"It turns round with `{TURNS}`: -0." in section(page, "Full embargo on the chip chain")
    assert "turns round" not in section(page, "American developers publish a year later")


def test_where_a_small_effect_matters_is_found_by_futures_held_out(page: str):
    found = section(page, "Recorded rules, strictly enforced")
    assert "In 10% of futures it changes the gap by 0.5 months or more" in found
    assert f"`{TURNS}` is above" in found


def test_links_and_figures_of_the_page_lead_somewhere(page: str, folder: Path):
    headings = re.findall(r"^#+ (.+)$", page, re.M)
    anchors = {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}
    targets = re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)", page)
    assert len(targets) > 20
    for target, anchor in targets:
        if not target:
            assert anchor in anchors
        else:
            assert (folder / "docs" / target).exists() or (DOCS / target).exists(), target
    assert sorted(path.name for path in (folder / "docs" / "figures").iterdir()) == [
        "findings-effects.png",
        "findings-fan.png",
        "findings-shares.png",
    ]


def test_the_page_says_what_it_rests_on_and_leaves_no_gap(page: str):
    assert "300 futures of the calibrated ensemble: 300 of 600 prior futures, kept by" in page
    assert f"model `{origin().model_sha256[:10]}`" in page
    assert "| no-controls, 2028-01 | luck | 0.20 ±0.10 | 0.70 ±0.20 |" in page
    assert "$" not in page
    assert not re.search(r"\bnan\b", page)
    assert len(page.split()) < 4500


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"ensemble": "prior"}, "shows the prior ensemble, expected the calibrated one"),
        ({"policies": [BASELINE, "no-controls"]}, "it lacks controls-without-allies, chips-only"),
        ({"outcomes": ["gap_months"]}, "the study has no outcome 'gap_oom'"),
        ({"every": 2}, "2022-04 is not stored"),
    ],
)
def test_another_study_is_refused_in_a_line(
    changed: dict[str, object], words: str, folder: Path, tmp_path: Path, capsys
):
    (tmp_path / "kept.csv").write_bytes((folder / "kept.csv").read_bytes())
    (tmp_path / "docs" / "figures").mkdir(parents=True)
    ensemble = str(changed.get("ensemble", "kept.csv"))
    rest = {name: value for name, value in changed.items() if name != "ensemble"}
    stored(tmp_path, "other", ensemble, **({"futures": 4} | rest))
    (tmp_path / "prior").symlink_to(folder / "prior")
    capsys.readouterr()
    assert status(command(tmp_path, "other")) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert not (tmp_path / "docs" / "findings.md").exists()


@pytest.mark.parametrize(
    ("added", "words"),
    [
        (["--on", "2022-04"], "expected two months, the earlier first"),
        (["--on", "2022-07,2022-04"], "expected two months, the earlier first"),
        (["--out", "page.txt"], "ends in .md"),
        (["--figures", "nowhere"], "nowhere: expected a folder that is there"),
        (["--sobol", "stale.json"], "stale.json: was made by another version of the model"),
        (["--sobol", "other.json"], "expected a policy of the study less history"),
    ],
)
def test_a_bad_request_is_refused_in_a_line(
    added: list[str], words: str, folder: Path, page: str, tmp_path: Path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    Path("stale.json").write_text(json.dumps(SOBOL | {"model_sha256": "0"}))
    Path("other.json").write_text(json.dumps(SOBOL | {"policy": "mine", "model_sha256": "0"}))
    capsys.readouterr()
    assert status([*command(folder), *added]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_the_study_that_ships_is_of_the_policies_of_the_reference(folder: Path):
    shipped = yaml.safe_load((STUDIES / "findings.yaml").read_text(encoding="utf-8"))
    reference = yaml.safe_load((STUDIES / "reference.yaml").read_text(encoding="utf-8"))
    assert shipped["policies"] == reference["policies"]
    assert shipped["ensemble"] == "calibrated"
    # The months of the findings are stored, so that the command needs no --on.
    assert {date(2028, 1, 1), date(2030, 12, 1)} <= set(
        study_of(folder, "kept.csv", until=shipped["until"]).months
    )


@pytest.mark.slow
def test_simulated_studies_go_all_the_way(folder: Path, tmp_path: Path):
    (tmp_path / "kept.csv").write_bytes((folder / "kept.csv").read_bytes())
    (tmp_path / "docs" / "figures").mkdir(parents=True)
    for name, ensemble in (("calibrated", "kept.csv"), ("prior", "prior")):
        study_of(tmp_path, ensemble, futures=6, until="2022-04")
        asked = ["--study", str(tmp_path / "study.yaml"), "--workers", "1"]
        assert status(["run", *asked, "--out", str(tmp_path / name)]) == 0
    assert status([*command(tmp_path), "--on", "2022-01,2022-04"]) == 0
    page = (tmp_path / "docs" / "findings.md").read_text(encoding="utf-8")
    # Before the first rule of the record nothing has come of any policy.
    assert page.count("Next to no effect") == 12
    assert "No parameter explains more than chance" in page
    assert signed(0.0, 2) == rows(page, "Policy | Jan 2022")["No export controls"][0]
