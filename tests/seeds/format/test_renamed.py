"""Former names of a seed are rejected with the present name, and with nothing that follows from it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from seeds import SeedError, folder
from seeds.format.loader import parse
from seeds.format.renamed import KEYS, VALUES

FORMER = [
    ("aluminium_reduction", "description =", "meaning =", "columns."),
    ("aluminium_reduction", "outside_boundary =", "elsewhere =", "norms."),
    ("aluminium_reduction", "verification =", "certainty =", "norms."),
    ("aluminium_ingot", "verification =", "certainty =", "grades."),
    ("aluminium_ingot", "setpoints = ", "knobs = ", "causes."),
    ("aluminium_scrap", "other_class =", "other =", "sorting."),
    ("aluminium_reduction", "carbon_price_direct =", "carbon_price =", "economics."),
    ("aluminium_reduction", 'role = "setpoint"', 'role = "knob"', "columns."),
    ("aluminium_reduction", '"unverified"', '"recalled"', "norms."),
]


def rejected(process: str, present: str, former: str) -> tuple[str, ...]:
    text = (folder() / f"{process}.toml").read_text(encoding="utf-8")
    assert present in text
    with pytest.raises(SeedError) as error:
        parse(text.replace(present, former), Path(f"{process}.toml"))
    return error.value.faults


@pytest.mark.parametrize(("process", "present", "former", "place"), FORMER)
def test_a_former_name_is_rejected_with_the_present_one(process: str, present: str, former: str, place: str) -> None:
    result = rejected(process, present, former)
    name = re.findall(r"\w+", present)[-1]
    assert all(one.endswith(f"renamed to '{name}'") for one in result)
    assert any(one.startswith(place) for one in result)


def test_every_former_name_is_tried() -> None:
    tried = {re.findall(r"\w+", former)[-1] for _, _, former, _ in FORMER}
    assert tried == {former for _, former in (*KEYS, *VALUES)}


def test_a_former_name_where_the_present_one_has_no_place_is_unknown() -> None:
    text = (folder() / "zinc_ingot.toml").read_text(encoding="utf-8").replace("[process]", "[process]\nmeaning = 'x'")
    with pytest.raises(SeedError) as error:
        parse(text, Path("zinc_ingot.toml"))
    assert error.value.faults == ("process.meaning: unknown key",)
