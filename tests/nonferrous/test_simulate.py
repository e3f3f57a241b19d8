"""The command hands its options on and prints what it gets."""

import inspect
import json
import sys

import pytest

from nonferrous import command_line
from training.jobs import trial as job


def test_options_reach_the_job(monkeypatch, capsys):
    seen = []

    def shown(seed, settings, options, progress, cluster):
        seen.append((seed.process.name, options))
        return iter(["first line", "second line"])

    monkeypatch.setattr(job, "shown", shown)
    monkeypatch.setattr(
        sys, "argv", ["nonferrous", "models", "evaluate", "aluminium_reduction", "--plants", "2", "--rng-seed", "7"]
    )
    with pytest.raises(SystemExit) as end:
        command_line.main()
    assert end.value.code == 0
    assert capsys.readouterr().out == "first line\nsecond line\n"
    expected = {"lots": None, "plants": 2, "units": None, "periods": None, "rng_seed": 7}
    assert seen == [("aluminium_reduction", expected)]


def test_another_plant_is_told_from_other_random_numbers(monkeypatch, capsys, tmp_path):
    arguments = ["nonferrous", "simulate", "retired_batteries", "--units", "2", "--out", str(tmp_path)]
    for option, is_another in (("--rng-seed", False), ("--plant-variant", True)):
        monkeypatch.setattr(sys, "argv", [*arguments, option, "5"])
        with pytest.raises(SystemExit) as end:
            command_line.main()
        assert end.value.code == 0
        assert ("This is plant variant 5: " in capsys.readouterr().out) == is_another
        manifest = json.loads((tmp_path / "simulation.json").read_text(encoding="utf-8"))
        assert manifest["rng_seed"] == 5
        assert ("drawn" in manifest) == is_another


def test_help_says_which_option_changes_the_plant_and_which_its_random_numbers():
    predictions = {
        name: inspect.get_annotations(command_line.simulate, eval_str=True)[name].__metadata__[0].help
        for name in ("rng_seed", "plant_variant")
    }
    assert predictions == {
        "rng_seed": "Seed of the random numbers; the parameters of the plant are unchanged.",
        "plant_variant": "Number (1 or more) of another plant of the type: parameters are drawn from their spread.",
    }
