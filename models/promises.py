"""What is raised where a promise on lots cannot be given."""

from scipy.stats import binom


class GuaranteeError(ValueError):
    """Too few lots for what a seed promises of them, or no way to keep it."""


BY_CHANCE = 0.05  # a share of broken lots that comes by chance no more often than this is none


def beyond_promise(share: float, lots: float, promised: float) -> bool:
    """Whether more lots break what they shall keep than chance explains where the share `promised` of them may."""
    return bool(binom.sf(round(share * lots) - 1, round(lots), promised) < BY_CHANCE)
