"""Predictions of a model that sorts: classes, contents and bins of pieces, resulting lots."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from models.sorting.lots import LotState
from models.sorting.model import SortingModel
from models.sorting.sorted_pieces import SortedPieces
from models.sorting.values import value_matrix
from operations.forms.fields import Record
from operations.forms.include import FOLLOWED, includes
from operations.forms.rows import estimates, flag_readings, matrix
from operations.predictions.missing_inputs import add_missing
from operations.predictions.options import added_rows
from operations.predictions.payloads import Payloads
from operations.predictions.pieces.forms import DEFINED_ON, EXPECTED, GUARANTEE
from operations.predictions.pieces.lots import LOTS, STATES, lot_answers, states
from operations.predictions.probabilities import probability_rows
from operations.predictions.together import PredictedRows, RequestedRows, names_of, rows_of, slices
from physics.arrays import FloatArray
from seeds import Seed


def answered(payloads: Payloads, model: SortingModel, requests: Sequence[RequestedRows]) -> list[PredictedRows]:
    """Decisions of a model; see `operations.predictions.numbers.predictions.answered`.

    A lot belongs to its request: lots of one name in two requests are two.

    Parameters
    ----------
    payloads : Payloads
        Requests and responses of the process.
    model : SortingModel
        The model.
    requests : sequence of RequestedRows
        Requests with the same options, prices among them, and lots of their own.

    Returns
    -------
    list of PredictedRows
        As `Payloads.answer` describes it, process and model left out; NaN where the model gives none.

    Raises
    ------
    CoverageError
        The model was calibrated on too few rows for the coverage.
    """
    request, rows, seed = requests[0].request, rows_of(requests), payloads.seed
    X, prices = matrix(rows, model.seed), given_prices(request["prices"])
    seen = model.seen(X)
    before = _states(requests, seed)
    done = model.sort(seen, _lots(requests, seed), value_matrix(seed, prices) if prices else None, before)
    reports = model.missing_reports(X)
    flags = model.flags(seen, reports=reports)
    flag_readings(rows, model.seed, flags)
    flag_closed(done, seed, flags)
    elements = estimates(model.elements(seen, request["coverage"]), payloads.quantities, request, flags)
    whys = added_rows(payloads.options, model, X, seen.p, request, flags)
    add_missing(reports, whys, request)
    classes, bins = seed.classes, [(one.name, one.unit) for one in seed.bins]
    predictions = [
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
        for name, best, shares, contents, into, value, reason, words in zip(
            names_of(requests, payloads),
            np.argmax(seen.p, axis=1).tolist(),
            probability_rows(seen.p, classes, request),
            elements,
            done.bin.tolist(),
            _expected(done, bins, request),
            whys,
            flags,
            strict=True,
        )
    ]
    answers = []
    for number, (one, place) in enumerate(zip(requests, slices(requests), strict=True)):
        held = guarantee(model, seed, bool(prices), X[place], one.request.get(GUARANTEE))
        own = {lot: state for (of, lot), state in {**before, **done.states}.items() if of == number}
        is_last = not one.request.get(FOLLOWED, False)
        after = {LOTS: lot_answers(own, seed)} if is_last and includes(one.request, LOTS) else {}
        carried = {} if is_last else {STATES: own, GUARANTEE: held}
        answers.append(PredictedRows(predictions[place], {**after, GUARANTEE: stated(held, one.request)}, carried))
    return answers


def _states(requests: Sequence[RequestedRows], seed: Seed) -> dict[tuple[int, str], LotState]:
    """Lots as requests state them, by the number of the request and the lot's name."""
    return {
        (number, lot): state for number, one in enumerate(requests) for lot, state in states(one.request, seed).items()
    }


def _lots(requests: Sequence[RequestedRows], seed: Seed) -> list[tuple[int, str]]:
    """Lot of each piece: the number of its request, and the lot's name."""
    key = seed.key
    assert key is not None  # `fields_of` refuses a seed without one
    return [(number, row[key.name]) for number, one in enumerate(requests) for row in one.rows]


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
