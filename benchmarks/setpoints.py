"""Set-points in closed loop on plants not used in development, with operators and oracles.

    python benchmarks/setpoints.py run                # all variants; some hours
    python benchmarks/setpoints.py run as_it_is       # one; the figures of the others stay as they are
    python benchmarks/setpoints.py learn as_it_is     # of it all policies but the oracles
    python benchmarks/setpoints.py write              # tables and pictures of the page again, from the figures

Plants are those of `training.setpoints.plants.FINAL`: three with the seed's own parameters, three with others. Plants
with shorter periods run on one or two of each, by fewer policies. Some policies of the potline run for a second year;
its easy variant, which lacks delayed effects, and the other processes run for one. Finished policies are stored in the
home folder (`NONFERROUS_HOME`), so that an interrupted run resumes. A cluster that `NONFERROUS_CLUSTER` names runs the
plants; its workers must share the home folder. If models have changed and neither plants nor oracles have, `learn` runs
all policies but the oracles, whose figures it keeps. Figures are stored in docs/results/setpoints.json with the seed's
digest; the block between the markers of docs/results/set_points.md is made from them.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go

from benchmarks.digests import seed_digest
from benchmarks.pictures import NoBrowserError, draw
from nonferrous.options import CLUSTER
from registry.settings import read_settings
from reporting.markdown import span, table
from seeds import Seed, load
from system.code_version import git_commit
from tests.suite.easy_potline import easy
from training.jobs.trial import RunningPlants
from training.setpoints.checkpoint import folder_of
from training.setpoints.outcome import HONEST, over_plants, statements_of
from training.setpoints.plants import FINAL, TrialPlant
from training.setpoints.policies import ARMS, OPERATORS, RECOMMENDED, NamedPolicy
from training.setpoints.record import MAPPED, over_time, plain, stated_realised, unit_map
from training.setpoints.runs import SetpointTrial, Size, run_all
from training.setpoints.tables import WORDS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
RESULTS, PICTURES = DOCS / "results" / "setpoints.json", DOCS / "pictures"
PAGE = DOCS / "results" / "set_points.md"
BEGIN, END = "<!-- set-point trials -->", "<!-- end of set-point trials -->"
NONE = "No figures of this version are stored; `nonferrous models evaluate` simulates plants of your choice."


@dataclass(frozen=True)
class Variant:
    """A process to run trials on.

    Attributes
    ----------
    process : str
        Its name.
    heading : str
        Heading of its figures on the page.
    change : callable
        Makes the variant's seed from that of the process.
    second : bool
        Whether arms that go on run for a second year.
    arms : sequence of NamedPolicy
        What runs.
    plants : sequence of TrialPlant
        Where it runs.
    smaller : Mapping of str to int
        What of a trial's size is less than usual.
    """

    process: str
    heading: str
    change: Callable[[Seed], Seed] = lambda seed: seed
    second: bool = False
    arms: Sequence[NamedPolicy] = ARMS
    plants: Sequence[TrialPlant] = FINAL
    smaller: Mapping[str, int] = field(default_factory=dict)

    @property
    def seed(self) -> Seed:
        """Seed of its process."""
        return load(self.process)


SHORT = ("operators", "naive", "naive_history", "assumed", "ours", "oracle")  # arms of plants with short periods

VARIANTS = {
    "as_it_is": Variant("aluminium_reduction", "Aluminium reduction", second=True),
    # What an oracle that looks one period ahead can do is all there is, where nothing sets in later.
    "easy": Variant(
        "aluminium_reduction",
        "Aluminium reduction without delayed effects",
        easy,
        arms=[policy for policy in ARMS if policy.name not in ("again", "tested", "oracle")],
    ),
} | {
    process: Variant(
        process,
        process.replace("_", " ").capitalize(),
        arms=[policy for policy in ARMS if policy.name in SHORT],
        plants=plants,
        smaller=smaller,
    )
    # A decision every other day looks at all cycles before it: a house of few groups keeps the trial within an hour.
    for process, plants, smaller in (
        ("copper_electrorefining", (*FINAL[:2], *FINAL[3:5]), {}),
        ("zinc_electrowinning", (FINAL[0], FINAL[3]), {"units": 24, "history": 300}),
        ("lead_refining", (FINAL[0], FINAL[3]), {"units": 12, "periods": 60, "history": 300}),
        # A decision a day: two months of them, on two plants.
        ("alumina_refining", (FINAL[0], FINAL[3]), {"periods": 60, "history": 400}),
    )
}


def size_of(variant: Variant) -> Size:
    """Size of the trials of a variant."""
    size = replace(Size.of(variant.seed), **variant.smaller)
    return replace(size, second=size.periods) if variant.second else size


def where(name: str) -> Path:
    """Folder in which finished arms of a variant are kept."""
    variant = VARIANTS[name]
    size = asdict(size_of(variant))
    named = {"benchmark": name, "seed": seed_digest(variant.seed), "size": size, "code": git_commit()}
    return folder_of(read_settings().folder, variant.process, named)


def measured(name: str, folder: Path, policies: Sequence[NamedPolicy]) -> dict[str, Any]:
    """Figures of some arms of a variant; gains of single units are kept where a picture shows them."""
    variant = VARIANTS[name]
    seed, size = variant.seed, size_of(variant)
    cluster = os.environ.get(CLUSTER) or None
    trial = asdict(
        run_all(variant.change(seed), variant.plants, RunningPlants(), size, folder, Said(), policies, cluster=cluster)
    )
    plants = {
        plant: {policy: short(policy, one) for policy, one in ran.items()} for plant, ran in trial["plants"].items()
    }
    return dict(plain(trial | {"plants": plants, "seed_digest": seed_digest(seed)}))


def fitted_policies(variant: Variant) -> list[NamedPolicy]:
    """Arms of a variant that are no oracles: the fitted ones, and the operators as their reference."""
    return [policy for policy in variant.arms if not policy.foresees]


def joined(variant: Variant, new: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    """Combine new figures of some arms with stored figures of the others on the same plants.

    Raises
    ------
    SystemExit
        They were of another seed, size or choice of plants.
    """
    for part in ("seed_digest", "units", "history", "periods", "second"):
        if new[part] != old[part]:
            raise SystemExit(f"{part}: got {new[part]}, and {old[part]} of the arms that are kept: run all arms")
    if list(new["plants"]) != list(old["plants"]):
        raise SystemExit("got other plants than those of the arms that are kept: run all arms")
    names, oracles = (
        [policy.name for policy in variant.arms],
        [policy.name for policy in variant.arms if policy.foresees],
    )
    plants = {
        plant: {name: ran[name] if name in ran else old["plants"][plant][name] for name in names}
        for plant, ran in new["plants"].items()
    }
    every = [numbers(one) for one in plants.values()]
    figures = {
        "plants": plants,
        "arms": {name: over_plants(every, oracles, name) for name in names},
        "statements": statements_of(every, [name for name in names if name in RECOMMENDED]),
    }
    return dict(plain({**new, **figures}))


DRAWN: dict[str, tuple[str, Callable[[SetpointTrial], go.Figure]]] = {
    "over_time": ("Gain by period", over_time),
    "map": ("Gain of each unit, by plant", unit_map),
    "stated": ("Stated against realised gain, by plant", stated_realised),
}


def picture_of(name: str, picture: str) -> Path:
    """File of a variant's picture."""
    return PICTURES / f"setpoints_{name}_{picture}.png"


def draw_all(results: Mapping[str, Any]) -> None:
    """Draw the pictures of all variants; NoBrowserError, and no picture, without a browser."""
    for old in PICTURES.glob("setpoints_*.png"):
        old.unlink()
    for name, figures in results.items():
        trial = numbers({field.name: figures[field.name] for field in fields(SetpointTrial)})
        for picture, (_, figure) in DRAWN.items():
            draw(figure(SetpointTrial(**trial)), picture_of(name, picture))


def numbers(value: Any) -> Any:
    """Restore NaN in JSON values of `plain`."""
    if isinstance(value, Mapping):
        return {name: numbers(part) for name, part in value.items()}
    return np.nan if value is None else value


def short(policy: str, one: Mapping[str, Any]) -> dict[str, Any]:
    """An arm's figures on a plant, without those of single units but for the arm whose units are mapped."""
    by_unit = {unit: round(gain, 2) for unit, gain in one["by_unit"].items()} if policy == MAPPED else {}
    return dict(one) | {"by_unit": by_unit}


class Said:
    """A line a step, with the minutes since the first."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    def __call__(self, label: str, done: int, steps: int) -> None:
        print(f"{(time.perf_counter() - self._began) / 60:.1f} min, {done} of {steps}: {label}", flush=True)


def with_tables(text: str, results: Mapping[str, Any]) -> str:
    """Replace the block between the markers by tables of the figures, or by a note that there are none."""
    head, _, remaining = text.partition(BEGIN)
    _, _, tail = remaining.partition(END)
    lines = [line for name in VARIANTS if name in results for line in section(name, results[name])]
    return f"{head}{BEGIN}\n" + "\n".join(lines or [NONE]) + f"\n{END}{tail}"


def section(name: str, figures: Mapping[str, Any]) -> Iterator[str]:
    """Table and pictures of a variant."""
    policies = figures["arms"]
    yield from (f"### {VARIANTS[name].heading}", "")
    yield (
        f"{figures['periods']} periods after {figures['history']} periods of history, on "
        f"{len(figures['plants'])} plants with {figures['units']} units each. Operators break a limit in "
        f"{most_broken(policies[OPERATORS.name]):.1%} of the rows.{second_year(figures)}"
    )
    yield ""
    yield from table(
        (
            *("policy", "gain [$/unit/d]", "lowest plant", "share of oracle", "stated / realised"),
            *("right directions", "rows beyond a limit"),
        ),
        (gains(policy, one) for policy, one in policies.items() if policy != OPERATORS.name),
    )
    yield from (statements(figures["statements"], policies), "", a_tonne(policies), "")
    for picture, (caption, _) in DRAWN.items():
        if picture_of(name, picture).exists():
            yield from (f"![{caption}](../pictures/{picture_of(name, picture).name})", "")


def gains(policy: str, one: Mapping[str, Any]) -> tuple[str, ...]:
    """An arm's line of the table of gains."""
    rows = sum(one["sign_rows"].values())
    signs = sum(one["right_signs"][name] * count for name, count in one["sign_rows"].items() if count)
    return (
        WORDS[policy],
        interval(one, "gain", ".1f"),
        shown(one["lowest"], ".1f"),
        f"{one['oracle_share']:.0%}",
        shown(one["stated_over_realised"], ".2f"),
        f"{signs / rows:.0%}" if rows else "",
        f"{most_broken(one):.1%}",
    )


def second_year(figures: Mapping[str, Any]) -> str:
    """Return a sentence on the second year of recommendations, empty if there is none."""
    if not figures["second"]:
        return ""
    shares = [one["second_year_share"] for policy, one in figures["arms"].items() if policy in RECOMMENDED]
    return (
        f" In {figures['second']} more periods recommendations reach {span(shares, '.0%')} of the oracle's gain "
        "of that time."
    )


def most_broken(one: Mapping[str, Any]) -> float:
    """Return the share of rows beyond the limit that is broken most [1]."""
    return max(one["broken"].values(), default=0.0)


def a_tonne(policies: Mapping[str, Any]) -> str:
    """Return a sentence on the difference of recommended set-points from operators by tonne."""
    policy = next((policy for policy in policies if policy in RECOMMENDED), None)
    if policy is None:
        return ""
    one = policies[policy]
    return (
        f"Per tonne, {WORDS[policy]}: {interval(one, 'per_tonne', '+.2f')} $, "
        f"{interval(one, 'energy_per_tonne', '+.1f')} kWh and {interval(one, 'co2e_per_tonne', '+.1f')} kg CO2e."
    )


def statements(figures: Mapping[str, Any], ran: Iterable[str]) -> str:
    """Return a sentence on stated gains over all plants and recommendations."""
    if not figures["count"]:
        return "Nothing was recommended."
    low, high = HONEST
    named = "; ".join(WORDS[policy] for policy in RECOMMENDED if policy in ran)
    return (
        f"{figures['count']:.0f} pairs of plant and policy ({named}): the realised gain lies in the stated interval in "
        f"{figures['covered']:.0%}, and stated / realised lies between {low:g} and {high:g} in {figures['honest']:.0%}."
    )


def shown(value: float | None, form: str) -> str:
    """A figure, or nothing where there is none."""
    return "" if value is None else format(value, form)


def interval(one: Mapping[str, Any], name: str, form: str) -> str:
    """A figure with its interval."""
    if one[f"{name}_low"] is None:
        return shown(one[name], form)
    return f"{one[name]:{form}} ({one[f'{name}_low']:{form}} to {one[f'{name}_high']:{form}})"


def stored() -> dict[str, Any]:
    """Figures of all variants by name; empty before the first run."""
    return dict(json.loads(RESULTS.read_text(encoding="utf-8"))) if RESULTS.exists() else {}


def store(name: str, figures: Mapping[str, Any]) -> None:
    """Replace the figures of one variant; another run may have stored others since this one began."""
    RESULTS.write_text(json.dumps(stored() | {name: figures}, indent=1) + "\n", encoding="utf-8")


def write() -> None:
    """Put tables and pictures of the stored figures into the page."""
    results = stored()
    missing = None
    try:
        draw_all(results)
    except NoBrowserError as error:
        missing = f"{error}; the tables are written"
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")
    if missing:
        raise SystemExit(missing)


def main(arguments: list[str]) -> None:
    """Run `run` for some variants, or all, refit some policies by `learn`, or `write` the tables again."""
    command, *names = arguments or [""]
    if command in ("run", "learn") and set(names) <= set(VARIANTS):
        folders = {name: where(name) for name in names or VARIANTS}  # before a file changes: it names the code
        for name, folder in folders.items():
            variant = VARIANTS[name]
            if command == "run":
                store(name, measured(name, folder, variant.arms))
            else:
                store(name, joined(variant, measured(name, folder, fitted_policies(variant)), stored()[name]))
            shutil.rmtree(folder)
    elif command != "write" or names:
        raise SystemExit(
            f"got {' '.join(arguments)!r}: expected write, or run or learn and any of {', '.join(VARIANTS)}"
        )
    write()


if __name__ == "__main__":
    main(sys.argv[1:])
