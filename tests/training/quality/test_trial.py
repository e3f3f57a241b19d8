"""A champion's decisions on plants that it has never seen are those of its model, counted by assays and by truth."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from rich.console import Console

from models.quality.grades import Limits
from models.quality.model import QualityModel
from models.table.inputs import InputError
from models.tasks import build
from registry.promotion import promote
from registry.settings import StoreSettings
from registry.tracking import Tracking
from registry.versions import RegistryError
from seeds import Seed, load
from seeds.format.loader import parse
from synthetic_data import simulate
from training.jobs.train import train
from training.jobs.trial import TrialError, trial, unseen
from training.quality.fit import lots_of
from training.quality.trial import outcome, tables

pytestmark = pytest.mark.long("judges a champion on other plants")


@dataclass(frozen=True)
class Learnt:
    """A champion of few lots, a line through those of a year, which promises less than the seed asks."""

    seed: Seed
    settings: StoreSettings
    model: QualityModel


@pytest.fixture(scope="module")
def champion(tmp_path_factory):
    folder, text = tmp_path_factory.mktemp("trial"), load("copper_cathode").text
    seed = parse(text.replace("alpha = { value = 0.01,", "alpha = { value = 0.03,"), folder / "copper_cathode.toml")
    simulate(seed, folder / "plant", units=30, years=1)
    settings = StoreSettings(home=folder / "home")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("training.jobs.train.build", lambda seed: {"linear": build(seed)["linear"]})
        train(seed, folder / "plant", settings)
    promote(seed, settings, 1, force="the line alone competes, and is the baseline")
    tracking = Tracking(settings)
    return Learnt(seed, settings, tracking.model(tracking.versions("copper_cathode")[0]))


@pytest.fixture(scope="module")
def plant(champion):
    """The lots of another plant."""
    return unseen(champion.seed, 400, 11)


def test_a_trial_has_at_least_the_lots_that_were_asked_for_of_all_units(champion, plant):
    units = champion.seed.plant.units
    assert 400 <= len(plant.X) <= 400 + 2 * units
    assert len(set(plant.units)) == units
    assert plant.rejected_rows == 0
    assert np.isfinite(plant.true_contents).all()
    assert (plant.true_contents > 0).all()


def test_a_trial_is_its_models_decisions_on_that_plant(champion, plant):
    result = trial(champion.seed, champion.settings, 400, 11)
    assert (result.process, result.version, result.lots) == ("copper_cathode", 1, len(plant.X))
    answered, within_grade = champion.model.columns(plant.X)["grade"], lots_of(plant).kept  # some lots miss inputs
    places = {grade.name: place for place, grade in enumerate(champion.seed.grades)}
    grades = np.array([places.get(name, -1) for name in answered])
    unassayed = (grades >= 0) & (grades < within_grade.shape[1] - 1)
    assert unassayed.any()
    in_truth = Limits.of(champion.seed).kept(plant.true_contents)
    rows, grade = np.flatnonzero(unassayed), grades[unassayed]
    m = result.metrics
    assert m["released_unassayed"] == unassayed.sum()
    assert m["assayed_share"] == pytest.approx(np.mean(grades < 0))
    assert m["false_release"] == pytest.approx(np.mean(within_grade[rows, grade] == 0))
    assert m["truth_false_release"] == pytest.approx(np.mean(in_truth[rows, grade] == 0))
    assert m["grade_violation_rate"] == pytest.approx(1 - within_grade[:, champion.model.costs.intended].mean())
    assert (result.alpha, result.confidence) == (0.03, 0.95)


def test_a_trial_is_repeatable_and_another_plant_another_trial(champion):
    one, again, other = (trial(champion.seed, champion.settings, 100, number) for number in (11, 11, 12))
    assert one.metrics == pytest.approx(again.metrics, nan_ok=True, rel=0, abs=0)
    assert one.metrics != pytest.approx(other.metrics, nan_ok=True)


def test_progress_is_told(champion):
    reported = []
    trial(champion.seed, champion.settings, 100, 11, lambda action, done, steps: reported.append((done, steps)))
    assert reported == sorted(reported)
    assert {steps for _, steps in reported} == {2}


def test_the_plant_learnt_from_is_refused(champion):
    with pytest.raises(
        TrialError, match=f"rng_seed: got {champion.seed.plant.rng_seed}, the champion's training plant"
    ):
        trial(champion.seed, champion.settings, 100, champion.seed.plant.rng_seed)


def test_a_champion_of_other_grades_or_inputs_is_told(champion, plant, tmp_path):
    text = champion.seed.text.replace('"cu_cath_2"', '"standard"')
    other = parse(text, tmp_path / "copper_cathode.toml")
    with pytest.raises(RegistryError, match="its grades are astm_b115_1, cu_cath_1, standard, remelt; expected"):
        outcome(replace(champion.model, seed=other), plant)
    without = replace(plant, table=plant.table.drop(columns="suspended_solids"))
    with pytest.raises(InputError, match="suspended_solids"):
        outcome(champion.model, without)


def printed(result, capsys):
    console = Console(width=80)
    for part in tables(result):
        console.print(part, markup=False)
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    return " ".join(out.split())


def test_the_terminal_tells_decisions_costs_and_the_promise(champion, plant, capsys):
    result = outcome(champion.model, plant, None, 1)
    m, out = result.metrics, printed(result, capsys)
    for words in (
        f"version 1 on {len(plant.X)} lots of a plant with other parameters",
        f"released {m['released']:.1%}",
        f"to the laboratory {m['assayed_share']:.1%}",
        "every lot to the laboratory 6.00",
        f"every lot released in the intended grade {m['cost_assay_none']:.2f}",
        f"as decided {m['cost']:.2f}",
        f"{m['false_release']:.2%} of {m['released_unassayed']:.0f} released lots break their grade by their assay "
        f"({m['truth_false_release']:.2%} in truth); at most 3% was promised",
        f"from then on {m['after_lots']:.0f} {m['after_coverage_90']:.1%} {m['after_adaptive_coverage_90']:.1%}",
        "That promise is withdrawn here: it was made for another plant",
        "no claim about a plant",
    ):
        assert words in out, words


def test_a_champion_that_may_release_nothing_is_told_so(champion, plant, capsys):
    idle = replace(champion.model, threshold=float("nan"), missing=None)  # whatever a lot misses
    out = printed(outcome(idle, plant, None, 1), capsys)
    assert "no lot was released without an assay." in out
    assert "nan" not in out
