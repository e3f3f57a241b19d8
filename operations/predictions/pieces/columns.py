"""Decisions on pieces, as columns."""

from __future__ import annotations

import numpy as np

from models.sorting.model import SortingModel
from models.sorting.values import value_matrix
from operations.forms.columns import CheckedRows, Columns, Described, of_quantities, quantities
from operations.forms.fields import Record
from operations.forms.include import includes
from operations.forms.rows import flag_readings
from operations.predictions.payloads import Payloads
from operations.predictions.pieces.forms import EXPECTED, EXPECTED_ABOUT, GUARANTEE
from operations.predictions.pieces.lots import LOTS, STATES, lot_answers, states
from operations.predictions.pieces.predictions import flag_closed, given_prices, guarantee, stated
from operations.predictions.probabilities import probability_columns


def described(payloads: Payloads) -> Described:
    """Columns of an answer, in their order."""
    seed = payloads.seed
    return {
        seed.target.name: (None, "the most probable class"),
        **{f"p_{name}": ("1", f"probability of {name}") for name in seed.classes},
        **of_quantities({name: payloads.quantities[name] for name in _carried(payloads)}),
        "bin": (None, "where the piece goes"),
        EXPECTED: ("$/kg", EXPECTED_ABOUT),
    }


def _carried(payloads: Payloads) -> list[str]:
    """Elements that the sensors may carry."""
    return [column.name for column in payloads.seed.elements]


def columns(payloads: Payloads, model: SortingModel, block: CheckedRows, request: Record) -> Columns:
    """Decisions of a model in order of rows; see `operations.predictions.numbers.columns.columns`."""
    seed, prices = payloads.seed, given_prices(request["prices"])
    before = states(request, seed)
    seen = model.seen(block.X)
    done = model.sort(seen, list(block.keys), value_matrix(seed, prices) if prices else None, before)
    flags = model.flags(seen)
    flag_readings(block.texts, model.seed, flags)
    flag_closed(done, seed, flags)
    elements = quantities(model.elements(seen, request["coverage"]), request, flags)
    after = {**before, **done.states}
    lots = {LOTS: lot_answers(after, seed)} if includes(request, LOTS) else {}
    held = guarantee(model, seed, bool(prices), block.X, request.get(GUARANTEE))
    return Columns(
        {
            seed.target.name: np.array(seed.classes)[np.argmax(seen.p, axis=1)],
            **probability_columns(seen.p, seed.classes, request),
            **elements,
            "bin": np.array([one.name for one in seed.bins])[done.bin],
            **({EXPECTED: done.expected_value} if includes(request, EXPECTED) else {}),
        },
        flags,
        after={**lots, GUARANTEE: stated(held, request)},
        carried={STATES: after, GUARANTEE: held},
    )
