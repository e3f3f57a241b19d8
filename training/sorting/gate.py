"""Gate of a sorter: more value than the baseline, and lots that keep their limits."""

from models.uncertainty.guarantees import beyond_promise
from seeds import Seed
from training.core.comparison import ComparisonRows
from training.core.dataset import Dataset
from training.core.gate import Evidence, GateCondition, untrained_rows
from training.core.splits import Split
from training.sorting.comparison import lot_numbers, value_lost
from training.sorting.evaluate import AnalysedPieces, Decided, lots_over_limit
from training.sorting.fit import SortingCandidate, pieces_of


def evidence(candidate: SortingCandidate, baseline: SortingCandidate, data: Dataset, parts: Split) -> Evidence:
    """Value that a candidate and the baseline lose on the test lots, and how many of these break a limit."""
    rows, seed = untrained_rows(parts), data.seed
    pieces, decided = pieces_of(data)[rows], candidate.answers[rows]
    return Evidence(
        rows=ComparisonRows(data.units[rows], data.periods[rows], lot_numbers(data, rows), pieces.mass),
        own=value_lost(seed, decided, pieces),
        baseline=value_lost(seed, baseline.answers[rows], pieces),
        loss="the value lost against the oracle",
        unit="$/t",
        beside=baseline.name,
        labels=len(parts.learnt),  # each piece is analysed for itself
        promises=_promises(seed, decided, pieces),
    )


def _promises(seed: Seed, decided: Decided, pieces: AnalysedPieces) -> tuple[GateCondition, ...]:
    if not any(one.is_limited for one in seed.bins):
        return ()
    over, allowed = lots_over_limit(seed, decided, pieces), 1 - seed.sorting_rules.confidence.value
    return (
        GateCondition(
            "promise on lots",
            not beyond_promise(float(over.mean()), len(over), allowed),
            f"{over.sum()} of {len(over)} lots break a limit",
            f"not significantly more than {allowed:.0%} of them",
        ),
    )
