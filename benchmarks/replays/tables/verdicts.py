"""Value of verdicts on plants never used: python -m benchmarks.replays.tables.verdicts [PROCESS ...].

A champion learns a third of a plant's time. At some months after, a challenger learns as a retraining job would have it
learn, and the two are judged: by answers as they were trained, and by answers that follow outcomes as clients get them.
The responses that clients would have received are compared with the truth. Each promoted version is evaluated
month by month, and so are champions trained on spoilt rows. Writes docs/results/verdicts.json and two tables in
docs/results/retraining.md.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest
from benchmarks.replays.plant import Plant
from benchmarks.replays.tables import put_backs
from benchmarks.replays.tables.__main__ import UNITS
from benchmarks.replays.tables.page import DOCS, PAGE
from benchmarks.replays.tables.plants import MONTH, WORSE, another, challenger_of, ratio_of, trained_model, until
from models.interfaces.answers import COVERAGE, rows_of
from models.tasks import inputs_for
from reporting.markdown import table
from seeds import load
from training.regression.comparison import judge, verdict
from training.retraining.post_promotion_check import Promise
from training.retraining.retrain import figures_of

PROCESSES = ("aluminium_reduction", "zinc_electrowinning", "copper_electrorefining")
PLANTS, MONTHS = (71, 72, 73, 74), (5, 8, 11, 14)  # months after the champion's training
SPOILT_MONTHS = 8
LEAST_AFTER = 4 * MONTH
RESULTS, NAME, PUT_BACKS = DOCS / "results" / "verdicts.json", "verdicts", "rollbacks"
RULES = {"trained": "predictions as trained", "followed": "responses with online calibration"}
HEADS = (
    *("compared by", "comparisons", "promoted", "promoted and worse", "better, not promoted"),
    "error after to error before",
)


def on_plants(process: str) -> dict[str, Any]:
    """Verdicts on a process's plants."""
    seed, verdicts = load(process), list[dict[str, Any]]()
    spoilt = list[dict[str, Any]]()
    for number in PLANTS:
        plant = another(seed, number, UNITS[process])
        verdicts += [{"plant": number, **one} for one in on_plant(plant)]
        spoilt += [{"plant": number, **one} for one in on_spoilt(plant)]
    return {"seed_digest": seed_digest(seed), "units": UNITS[process], "verdicts": verdicts, "spoilt": spoilt}


def on_plant(plant: Plant) -> Iterator[dict[str, Any]]:
    """Verdicts of some months, with the errors of the answers of both after them over each other."""
    whole = until(plant, None)
    champion = trained_model(until(plant, plant.begin), None).model
    for months in MONTHS:
        now = plant.begin + months * MONTH
        if now + LEAST_AFTER > whole.periods.max():
            return
        data = until(plant, now)
        challenger, rows = challenger_of(data, plant.begin)
        X = inputs_for(champion, data.table)[rows]
        fixed = champion.fixed(X, COVERAGE), rows_of(challenger.answers, rows)
        origin = data.units[rows], data.periods[rows], data.seed.target.unit or ""
        decision = verdict(champion, X, challenger, data, rows)
        promise = Promise.of(figures_of(decision, ()))
        yield {
            "months": months,
            "trained": judge(data.y[rows], *fixed, *origin).promoted,
            "followed": decision.promoted,
            "ratio": ratio_of(champion, challenger.model, whole, np.flatnonzero(whole.periods >= now)),
            "promoted": put_backs.after_promotion(promise, champion, challenger.model, plant, now)
            if decision.promoted
            else None,
        }


def on_spoilt(plant: Plant) -> Iterator[dict[str, Any]]:
    """Champions trained on corrupted rows and promoted on them, by the gate or by a reviewer."""
    champion, now = trained_model(until(plant, plant.begin), None).model, plant.begin + SPOILT_MONTHS * MONTH
    for how in put_backs.SPOILT:
        spoilt = put_backs.spoilt_until(plant, champion, now, how)
        data = until(spoilt, now)
        challenger, rows = challenger_of(data, plant.begin)
        decision = verdict(champion, inputs_for(champion, data.table)[rows], challenger, data, rows)
        promise = Promise.of(figures_of(decision, ()) if decision.promoted else {})
        after = put_backs.after_promotion(promise, champion, challenger.model, spoilt, now)
        yield {"how": how, "by_verdict": decision.promoted, **after}


def lines(figures: Mapping[str, Any] | None) -> list[str]:
    """Text between the markers of verdicts."""
    return _lines(figures, HEADS, _rows)


def put_back_lines(figures: Mapping[str, Any] | None) -> list[str]:
    """Text between the markers of rollbacks."""
    return _lines(figures, put_backs.HEADS, put_backs.rows_of)


def _lines(figures: Mapping[str, Any] | None, heads: Sequence[str], rows: Any) -> list[str]:
    if figures is None:
        return ["Not measured yet."]
    return [f"Measured on {figures['measured']}.", "", *table(heads, rows(figures["processes"]))]


def _rows(processes: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    verdicts = [each for one in processes.values() for each in one["verdicts"]]
    better = [each for each in verdicts if each["ratio"] < 1 / WORSE]
    for rule, words in RULES.items():
        promoted = [each["ratio"] for each in verdicts if each[rule]]
        left = sum(not each[rule] for each in better)
        yield words, f"{len(verdicts)}", *_promoted(promoted), f"{left}", _errors(promoted)
    ratios = [each["ratio"] for each in better]
    yield "simulated truth", f"{len(verdicts)}", *_promoted(ratios), "0", _errors(ratios)


def _promoted(ratios: Sequence[float]) -> tuple[str, str]:
    """Number of promotions, and of those that were worse."""
    return f"{len(ratios)}", f"{sum(ratio > WORSE for ratio in ratios)}"


def _errors(ratios: Sequence[float]) -> str:
    return f"{np.mean(ratios):.3f}, at most {max(ratios):.3f}" if ratios else "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("process", nargs="*", choices=[*PROCESSES, []], default=[])
    given = parser.parse_args()
    stored = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {"processes": {}}
    for process in given.process or PROCESSES:
        stored["processes"][process] = on_plants(process)
        stored["measured"] = f"{datetime.now(UTC):%Y-%m-%d}"
        RESULTS.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
        text = filled(PAGE.read_text(encoding="utf-8"), NAME, lines(stored))
        PAGE.write_text(filled(text, PUT_BACKS, put_back_lines(stored)), encoding="utf-8")


if __name__ == "__main__":
    main()
