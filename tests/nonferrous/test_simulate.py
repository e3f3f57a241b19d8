"""The command hands its options on and prints what it gets."""

import sys

import pytest

import nonferrous
from training import trial as job


@pytest.mark.slow
def test_options_reach_the_job(monkeypatch, capsys):
    seen = []

    def shown(seed, settings, options, progress):
        seen.append((seed.process.name, options))
        return iter(["first line", "second line"])

    monkeypatch.setattr(job, "shown", shown)
    monkeypatch.setattr(sys, "argv", ["nonferrous", "trial", "aluminium_reduction", "--plants", "2", "--rng-seed", "7"])
    with pytest.raises(SystemExit) as end:
        nonferrous.main()
    assert end.value.code == 0
    assert capsys.readouterr().out == "first line\nsecond line\n"
    expected = {"lots": None, "plants": 2, "units": None, "periods": None, "rng_seed": 7}
    assert seen == [("aluminium_reduction", expected)]
