"""Predictions of a model that sorts: classes, contents and bins of pieces, resulting lots."""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import numpy as np

from models.sorting.model import SortingModel
from models.sorting.sorted_pieces import SortedPieces
from models.sorting.values import value_matrix
from operations.forms.fields import Record
from operations.forms.include import FOLLOWED, includes
from operations.forms.rows import estimates, flag_readings, matrix, with_ids
from operations.predictions.missing_inputs import add_missing
from operations.predictions.options import added_rows
from operations.predictions.payloads import Payloads
from operations.predictions.pieces.forms import DEFINED_ON, EXPECTED, GUARANTEE
from operations.predictions.pieces.lots import LOTS, lot_answers, states
from operations.predictions.probabilities import probability_rows
from physics.arrays import FloatArray
from seeds import Seed


def predicted(payloads: Payloads, model: SortingModel, rows: Sequence[Record], request: Record) -> dict[str, Any]:
    """Decisions of a model; see `operations.predictions.numbers.predictions.predicted`.

    Parameters
    ----------
    payloads : Payloads
        What the process takes and gives.
    model : SortingModel
        The model.
    rows : sequence of dict, length n
        Rows that `Payloads.read` has passed.
    request : dict
        The request around them, with prices and lots.

    Returns
    -------
    dict
        As `Payloads.answer` describes it, process and model left out; NaN where the model gives none.

    Raises
    ------
    CoverageError
        The model was calibrated on too few rows for the coverage.
    """
    seed, key, X = payloads.seed, payloads.seed.key, matrix(rows, model.seed)
    assert key is not None  # `sorting_payloads.payloads` refuses a seed without one
    prices = given_prices(request["prices"])
    before = states(request["lots"], seed)
    seen = model.seen(X)
    p = seen.p
    values = value_matrix(seed, prices) if prices else None
    lots = list(map(itemgetter(key.name), rows))
    done = model.sort(seen, lots, values, before)
    reports = model.missing_reports(X)
    flags = model.flags(seen, reports=reports)
    flag_readings(rows, model.seed, flags)
    flag_closed(done, seed, flags)
    elements = estimates(model.elements(seen, request["coverage"]), payloads.quantities, request, flags)
    whys = added_rows(payloads.options, model, X, p, request, flags)
    add_missing(reports, whys, request)
    classes, bins = seed.classes, [(one.name, one.unit) for one in seed.bins]
    decided = zip(
        with_ids(rows, payloads.repeated(request), request),
        np.argmax(p, axis=1).tolist(),
        probability_rows(p, classes, request),
        elements,
        done.bin.tolist(),
        _expected(done, bins, request),
        whys,
        flags,
        strict=True,
    )
    # Rows that follow in the same request need the lots, whether the response has them or not.
    has_lots = includes(request, LOTS) or request.get(FOLLOWED, False)
    return {
        "predictions": [
            {
                **name,
                "class": classes[best],
                **shares,
                "elements": contents,
                "bin": bins[into][0],
                **value,
                **reason,
                "flags": words,
            }
            for name, best, shares, contents, into, value, reason, words in decided
        ],
        **({LOTS: lot_answers({**before, **done.states}, seed)} if has_lots else {}),
        GUARANTEE: stated(guarantee(model, seed, bool(prices), X), request),
    }


def _expected(done: SortedPieces, bins: Sequence[tuple[str, str]], request: Record) -> list[Record]:
    """Field of each piece with its mean value in its bin, if the request includes it."""
    if not includes(request, EXPECTED):
        return [{}] * len(done.bin)
    values = zip(done.bin.tolist(), done.expected_value.tolist(), strict=True)
    return [{EXPECTED: {"value": value, "unit": bins[into][1]}} for into, value in values]


def flag_closed(done: SortedPieces, seed: Seed, flags: list[list[str]]) -> None:
    """Add to the rows' flags which bin was closed to a piece that belongs there."""
    for i in np.flatnonzero(done.bin != done.preferred):
        flags[i].append(f"{seed.bins[done.preferred[i]].name} closed to keep the lot's limits")


def guarantee(model: SortingModel, seed: Seed, is_priced: bool, X: FloatArray, before: Record | None = None) -> Record:
    """Guarantee on lots of pieces.

    Parameters
    ----------
    model : SortingModel
        The model.
    seed : Seed
        Its process.
    is_priced : bool
        Whether the request gives prices, which void it.
    X : ndarray, shape (n, k)
        Inputs of the pieces; NaN is missing.
    before : dict, optional
        The same of earlier pieces of the request.
    """
    pieces, incomplete = len(X), 0 if model.missing is None else model.missing.incomplete(X)
    if before is not None:
        pieces, incomplete = pieces + before["pieces"], incomplete + before["incomplete_pieces"]
    withheld, rests_on = _withheld(model, is_priced, incomplete, pieces), model.calibration
    return {
        "confidence": seed.sorting_rules.confidence.value if withheld is None else None,
        "calibration_confidence": rests_on.confidence if rests_on is not None and withheld is None else None,
        "calibration_lots": None if rests_on is None else rests_on.lots,
        "risk_price": {"value": model.risk_price, "unit": "$/kg"} if math.isfinite(model.risk_price) else None,
        "defined_on": DEFINED_ON,
        "pieces": pieces,
        "incomplete_pieces": incomplete,
        "withheld": withheld,
    }


def stated(whole: Record, request: Record) -> Record:
    """Return what a response states of a guarantee: all of it if the request includes that."""
    return whole if includes(request, GUARANTEE) else {name: whole[name] for name in ("confidence", "withheld")}


def _withheld(model: SortingModel, is_priced: bool, incomplete: int, pieces: int) -> str | None:
    """Return the reason why nothing is guaranteed; None where something is."""
    if math.isnan(model.risk_price):
        return "no bin has a limit"
    if math.isinf(model.risk_price):
        return "no risk price was shown to keep the limits often enough: bins with limits stay closed"
    if model.missing is not None and model.missing.lack_more(incomplete, pieces):
        return "more pieces lack inputs than those that the risk price was calibrated on"
    return "prices were given, for which the risk price was not calibrated" if is_priced else None


def given_prices(prices: Record) -> dict[str, dict[str, float]]:
    """Prices without what was left out."""
    given = {
        one: {name: price for name, price in by_class.items() if price is not None}
        for one, by_class in prices.items()
        if by_class is not None
    }
    return {one: by_class for one, by_class in given.items() if by_class}
