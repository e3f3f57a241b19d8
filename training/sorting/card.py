"""Model card of a sorter: its candidates, bins, lots, probabilities and element contents."""

import math
from collections.abc import Mapping

from models.interfaces.answers import COVERAGE
from models.sorting.guarantee import needed_lots
from reporting.markdown import figure, table
from reporting.timestamps import moment_format
from seeds import Seed
from training.core.dataset import Dataset
from training.core.splits import Split
from training.sorting.columns import cautions
from training.sorting.evaluate import KG_PER_T
from training.sorting.fit import SELECTED_BY, SortingCandidate

SHOWN = {
    "test_accuracy": "right class [1]",
    "test_log_loss": "log loss [1]",
    "test_skill": "skill [1]",
    "test_ece": "ECE [1]",
    "test_value": "value [$/t]",
    "test_value_share": "share of the oracle's value [1]",
    "test_purity": "purity [1]",
    "test_recovery": "recovery [1]",
    "test_lots_over_limit": "lots over a limit [1]",
    "test_lots_over_sd_limit": "over one of a standard deviation [1]",
    "test_refused_other": "unknown kept out [1]",
    "holdout_all_value_share": "share of the oracle's value, held-out lots [1]",
    "test_truth_accuracy": "truly right class [1]",
}
WITH_INTERVALS = {
    "accuracy": "right class",
    "ece": "ECE",
    "value_share": "share of the oracle's value",
    "purity": "purity",
    "recovery": "recovery",
}
OVER_SD = (("test_lots_over_sd_limit", "test lots"), ("holdout_all_lots_over_sd_limit", "held-out lots"))
ROWS, UNITS = "pieces", "lots"
LIMITS = (
    "The figures are those of decisions. Of what an ejector then does (misses, neighbours, late valves) they know the "
    "seed's share of co-ejected mass in the lots' contents, and nothing else.",
    "The promise on lots is about the training plant, and about lots that come as those of the calibration "
    "did, independent of each other. On another plant it is withdrawn until assays of lots of that one show it; a new "
    "source of scrap, a new alloy or an aged sensor ends it until such lots are in the training rows.",
    "A lot was judged by its reference pieces. A full lot is judged by more of them, and errs less at random.",
    "Values in $/kg are the seed's; other prices move every decision and every figure in $.",
    "Outside the training ranges a prediction is flagged, not refused; unfamiliar pieces stay on the belt.",
)


def row(seed: Seed) -> str:
    """Noun for a row."""
    return "a piece of scrap that passed the sensors"


def heading(seed: Seed) -> str:
    """Name of the predicted class label."""
    return seed.target.name


def subject(data: Dataset, parts: Split) -> str:
    """Target and rows, in two sentences."""
    target = data.seed.target
    lots, when = len(set(data.units[parts.test])), moment_format(data.periods)
    return (
        f"Target: {target.description}, {target.name}. Training: {len(parts.learnt)} pieces, {parts.train_from:{when}} "
        f"to before {parts.test_from:{when}}. Evaluated: {len(parts.test)} pieces of {lots} later lots (called test), "
        f"up to {parts.last:{when}}, and {len(parts.holdout_all)} pieces of {len(parts.units)} held-out lots of all "
        "times. All shares are by mass."
    )


def rows_used(data: Dataset, parts: Split) -> list[str]:
    """Return the number of pieces and their use."""
    facts, when = data.facts, moment_format(data.periods)
    lots = {name: len(set(data.units[rows])) for name, rows in (("learnt", parts.learnt), ("test", parts.test))}
    return [
        f"{facts['rows']} labelled pieces of {facts['units']} lots from {facts['first_period']} to "
        f"{facts['last_period']}; no lot is cut",
        f"training: {lots['learnt']} lots before {parts.test_from:{when}}; of these the ones from "
        f"{parts.calibrate_from:{when}}, each predicted by a model that knew only older ones, gave the probabilities "
        "their temperature, the contents their intervals and the limits their risk price, and chose the candidate",
        f"judged: {len(parts.test)} pieces of {lots['test']} lots from {parts.test_from:{when}} to "
        f"{parts.last:{when}}, and {len(parts.holdout_all)} pieces of {len(parts.units)} held-out lots of all times",
    ]


def sections(
    candidates: Mapping[str, SortingCandidate], chosen: SortingCandidate, data: Dataset, parts: Split
) -> list[str]:
    """Sections on candidates, bins, the promise on lots, probabilities and element contents."""
    return [
        *_candidates(candidates, chosen, data, parts),
        *_bins(chosen, data),
        *_promise(chosen, data),
        *_elements(chosen, data),
    ]


def _candidates(
    candidates: Mapping[str, SortingCandidate], chosen: SortingCandidate, data: Dataset, parts: Split
) -> list[str]:
    known = [name for name in SHOWN if name in chosen.metrics]
    rows = [
        [f"**{name}**" if name == chosen.name else name, *(figure(candidate.metrics, metric) for metric in known)]
        for name, candidate in candidates.items()
    ]
    m = chosen.metrics
    between = [
        f"{label} {m[f'test_{name}']:.1%} ({m[f'test_{name}_low']:.1%} to {m[f'test_{name}_high']:.1%})"
        for name, label in WITH_INTERVALS.items()
    ]
    lines = [
        "## Candidates",
        "",
        "On the test lots, by mass. Skill is the share of the first candidate's log loss that is avoided; ECE is the "
        "expected calibration error of the most probable class. The oracle knows the laboratory's class of every piece "
        "and the same values, and puts each piece where its class is worth most; no limit of a lot holds it back. A "
        f"piece is right in a bin that is the oracle's choice. Chosen: **{chosen.name}**, the lowest `{SELECTED_BY}`; "
        "the test lots had no say.",
        "",
        *table(["candidate", *(SHOWN[name] for name in known)], rows),
        f"With a 90% interval over lots: {'; '.join(between)}. The oracle gets {m['test_oracle_value']:.0f} $/t, "
        f"{chosen.name} {m['test_value']:.0f} $/t as decided, a belt that carries all on "
        f"{m['test_pass_value']:.0f} $/t.",
        "",
    ]
    warned = [f"- Warning on {chosen.name}: {caution}." for caution in cautions(data.seed, m, len(parts.test))]
    if "test_label_errors" in m:
        warned.append(f"- Against the simulated truth {m['test_label_errors']:.2%} of the mass has a wrong label.")
    return [*lines, *warned, *([""] if warned else [])]


def _bins(chosen: SortingCandidate, data: Dataset) -> list[str]:
    m = chosen.metrics
    rows = []
    for one in data.seed.bins:
        limits = ", ".join(one.limits_in_words)
        shares = [figure(m, f"test_{one.name}_{figure_name}") for figure_name in ("purity", "recovery")]
        rows.append([f"`{one.name}`", one.title, *shares, limits or "-"])
    limit_heading = "limits of a lot, mean" + (
        " or standard deviation" if any(one.sd_limits for one in data.seed.bins) else ""
    )
    return ["## Bins", "", *table(["bin", "what it is", "purity [1]", "recovery [1]", limit_heading], rows)]


def _counted(risk_price: float) -> str:
    """Return the effect of a risk price on bins with limits, as text."""
    if math.isinf(risk_price):
        return "bins with limits stay closed"
    return f"a broken limit counts as {KG_PER_T * risk_price:.3g} $ a tonne of its lot's feed"


def _promised(seed: Seed, risk_price: float) -> str:
    """Return the promise on this plant's lots at a risk price, in a sentence."""
    rules = seed.sorting_rules
    if math.isinf(risk_price):
        return (
            f"Nothing is promised: no risk price was shown with {rules.sure:.0%} confidence to keep the limits in "
            f"{rules.confidence.value:.0%} of the lots."
        )
    return (
        f"Promised with {rules.sure:.0%} confidence, of this plant: {rules.confidence.value:.0%} of its lots keep all "
        "limits of all bins."
    )


def _promise(chosen: SortingCandidate, data: Dataset) -> list[str]:
    m, calibration = chosen.metrics, chosen.model.calibration
    if not any(one.is_limited for one in data.seed.bins) or calibration is None:
        return []
    return [
        "## Limits of lots",
        "",
        f"{_promised(data.seed, m['risk_price'])} Learn then test on {calibration.lots} calibration lots "
        f"({needed_lots(data.seed)} are the fewest), of which {calibration.over} break a limit at the price that was "
        f"found: {_counted(m['risk_price'])}. Broken, by the laboratory's contents with co-ejected pieces: "
        + ", ".join(
            f"{m[f'{part}_lots_over_limit']:.1%} of {m[f'{part}_lots']:.0f} {lines}"
            for part, lines in (("test", "test lots"), ("holdout_all", "held-out lots of all times"))
            if f"{part}_lots" in m
        )
        + ".",
        "",
        *_promise_on_spread(chosen),
    ]


def _promise_on_spread(chosen: SortingCandidate) -> list[str]:
    """Return the lots over a standard-deviation limit, and the basis; empty without such a limit."""
    m = chosen.metrics
    shares = [f"{m[name]:.1%} of the {lots}" for name, lots in OVER_SD if name in m]
    if not shares or (spread := chosen.model.spread) is None:
        return []
    seed, own = chosen.model.seed, spread.own
    rests = ", ".join(
        f"`{one.name}` {own[b, e].min():.0%} to {own[b, e].max():.0%} of that of `{column.name}`, by its size"
        for b, one in enumerate(seed.bins)
        for e, column in enumerate(seed.elements)
        if column.name in one.sd_limits
    )
    return [
        f"Among these, a limit of a standard deviation is broken by {' and '.join(shares)}. A lot's variance counts as "
        "that of its estimates and, of the variance of their errors, what pieces of a lot err each for itself: in "
        f"{rests}.",
        "",
    ]


def _elements(chosen: SortingCandidate, data: Dataset) -> list[str]:
    if not data.seed.elements:
        return []
    m, carried = chosen.metrics, chosen.answers.elements
    rows = [
        [f"`{c.name}`", c.unit, figure(m, f"test_{c.name}_rmse"), figure(m, f"test_{c.name}_coverage_90")]
        for c in data.seed.elements
        if c.name in carried
    ]
    left = [f"`{c.name}`" for c in data.seed.elements if c.name not in carried]
    head = ["element", "unit", "RMSE, test lots", f"coverage of the {COVERAGE:.0%} interval [1]"]
    lines = ["## Element contents", "", *table(head, rows)]
    return [*lines, *([f"Not predicted, the signals do not carry them: {', '.join(left)}.", ""] if left else [])]
