"""Record the results of two checkouts and compare them, to show that a refactoring changed none.

    python -m benchmarks.revisions record CHECKOUT OUT.json [--quick] [--home BEFORE.home.tar.gz] [--only PART ...]
    python -m benchmarks.revisions compare BEFORE.json AFTER.json [--expected FILE]

Each checkout has an environment of its own. Next to OUT.json its home folder is kept as OUT.home.tar.gz: name that of
the earlier one to see what the later one makes of models that it has not trained. See docs/explanation/testing.md.
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.revisions.asked import POLL, responses_of
from benchmarks.revisions.checkouts import Checkout, CheckoutError, check, say
from benchmarks.revisions.compare import ExpectedError, compare, read_expected
from benchmarks.revisions.kept import opened, pack, unpack
from benchmarks.revisions.lines import helped, recorded, seeds, written
from benchmarks.revisions.package import package
from benchmarks.revisions.simulated import plants, running
from benchmarks.revisions.trained import tables, trained

PARTS = ("help", "plants", "running", "training", "seeds", "commands", "service", "records", "kept", "package")
OF_QUICK = PARTS[:-1]


def record(folder: Path, out: Path, quick: bool, home: Path | None, only: list[str] | None = None) -> None:
    """Write what a checkout gives to a file of JSON, part after part."""
    requested = only or list(OF_QUICK if quick else PARTS)
    packed = out.with_suffix(".home.tar.gz")
    with tempfile.TemporaryDirectory(prefix="revisions-") as scratch:
        checkout = Checkout(folder, Path(scratch), Path(scratch) / "home", POLL)
        if "training" in requested or home is None:
            training_tables = tables(checkout, quick)
        else:
            training_tables = unpack(home, checkout.scratch)
            checkout.commands([["store", "relocate"]], "store relocate")

        def training() -> dict[str, Any]:
            results = trained(checkout, training_tables)
            pack(checkout, training_tables, packed)
            return results

        parts: dict[str, Callable[[], dict[str, Any]]] = {
            "help": lambda: helped(checkout),
            "plants": lambda: plants(checkout, quick),
            "running": lambda: running(checkout),
            "training": training,
            "seeds": lambda: seeds(checkout, training_tables, quick),
            "commands": lambda: written(checkout, training_tables),
            "service": lambda: responses_of(checkout, training_tables),
            "records": lambda: recorded(checkout, training_tables),
            "kept": lambda: opened(checkout, home or packed, quick),
            "package": lambda: package(checkout),
        }
        recording = json.loads(out.read_text(encoding="utf-8")) if only and out.exists() else {}
        recording["about"] = {"quick": quick}
        for name in (name for name in parts if name in requested):
            started, used = time.monotonic(), _processor_seconds()
            try:
                recording[name] = parts[name]()
            except Exception as error:
                recording[name] = {"failed": f"{type(error).__name__}: {error}"}
                say(f"{name}: failed: {''.join(traceback.format_exception(error))}")
            spent = f"{_processor_seconds() - used:.0f} s of processors, {time.monotonic() - started:.0f} s"
            say(f"{name}: {len(recording[name])} kept, {spent}")
            _write(out, recording)


def _write(out: Path, recording: dict[str, Any]) -> None:
    """Keep what was recorded so far; the file is there whole or as it was."""
    partial = out.with_name(f"{out.name}.partial")
    partial.write_text(json.dumps(recording, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    partial.replace(out)


def _processor_seconds() -> float:
    """Processor time of finished children, including theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    recording = commands.add_parser("record", help="record what a checkout gives")
    recording.add_argument("checkout", type=Path)
    recording.add_argument("out", type=Path)
    recording.add_argument(
        "--quick", action="store_true", help="one random seed, three processes trained, no retraining"
    )
    recording.add_argument("--home", type=Path, help="home folder kept by another recording; its own by default")
    recording.add_argument("--only", nargs="+", choices=PARTS, help="parts to record; others of OUT.json stay")
    comparing = commands.add_parser("compare", help="print what differs between two recordings")
    comparing.add_argument("before", type=Path)
    comparing.add_argument("after", type=Path)
    comparing.add_argument("--expected", type=Path, help="differences that are meant: PATTERN | REASON a line")
    given = parser.parse_args()
    try:
        if given.command == "record":
            record(check(given.checkout), given.out, given.quick, given.home, given.only)
            return
        text = given.expected.read_text(encoding="utf-8") if given.expected else ""
        sys.exit(0 if compare(given.before, given.after, read_expected(text)) else 1)
    except (CheckoutError, ExpectedError, OSError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("interrupted: the parts before are kept")


if __name__ == "__main__":
    main()
