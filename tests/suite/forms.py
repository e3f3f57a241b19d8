"""Forms of predictions, as the catalogue has them."""

from operations.catalogue import predictions_of
from operations.predictions.payloads import Payloads
from seeds import Seed


def payloads(seed: Seed, max_rows: int) -> Payloads:
    """Requests and responses of the predictions of a seed's process."""
    return predictions_of(seed).form(seed, max_rows)
