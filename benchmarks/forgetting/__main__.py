"""Compare histories that forget: python -m benchmarks.forgetting [PROCESS ...], for docs/results.

Plants are simulated with parameters drawn again. Those of development may be looked at when a history is chosen, the
others never were. A plant that was measured on the seed as it is is not measured again.
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest
from benchmarks.forgetting.page import NAME, PAGE, RESULTS, lines
from benchmarks.forgetting.plants import measured
from seeds import load

UNITS = {"aluminium_reduction": 80, "zinc_electrowinning": 12, "copper_electrorefining": 30}
PLANTS = {"development": (501,), "others": (601, 602)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("process", nargs="*", choices=[*UNITS, []], default=[])
    stored = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {"processes": {}}
    for process in parser.parse_args().process or UNITS:
        seed = load(process)
        one, digest = stored["processes"].get(process, {}), seed_digest(seed)
        if one.get("seed_digest") != digest:
            one = {"seed_digest": digest, "unit": seed.target.unit, **{kind: {} for kind in PLANTS}}
        stored["processes"][process] = one
        for kind, plants in PLANTS.items():
            for rng_seed in plants:
                if str(rng_seed) in one[kind]:
                    continue
                one[kind][str(rng_seed)] = measured(seed, rng_seed, UNITS[process])
                stored["measured"] = f"{datetime.now(UTC):%Y-%m-%d}"
                RESULTS.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
                print(f"{process}: plant {rng_seed}", flush=True)
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), NAME, lines(stored)), encoding="utf-8")


if __name__ == "__main__":
    main()
