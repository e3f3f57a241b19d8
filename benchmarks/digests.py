"""Digests of measured inputs: of a table, independent of the processor, and of its seed."""

import hashlib
import json
from typing import Any

import numpy as np
import pandas as pd

from models.table.reading import digest
from physics.arrays import FloatArray
from seeds import Seed

BITS = 17  # of a number's leading ones: five decimal digits
# Parts of a seed that no simulated row, prediction or set-point depends on.
BESIDE = frozenset({"references", "norms", "warnings", "schedule"})
# What code alone stated before seeds did: at these values nothing is new, in [economics] or as a fact of the plant.
CODE_STATED = {"highest_bismuth": 40.0, "anode_crops": 3.0, "tanks": 13.0, "filling_time": 25.0}


def table_digest(table: pd.DataFrame) -> str:
    """Digest of a checked table whose numbers are rounded to their BITS leading binary digits.

    NumPy and its linear algebra choose instructions by the processor, so that two kinds of processor simulate the same
    plant with differences in the last of some sixteen digits. `models.table.reading.digest` separates these; here
    they are the same table.

    Parameters
    ----------
    table : DataFrame
        A checked table: one row a unit and period.

    Returns
    -------
    str
        `sha256:` and 64 hexadecimal digits.
    """
    numbers = {name: column.to_numpy() for name, column in table.items() if column.dtype == np.float64}
    return digest(table.assign(**{name: _rounded(column) for name, column in numbers.items()}))


def seed_digest(seed: Seed) -> str:
    """Digest of a seed without the parts that figures of predictions and set-points do not depend on.

    Parameters
    ----------
    seed : Seed
        Its comments, and the order and spelling of its file, do not count.

    Returns
    -------
    str
        `sha256:` and 64 hexadecimal digits.
    """
    # Facts are parameters of the simulated plant too, which stand where they stood before seeds had [equipment].
    twice = set() if seed.plant is None else {"equipment"}
    content = seed.model_dump(mode="json", exclude=set(BESIDE) | {"text"} | twice, exclude_defaults=True)
    for section in (content.get("economics", {}), content.get("plant", {}).get("parameters", {})):
        for name, value in CODE_STATED.items():
            if section.get(name, {}).get("value") == value:
                del section[name]
    _with_former_names(content)
    return "sha256:" + hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _with_former_names(content: dict[str, Any]) -> None:
    """Rename keys and roles of a seed to those of version 0.1 in place: new names change no figure."""
    for part in (*content["columns"], *content["targets"].values(), *content.get("plant", {}).get("regimes", ())):
        part["meaning"] = part.pop("description")
    for column in content["columns"]:
        column["role"] = {"setpoint": "knob"}.get(column["role"], column["role"])
    for grade in content.get("grades", ()):
        for limit in (*grade.get("limits", {}).values(), *grade.get("sums", ())):
            if "verification" in limit:
                verification = limit.pop("verification")
                limit["certainty"] = {"unverified": "recalled"}.get(verification, verification)
    for cause in content.get("causes", ()):
        cause["knobs"] = cause.pop("setpoints")
    if "other_class" in content.get("sorting", {}):
        content["sorting"]["other"] = content["sorting"].pop("other_class")


def own_plant_digest(seed: Seed) -> str:
    """Digest for figures of the seed's own plant: `seed_digest` without the parameters' `spread`.

    A spread says how other plants of the kind differ; the seed's own plant is the same with and without it.
    """
    if seed.plant is None:
        return seed_digest(seed)
    alike = {name: one.model_copy(update={"spread": None}) for name, one in seed.plant.parameters.items()}
    return seed_digest(seed.model_copy(update={"plant": seed.plant.model_copy(update={"parameters": alike})}))


def is_of_own_plant(digest: str, seed: Seed) -> bool:
    """Return whether figures of a plant with this digest are figures of the seed's own plant as it is.

    True of the digest of the whole seed, or of what it says of that plant alone.
    """
    return digest in (seed_digest(seed), own_plant_digest(seed))


def _rounded(values: FloatArray) -> FloatArray:
    fraction, exponent = np.frexp(values)
    return np.ldexp(np.rint(np.ldexp(fraction, BITS)), exponent - BITS)
