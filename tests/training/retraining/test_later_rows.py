"""Two versions of each task on rows that came after both: the one that has learnt what the plant does now is better."""

from types import SimpleNamespace

import numpy as np
import pytest

from models.tasks import build
from registry.settings import StoreSettings
from registry.tracking import Tracking
from tests.suite.processes import each
from training.core.comparison import ComparisonError
from training.jobs.train import train
from training.retraining.later_rows import LaterRows


def quick(seed):
    """The baseline and the line alone, for speed."""
    whole = build(seed)
    return {name: one for number, (name, one) in enumerate(whole.items()) if number == 0 or name == "linear"}


@pytest.fixture(scope="module")
def plants(request):
    """Seed, table, its column of time and of a sensor, the periods at which it is changed and cut, and the change."""
    made = {
        "classification": ("toy_class", {"periods": 180}, "day", "grain", (70, 140), lambda x: x + 6.0),
        "sorting": ("toy_sorting", {"lots": 240, "pieces": 40}, "lot", "s1", (80, 180), lambda x: 3.0 - x),
        "quality": ("toy_quality", {"lines": 24, "lots": 130}, "cast_at", "u", (50, 100), lambda x: x + 3.0),
    }
    frames = {task: request.getfixturevalue(f"{name}_frame")(**size) for task, (name, size, *_) in made.items()}
    seeds = {task: request.getfixturevalue(f"{name}_seed") for task, (name, *_) in made.items()}
    return {task: (seeds[task], frames[task], *made[task][2:]) for task in made}


@pytest.fixture(
    scope="module", params=each(("classification", "sorting", "quality"), "trains twice", ("classification",))
)
def story(request, plants, tmp_path_factory):
    """Version 1 learnt the plant as it was, version 2 as it is; then rows come in of the plant as it is."""
    seed, frame, time, sensor, (changed, cut), change = plants[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    starts = np.sort(frame[time].unique())
    frame = frame.assign(**{sensor: frame[sensor].where(frame[time] < starts[changed], change(frame[sensor]))})
    parts = (frame[time] < starts[changed], frame[time].between(starts[changed], starts[cut - 1]))
    settings = StoreSettings(home=folder / "home")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("training.jobs.train.build", quick)
        for number, part in enumerate(parts):
            frame[part].to_parquet(folder / f"{number}.parquet")
            train(seed, folder / f"{number}.parquet", settings)
    frame[frame[time] >= starts[cut]].to_parquet(folder / "later.parquet")
    frame[parts[1]].to_parquet(folder / "known.parquet")
    tracking = Tracking(settings)
    old, new = tracking.versions(seed.process.name)
    return SimpleNamespace(seed=seed, folder=folder, tracking=tracking, old=old, new=new)


def rows(story, name):
    return LaterRows.of(story.new, story.folder / f"{name}.parquet", story.seed, story.tracking)


def test_the_version_that_knows_the_plant_as_it_is_wins_and_not_the_other(story):
    later = rows(story, "later")
    assert later.verdict(story.old, story.new, story.tracking).promoted
    assert not later.verdict(story.new, story.old, story.tracking).promoted


def test_rows_that_were_known_count_for_nothing(story):
    with pytest.raises(ComparisonError, match="0 rows to judge on"):
        rows(story, "known").verdict(story.old, story.new, story.tracking)
