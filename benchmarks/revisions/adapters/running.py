"""Step running plants: processes as arguments, JSON lines out. Names of older code are mapped here."""

import hashlib
import importlib
import json
import sys

import pandas as pd

PLACES = ("synthetic_data", "synthetic_data.engine", "synthetic_data.running")
OPTIONS = {"units": 2, "years": 1, "rng_seed": 7}


def found(*names):
    for place in PLACES:
        for name in names:
            try:
                return getattr(importlib.import_module(place), name)
            except (ImportError, AttributeError):
                continue
    raise SystemExit(f"{' or '.join(names)}: in none of {', '.join(PLACES)}: name its place in {__file__}")


def digests(frame):
    """A digest a column, of its values with all their bits."""
    by_column = {}
    for name in frame.columns:
        values = pd.util.hash_pandas_object(frame[name], index=False).to_numpy()
        by_column[str(name)] = f"{len(frame)} {hashlib.sha256(values.tobytes()).hexdigest()[:12]}"
    return by_column


def attempt(do):
    try:
        return do()
    except Exception as error:
        return {"refused": f"{type(error).__name__}: {error}"}


def by_hand(plan, factor):
    """The operators' own set-points, each moved by a factor for the first unit."""
    first, setpoints = plan.head(1).copy(), plan.columns[2:]
    first[setpoints] = first[setpoints] * factor
    return first


def stepped(plant, setpoints=None):
    step = plant.step() if setpoints is None else plant.step(setpoints)
    return {name: digests(getattr(step, name)) for name in ("table", "came_in", "tests", "truth")}, step.truth


def played(process):
    seed = found_load(process)
    plant, steps_of_plant = begin(seed, **OPTIONS), {}
    for period, factor in enumerate((1.01, 0.99, None)):
        steps_of_plant[f"plan {period}"] = digests(plant.plan())
        steps_of_plant[f"known {period}"] = digests(plant.known())
        setpoints = None if factor is None else by_hand(plant.plan(), factor)
        steps_of_plant[f"step {period}"] = attempt(lambda chosen=setpoints: stepped(plant, chosen)[0])
    for name, future in (("fork", None), ("another future", 3)):
        fork = plant.fork() if future is None else plant.fork(future)
        steps_of_plant[name] = attempt(lambda fork=fork: stepped(fork)[0])
    steps_of_plant["step 3"], truth = stepped(plant)
    steps_of_plant["worth"] = attempt(lambda: digests(worth(seed, truth)))
    return steps_of_plant


if __name__ == "__main__":
    begin, worth, found_load = found("begin"), found("economic_value", "worth"), importlib.import_module("seeds").load
    for process in sys.argv[1:]:
        print(json.dumps({"process": process, "found": attempt(lambda process=process: played(process))}), flush=True)
