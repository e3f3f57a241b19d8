"""Set-points in closed loop on plants that nothing was chosen on, beside operators and oracles; figures go to docs.

    python benchmarks/setpoints.py run                # all variants of the process; hours
    python benchmarks/setpoints.py run as_it_is       # one; the figures of the others stay as they are
    python benchmarks/setpoints.py write              # the tables of the page again, from the figures

Plants are those of `training.setpoints.plants.FINAL`: three of the seed's own parameters, three of others of the kind.
The easy variant lacks what sets in against a move. Finished arms are kept in the home folder (`NONFERROUS_HOME`), so
that what was cut off goes on. Figures are kept in docs/results/setpoints.json with the seed's digest; the tables
between the markers of docs/recommendations.md, where there is such a page, are made from them.
"""

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.easy_potline import easy
from pages.markdown import table
from registry.code_version import git_commit
from registry.settings import read_settings
from seeds import Seed, load
from training.setpoints.kept import folder_of
from training.setpoints.plants import FINAL
from training.setpoints.record import plain
from training.setpoints.runs import Size, run_all
from training.setpoints.tables import WORDS
from training.trial import RunningPlants

ROOT = Path(__file__).parent.parent
RESULTS, PAGE = ROOT / "docs" / "results" / "setpoints.json", ROOT / "docs" / "recommendations.md"
BEGIN, END = "<!-- set-point trials -->", "<!-- end of set-point trials -->"
PROCESS = "aluminium_reduction"
VARIANTS: dict[str, tuple[str, Callable[[Seed], Seed]]] = {
    "as_it_is": ("The potline as it is", lambda seed: seed),
    "easy": ("The same without what sets in against a move", easy),
}
TOO_LONG = ("by_unit",)  # for each of some hundred units


def measured(name: str, seed: Seed) -> dict[str, Any]:
    """Figures of a variant of the process."""
    assert seed.plant is not None
    _, change = VARIANTS[name]
    size = Size(seed.plant.units)
    named = {"benchmark": name, "seed": seed.digest, "size": asdict(size), "code": git_commit()}
    folder = folder_of(read_settings().folder, seed.process.name, named)
    found = asdict(run_all(change(seed), FINAL, RunningPlants(), size, folder, said))
    shutil.rmtree(folder)
    plants = {
        plant: {arm: {part: value for part, value in one.items() if part not in TOO_LONG} for arm, one in arms.items()}
        for plant, arms in found["plants"].items()
    }
    return dict(plain(found | {"plants": plants, "seed_digest": seed.digest}))


def said(what: str, done: int, steps: int) -> None:
    """A line a step."""
    print(f"{done} of {steps}: {what}", flush=True)


def with_tables(text: str, results: Mapping[str, Any]) -> str:
    """Text with the tables between its markers replaced."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    lines = [line for name in VARIANTS if name in results for line in section(VARIANTS[name][0], results[name])]
    return f"{head}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{tail}"


def section(heading: str, found: Mapping[str, Any]) -> Iterator[str]:
    """Tables of a variant."""
    plants = ", ".join(found["plants"])
    yield from (f"### {heading}", "")
    yield (
        f"{found['periods']} periods after {found['history']} of history on {len(found['plants'])} plants ({plants}) "
        f"of {found['units']} units each. Gains beside the operators on the same plant with the same random numbers; "
        "intervals of 90 % over plants. A simulation at the seed's prices: no claim about a plant."
    )
    yield ""
    yield from table(
        ("set-points by", "$/unit/d", "$/t", "lowest plant", "of the oracle", "second half", "units worse", "moved"),
        (gains(arm, one) for arm, one in found["arms"].items()),
    )
    limits = list(found["arms"]["operators"]["broken"])
    knobs = list(dict.fromkeys(knob for one in found["arms"].values() for knob in one["sign_rows"]))
    yield from table(
        ("set-points by", "stated", "realised", "plants covered", *(f"{knob}: right" for knob in knobs), *limits),
        (trust(arm, one, knobs, limits) for arm, one in found["arms"].items()),
    )


def gains(arm: str, one: Mapping[str, Any]) -> tuple[str, ...]:
    """An arm's line of the first table."""
    operators = arm == "operators"
    return (
        WORDS[arm],
        interval(one, "gain", ".1f"),
        interval(one, "per_tonne", ".2f"),
        shown(one["lowest"], ".1f"),
        "" if operators else shown(one["oracle_share"], ".0%"),
        shown(one["late"], ".1f"),
        f"{one['worse']:.0%}",
        f"{one['moved']:.0%}",
    )


def trust(arm: str, one: Mapping[str, Any], knobs: list[str], limits: list[str]) -> tuple[str, ...]:
    """An arm's line of the second table: stated beside realised gain, directions, and rows that break limits."""
    return (
        WORDS[arm],
        shown(one["stated"], ".1f"),
        shown(one["realised"], ".1f"),
        shown(one["covered"], ".0%"),
        *(shown(one["right_signs"].get(knob), ".0%") for knob in knobs),
        *(f"{one['broken'][limit]:.1%}" for limit in limits),
    )


def shown(value: float | None, form: str) -> str:
    """A figure, or nothing where there is none."""
    return "" if value is None else format(value, form)


def interval(one: Mapping[str, Any], name: str, form: str) -> str:
    """A figure with its interval."""
    if one[f"{name}_low"] is None:
        return shown(one[name], form)
    return f"{one[name]:{form}} ({one[f'{name}_low']:{form}} to {one[f'{name}_high']:{form}})"


def write() -> None:
    """Put the tables of the kept figures into the page."""
    if PAGE.exists():
        kept = json.loads(RESULTS.read_text(encoding="utf-8"))
        PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), kept), encoding="utf-8")


def main(arguments: list[str]) -> None:
    """`run` some variants, or all, or `write` the tables again."""
    command, *names = arguments or [""]
    if command == "run" and set(names) <= set(VARIANTS):
        results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
        for name in names or VARIANTS:
            results[name] = measured(name, load(PROCESS))
            RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    elif command != "write" or names:
        raise SystemExit(f"got {' '.join(arguments)!r}: expected write, or run and any of {', '.join(VARIANTS)}")
    write()


if __name__ == "__main__":
    main(sys.argv[1:])
