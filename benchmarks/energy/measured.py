"""Energy and carbon of the default plants, norms and one response, as figures and tables."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.aims import page
from benchmarks.digests import seed_digest, table_digest
from models.interfaces.answers import Answer
from models.interfaces.energy import AnyEnergy, Kind
from models.processes.lookup import energy_of
from models.table.reading import read_table
from monitoring.energy.flows import MeanFlow, diagram, mean_flow
from monitoring.energy.month import EnergyMonth, energy_month, known_rows, month_of
from monitoring.energy.page import summary
from operations.predictions.energy.accounting import Accounting
from reporting.markdown import table
from reporting.wording import Wording
from seeds import load, names
from synthetic_data import simulate

ROOT = Path(__file__).parents[2]
RESULTS, PAGE = ROOT / "docs" / "results" / "energy.json", ROOT / "docs" / "results" / "energy.md"
PICTURES = ROOT / "docs" / "pictures"
ANSWERED, INTERVAL = "zinc_electrowinning", (90.0, 88.8, 91.2)  # %, of the answer that is shown


def processes() -> list[str]:
    """Simulated processes whose energy is accounted for."""
    return [name for name in names() if energy_of(load(name)) is not None and load(name).plant is not None]


def measured(process: str) -> dict[str, Any]:
    """Figures of a process's default plant: of all its rows, and the printed line of the latest month."""
    seed, physics = load(process), _physics(process)
    with tempfile.TemporaryDirectory() as folder:
        data = simulate(seed, folder)
        checked, line = read_table(data, seed), summary(energy_month(seed, data))
    known = known_rows(seed, physics, checked.table)
    month = month_of(seed, physics, "all", checked, np.ones_like(known), known)
    digests = {"seed_digest": seed_digest(seed), "table_digest": table_digest(checked.table)}
    return {**digests, "line": line, **_figures(month)}


def _figures(month: EnergyMonth) -> dict[str, Any]:
    flow = mean_flow(month)
    assert flow is not None
    return {
        "rows": len(month.table),
        "boundaries": {name: _rounded(month.mean(one)) for name, one in month.account.boundaries.items()},
        "coal_equivalent": _rounded(month.mean(month.account.coal_equivalent)),
        "scopes": {name: _rounded(month.mean(one)) for name, one in month.account.scopes.items()},
        "goes_into": {name: _rounded(one) for name, one in {**flow.uses, **flow.outside}.items()},
        "ends_in": {name: _rounded(one) for name, one in {**flow.bound, flow.kind.heat: flow.heat}.items()},
        "norms": {
            one.norm.name: {"energy": _rounded(one.energy), "grade": one.grade, "following": one.following}
            for one in month.standings
        },
    }


def _rounded(value: float) -> float:
    """To five digits, which do not depend on the processor."""
    return float(f"{value:.5g}")


def totals(figures: Mapping[str, Any]) -> list[str]:
    """Boundaries and scopes of each default plant, a table a kind."""
    rendered: list[str] = []
    for kind, of in _by_kind(figures):
        *names, last = kind.boundaries
        heads = ("process", *names, f"{last} [{kind.unit}]", "[kgce/t]", "scope 1", "scope 2 [tCO2e/t]")
        rows = []
        for process, one in of.items():
            energies = [kind.shown(value) for value in one["boundaries"].values()]
            scopes = [f"{one['scopes'][name]:.3f}" for name in ("scope_1", "scope_2")]
            rows.append((_linked(process), *energies, f"{one['coal_equivalent']:,.1f}", *scopes))
        rendered += table(heads, rows)
    return rendered


def uses(figures: Mapping[str, Any]) -> list[str]:
    """Uses of the energy of each default plant, and sinks of the first boundary, a table per kind."""
    rendered: list[str] = []
    for kind, of in _by_kind(figures):
        rows = []
        for process, one in of.items():
            parts, ends = (_shares(kind, one[name]) for name in ("goes_into", "ends_in"))
            rows.append((process, parts, ends))
        heads = ("process", f"uses [{kind.unit}]", f"sinks of the energy of {kind.carrier} [{kind.unit}]")
        rendered += table(heads, rows)
    return rendered


def _shares(kind: Kind, parts: Mapping[str, float]) -> str:
    whole = sum(parts.values())
    return ", ".join(f"{name} {kind.shown(value)} ({value / whole:.0%})" for name, value in parts.items())


def _by_kind(figures: Mapping[str, Any]) -> Iterator[tuple[Kind, dict[str, Any]]]:
    """Processes of each kind, kinds in the order in which they come."""
    kinds = {process: _physics(process).KIND for process in figures}
    for kind in {id(kind): kind for kind in kinds.values()}.values():
        yield kind, {process: one for process, one in figures.items() if kinds[process] is kind}


def _physics(process: str) -> AnyEnergy:
    physics = energy_of(load(process))
    assert physics is not None
    return physics


def picture(process: str, one: Mapping[str, Any]) -> str:
    """Energy flow of a default plant as an SVG file."""
    kind = _physics(process).KIND
    uses = {name: value for name, value in one["goes_into"].items() if name not in kind.outside}
    outside = {name: value for name, value in one["goes_into"].items() if name in kind.outside}
    bound = {name: value for name, value in one["ends_in"].items() if name != kind.heat}
    flow = MeanFlow(kind, one["rows"], uses, outside, bound, one["ends_in"][kind.heat])
    return diagram(flow, f"{load(process).process.title}: energy flow", Wording()) + "\n"


def pictures(figures: Mapping[str, Any]) -> dict[Path, str]:
    """The picture of each default plant by its file."""
    return {PICTURES / f"energy_{process}.svg": picture(process, one) for process, one in figures.items()}


def shown(figures: Mapping[str, Any]) -> list[str]:
    """The pictures on the page."""
    return [f"![Energy flow of {process}](../pictures/energy_{process}.svg)\n" for process in figures]


def norms(figures: Mapping[str, Any]) -> list[str]:
    """Norms of the seeds, with energy and grade of each default plant."""
    rows = []
    for process, one in figures.items():
        for norm in load(process).norms:
            stands = one["norms"][norm.name]
            limits = "; ".join(f"{grade.name}: {grade.at_most:,g}" for grade in norm.grades)
            outside_boundary = "" if norm.outside_boundary is None else f"{norm.outside_boundary.value:g}"
            grade = stands["grade"] or "none"
            energy = f"{stands['energy']:,.{0 if norm.unit == 'kWh/t' else 1}f}"
            named = f"{norm.document}: {norm.title}"
            rows.append((named, f"{limits} {norm.unit}", outside_boundary, energy, grade))
    heads = ("document", "at most", "outside boundary", "default plant", "grade")
    return table(heads, rows)


def answer() -> list[str]:
    """Part `energy` of a response for a typical row: last boundary, total scope and first norm only."""
    seed, physics = load(ANSWERED), _physics(ANSWERED)
    X = np.array([[one.typical_value if one.is_number else 0.0 for one in seed.inputs]])
    efficiency = Answer(*(np.array([end]) for end in INTERVAL))
    accounting = Accounting(seed, physics)
    energies = accounting.answered(seed, X, efficiency, {}, [[]])
    (content,) = accounting.printed(energies, {})
    whole = json.loads(bytes(content))
    last, total = list(whole["boundaries"].items())[-1:], {"total": whole["scopes"]["total"]}
    parts = {"boundaries": dict(last), "coal_equivalent": whole["coal_equivalent"], "scopes": total}
    return ["```", *_shown(parts | {"norms": whole["norms"][:1]}), "```"]


def _shown(energies: Any) -> list[str]:
    """JSON in which what holds no further object stands on one line, numbers to four digits."""

    def short(one: Any) -> Any:
        if isinstance(one, dict):
            return {name: short(value) for name, value in one.items()}
        if isinstance(one, list):
            return [short(value) for value in one]
        return float(f"{one:.4g}") if isinstance(one, float) else one

    def line(one: Any, indent: int) -> str:
        flat = json.dumps(one)
        if len(flat) <= 100:
            return flat
        inner = " " * (indent + 1)
        if isinstance(one, dict):
            parts = [f"{inner}{json.dumps(name)}: {line(value, indent + 1)}" for name, value in one.items()]
            return "{\n" + ",\n".join(parts) + "\n" + " " * indent + "}"
        parts = [inner + line(value, indent + 1) for value in one]
        return "[\n" + ",\n".join(parts) + "\n" + " " * indent + "]"

    return line({"energy": short(energies)}, 0).splitlines()


def filled(text: str, figures: Mapping[str, Any]) -> str:
    """Replace all blocks of the page."""
    parts = {
        "totals": totals(figures),
        "uses": uses(figures),
        "pictures": shown(figures),
        "norms": norms(figures),
        "answer": answer(),
    }
    for name, made in parts.items():
        text = page.filled(text, f"{name} of energy", made)
    return text


def _linked(process: str) -> str:
    return f"[{process}](../reference/processes/{process}.md)"
