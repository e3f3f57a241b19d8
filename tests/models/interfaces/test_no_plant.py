"""Models read facts from [equipment]: of the simulated plant they know no number, only when its regimes begin."""

import ast
from pathlib import Path

import models

ROOT = Path(models.__file__).parent
REGIMES = {"table/periods.py"}  # reads names and dates of regimes, so that drift is told by regime


def test_nothing_in_models_reads_the_simulated_plant():
    result = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "plant"
    }
    assert result == REGIMES
    text = (ROOT / "table" / "periods.py").read_text(encoding="utf-8")
    assert text.count(".plant") == text.count("seed.plant.regimes if seed.plant else") * 2
