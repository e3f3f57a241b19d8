"""Energy in the answers of the service: what it holds, a replaced factor, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from models.energy.account import factors_of
from models.interfaces.energy import AnyEnergy
from models.processes.lookup import energy_of
from models.regression.calibration import conformalised
from models.regression.model import RegressionModel
from models.regression.several import SeveralTargets, together
from models.storage import model_files
from models.table.inputs import input_names
from models.tasks import build
from operations.predictions.energy.accounting import NOT_KNOWN
from operations.predictions.energy.forms import basis_kind
from seeds import Seed, folder, load
from seeds.format.loader import parse
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings
from tests.suite.forms import payloads

PROCESSES = ("aluminium_reduction", "copper_electrorefining", "zinc_electrowinning", "alumina_refining")
# What is predicted or derived and stands in the account too: of direct current by efficiency, of fuel as it is.
SAME = {
    "kWh/t": {"specific_energy": ("boundaries", "direct"), "co2e": ("scopes", "total")},
    "GJ/t": {"thermal_energy": ("boundaries", "fuel")},
}
NATIONAL, YUNNAN = 0.5306, 0.1073  # kgCO2e/kWh


@pytest.fixture(scope="module", params=PROCESSES)
def seed(request: pytest.FixtureRequest) -> Seed:
    return load(request.param)


@pytest.fixture
def physics(seed: Seed) -> AnyEnergy:
    """Energy module of the process."""
    result = energy_of(seed)
    assert result is not None
    return result


def fitted(seed: Seed) -> RegressionModel | SeveralTargets:
    """A line for each target that learnt from rows about the typical values."""
    rng = np.random.default_rng(1)
    columns = [seed.column(name) for name in input_names(seed)]
    X = np.column_stack([rng.normal(one.typical.mean, one.typical.sd, 240) for one in columns])
    models = {}
    for target in seed.primaries:
        own = seed.for_target(target.name)
        y = rng.normal(target.typical.mean, min(1.0, target.typical.sd), 240)
        line = build(own)["linear"].fit(X[:200], y[:200])
        models[target.name] = conformalised(own, "linear", line, X[:200], y[200:], line.predict(X[200:]), {"rows": 200})
    return together(seed, models, {"rows": 200}) if len(models) > 1 else models[seed.target.name]


@pytest.fixture(scope="module")
def app(seed: Seed, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """A service over one process, with a model."""
    where, retained = tmp_path_factory.mktemp("seeds"), tmp_path_factory.mktemp("model") / "one"
    name = f"{seed.process.name}.toml"
    (where / name).write_bytes((folder() / name).read_bytes())
    model_files.save(fitted(seed), retained)
    store = FolderStore()
    store.point(seed.process.name, 1, retained)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NONFERROUS_SEEDS", str(where))
        made = create_app(ServiceSettings(), store)
        made.champions.refresh()
    return made


@pytest.fixture
def row(seed: Seed) -> dict[str, Any]:
    """A typical row."""
    (result,) = payloads(seed, 3).example["rows"]
    return result


@pytest.fixture
def post(app: Service, seed: Seed, call: Callable[..., Any]) -> Callable[..., Any]:
    """Sender of a request whose answer must be what the service describes."""

    def send(rows: list[dict[str, Any]], status: int = 200, **more: Any) -> Any:
        response = call(
            app,
            "POST",
            f"/v1/{seed.process.name}/predictions",
            json={"rows": rows, "include": ["energy"], "digits": "all", **more},
        )
        assert response.status_code == status, response.text
        if status == 200:
            (offers,) = app.taken
            taken = offers.predictions
            TypeAdapter(taken.answer).validate_json(response.content)
        return response.json()

    return send


@pytest.fixture
def basis(app: Service, seed: Seed, call: Callable[..., Any]) -> Any:
    """Factors and norms of energy, whose shape is checked."""
    response = call(app, "GET", f"/v1/{seed.process.name}/energy")
    assert response.status_code == 200, response.text
    TypeAdapter(basis_kind(seed)).validate_json(response.content)
    return response.json()


def test_energy_of_a_row_agrees_with_what_is_predicted_and_derived(physics: Any, post: Any, row: Any) -> None:
    (one,) = post([row])["predictions"]
    energy = one["energy"]
    for end in ("value", "low", "high"):
        for name, (part, own) in SAME[physics.KIND.unit].items():
            assert energy[part][own][end] == pytest.approx(one[name][end], rel=1e-12)
        parts = [part[end] for scope in energy["sources"].values() for part in scope.values()]
        assert sum(parts) == pytest.approx(energy["scopes"]["total"][end], rel=1e-12)
    for result in (*energy["boundaries"].values(), energy["coal_equivalent"], energy["scopes"]["total"]):
        assert result["low"] < result["value"] < result["high"]
    units = [energy["boundaries"][physics.KIND.first]["unit"], energy["coal_equivalent"]["unit"]]
    assert [*units, energy["scopes"]["total"]["unit"]] == [physics.KIND.unit, "kgce/t", "tCO2e/t"]
    assert one["flags"] == []


@pytest.mark.parametrize("left_out", [False, True])
def test_tensors_hold_the_energy_that_json_holds(
    app: Service, seed: Seed, physics: Any, post: Any, row: Any, call: Callable[..., Any], left_out: bool
) -> None:
    given = {name: value for name, value in row.items() if not left_out or name not in physics.NEEDED}
    kinds = {name: "BYTES" if isinstance(value, str) else "FP64" for name, value in given.items()}
    inputs = [{"name": name, "datatype": kinds[name], "shape": [1], "data": [value]} for name, value in given.items()]
    response = call(app, "POST", f"/v2/models/{seed.process.name}/infer", json=given_by_v2(inputs))
    assert response.status_code == 200, response.text
    result = {one["name"]: one["data"] for one in response.json()["outputs"]}
    (one,) = post([given])["predictions"]
    energy = one["energy"]
    for end in ("value", "low", "high"):
        for name, one_of in energy["boundaries"].items():
            assert result[f"energy.boundaries.{name}.{end}"] == [one_of[end]]
        assert result[f"energy.scopes.total.{end}"] == [energy["scopes"]["total"][end]]
    assert (energy["scopes"]["total"]["value"] is None) == left_out
    (norms,) = result["energy.norms"]
    assert json.loads(norms) == energy["norms"]


def given_by_v2(inputs: list[dict[str, Any]]) -> dict[str, Any]:
    return {"inputs": inputs, "parameters": {"include": '["energy"]', "digits": "all"}}


def test_each_norm_names_its_document_and_the_next_grade(seed: Seed, post: Any, row: Any, basis: Any) -> None:
    answer, stated = post([row]), {one["name"]: one for one in basis["norms"]}
    result = {one["name"]: one for one in answer["predictions"][0]["energy"]["norms"]}
    assert list(result) == [norm.name for norm in seed.norms]
    for norm in seed.norms:
        one, limits = result[norm.name], {grade.name: grade.at_most for grade in norm.grades}
        of_norm = stated[norm.name]
        assert (of_norm["document"], of_norm["boundary"]) == (norm.document, norm.boundary)
        assert (of_norm["verification"], of_norm["source"]) == (norm.verification, norm.source)
        assert one["energy"]["unit"] == norm.unit
        retained = [name for name, limit in limits.items() if one["energy"]["value"] <= limit]
        assert one["grade"] == (retained[0] if retained else None)
        if one["next_grade"] is None:
            assert one["grade"] == norm.grades[0].name
            assert one["distance"] is None
        else:
            limit = limits[one["next_grade"]]
            for end in ("value", "low", "high"):
                assert one["distance"][end] == pytest.approx(one["energy"][end] - limit)
            assert one["distance"]["value"] > 0


def test_what_a_norm_counts_elsewhere_is_added_and_stated(seed: Seed, post: Any, row: Any, basis: Any) -> None:
    energy = post([row])["predictions"][0]["energy"]
    for norm, one, stated in zip(seed.norms, energy["norms"], basis["norms"], strict=True):
        own = energy["coal_equivalent"] if norm.unit == "kgce/t" else energy["boundaries"][norm.boundary]
        outside_boundary = 0 if norm.outside_boundary is None else norm.outside_boundary.value
        assert one["energy"]["value"] == pytest.approx(own["value"] + outside_boundary)
        assert (stated["outside_boundary"] or {"value": 0})["value"] == outside_boundary


def test_a_grid_factor_of_the_request_replaces_the_seeds(
    seed: Seed, physics: Any, post: Any, row: Any, basis: Any
) -> None:
    typical, hydro = post([row]), post([row], grid_emission_factor=YUNNAN)
    one, other = typical["predictions"][0], hydro["predictions"][0]
    for part in ("boundaries", "coal_equivalent", "norms"):
        assert one["energy"][part] == other["energy"][part]
    scope = "scope_2"
    ratio = (
        other["energy"]["sources"][scope]["electricity"]["value"]
        / (one["energy"]["sources"][scope]["electricity"]["value"])
    )
    assert ratio == pytest.approx(YUNNAN / NATIONAL, rel=1e-12)
    assert other["energy"]["scopes"]["scope_1"] == one["energy"]["scopes"]["scope_1"]
    for name, (part, own) in SAME[physics.KIND.unit].items():
        assert other[name]["value"] == pytest.approx(other["energy"][part][own]["value"], rel=1e-12)
    factor = basis["factors"]["grid_emission_factor"]
    assert (factor["value"], factor["source"]) == (NATIONAL, seed.economics["grid_emission_factor"].source)
    assert post([row], grid_emission_factor=0)["predictions"][0]["energy"]["scopes"]["scope_2"]["value"] >= 0
    assert post([row], grid_emission_factor=None) | {"predictions": []} == typical | {"predictions": []}


@pytest.mark.parametrize(
    ("more", "field", "expected"),
    [
        ({"grid_emission_factor": -0.1}, "grid_emission_factor", "at least 0 kgCO2e/kWh"),
        ({"grid_emission_factor": 530.6}, "grid_emission_factor", "at most 2 kgCO2e/kWh"),  # g, not kg
        ({"grid_emission_factor": "0.5"}, "grid_emission_factor", "a number"),
        ({"grid_factor": 0.5}, "grid_factor", "no such field; the nearest is grid_emission_factor"),
        ({"gwp_cf4": 6630}, "gwp_cf4", "no such field; there are: "),
    ],
)
def test_a_factor_that_cannot_be_is_refused(post: Any, row: Any, more: Any, field: str, expected: str) -> None:
    (fault,) = post([row], 422, **more)["errors"]
    assert fault["field"] == field
    assert fault["expected"].startswith(expected)
    assert fault["value"] == more[field]


def test_energy_is_left_out_unless_it_is_included(seed: Seed, post: Any, row: Any) -> None:
    (one,) = post([row], include=[], grid_emission_factor=YUNNAN)["predictions"]
    assert "energy" not in one
    (other,) = post([row], grid_emission_factor=YUNNAN)["predictions"]
    assert {name: one[name] for name in seed.quantities} == {name: other[name] for name in seed.quantities}


def test_of_a_row_without_what_it_needs_energy_is_null_and_flagged(physics: Any, post: Any, row: Any) -> None:
    name = {"kWh/t": "cell_voltage", "GJ/t": "calciner_fuel"}[physics.KIND.unit]
    one, other = post([row | {name: None}, row])["predictions"]
    assert one["energy"]["scopes"]["total"]["value"] is None
    for norm in one["energy"]["norms"]:
        assert norm["energy"]["value"] is not None or norm["grade"] is norm["distance"] is None
    assert NOT_KNOWN in one["flags"]
    assert NOT_KNOWN not in other["flags"]
    assert other["energy"]["scopes"]["total"]["value"] > 0


def test_the_example_of_a_request_is_taken(seed: Seed, app: Service, call: Any) -> None:
    example = payloads(seed, 3).example
    assert example["grid_emission_factor"] == NATIONAL
    response = call(app, "POST", f"/v1/{seed.process.name}/predictions", json=example)
    assert response.status_code == 200
    assert "grid_emission_factor" in json.dumps(app.openapi_of(seed.process.name)["components"])


def test_openapi_types_boundaries_scopes_and_grades(seed: Seed, physics: Any, app: Service) -> None:
    schemas = app.openapi_of(seed.process.name)["components"]["schemas"]
    assert list(schemas["Boundaries"]["properties"]) == list(physics.KIND.boundaries)
    assert {one["x-unit"] for one in schemas["Boundaries"]["properties"].values()} == {physics.KIND.unit}
    assert {one["x-unit"] for one in schemas["Scopes"]["properties"].values()} == {"tCO2e/t"}
    grade = schemas["EnergyGrade"]["properties"]["grade"]["anyOf"][0]
    assert set(grade["enum"]) == {grade.name for norm in seed.norms for grade in norm.grades}
    factor = schemas["Request"]["properties"]["grid_emission_factor"]
    assert factor["x-unit"] == "kgCO2e/kWh"
    assert next(one for one in factor["anyOf"] if one["type"] == "number")["minimum"] == 0


def test_the_vintage_of_warming_potentials_is_stated(physics: Any, basis: Any, seed: Seed) -> None:
    factors = basis["factors"]
    assert set(factors) == set(factors_of(physics, seed.economics))
    assert all(factors[name]["source"] == seed.economics[name].source for name in factors)
    if seed.process.name == "aluminium_reduction":
        assert factors["gwp_cf4"] == {"value": 6630, "unit": "1", "source": "ipcc_ar5: GWP100"}


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ("", r"seed zinc_electrowinning: economics\.auxiliary_energy: missing"),
        (
            'auxiliary_energy = { value = 0.1, unit = "MWh/t", source = "practice: pumps" }\n',
            r"seed zinc_electrowinning: economics\.auxiliary_energy\.unit: got 'MWh/t': expected 'kWh/t'",
        ),
    ],
)
def test_a_seed_without_a_factor_or_in_another_unit_is_named(new: str, expected: str) -> None:
    text = load("zinc_electrowinning").text
    line = next(one for one in text.splitlines() if one.startswith("auxiliary_energy"))
    broken = parse(text.replace(line + "\n", new), Path("zinc_electrowinning.toml"))
    with pytest.raises(ValueError, match=expected):
        payloads(broken, 3)


@pytest.mark.parametrize("former", [False, True])
def test_a_former_request_for_energy_gets_the_word(post: Any, row: Any, former: bool) -> None:
    (fault,) = post([row], 422, energy=former)["errors"]
    assert (fault["field"], fault["value"]) == ("energy", former)
    assert fault["expected"] == 'no such field: `include` names parts of the response, here ["energy"]'


def test_a_process_whose_energy_is_not_accounted_for_takes_no_factor(toy_seed: Seed) -> None:
    taken = payloads(toy_seed, 3)
    assert "grid_emission_factor" not in taken.example
    row = {"unit": "A-001", "period_start": "2026-11-01", "previous_y": 91.5, "x_set": 10.25, "z": 3.75}
    with pytest.raises(Exception, match="the request has 1 fault"):
        taken.read(json.dumps({"rows": [row], "grid_emission_factor": 0.5}).encode())


def test_goods_that_cbam_covers_have_embedded_emissions_and_others_none(
    app: Service, seed: Seed, physics: Any, post: Any, row: Any
) -> None:
    (one,) = post([row])["predictions"]
    result = one["energy"].get("embedded_emissions")
    (offers,) = app.taken
    stated = json.dumps(TypeAdapter(offers.predictions.answer).json_schema())
    assert "CBAM" in stated
    if seed.process.name == "aluminium_reduction":
        assert result["unit"] == "tCO2e/t"
        # Nearly scope 1: the regulation has 3.664 t of CO2 a tonne of carbon, 40 CFR 98 has 44/12.
        assert result["value"] == pytest.approx(one["energy"]["scopes"]["scope_1"]["value"], rel=1e-3)
        assert "CN 7601" in stated
    else:
        assert physics.CBAM_GOODS is None
        assert result is None
