"""What is raised where a promise on lots cannot be given."""

from scipy.stats import binom


class GuaranteeError(ValueError):
    """Too few lots for what a seed promises of them, or no way to keep it."""


BY_CHANCE = 0.05  # a share of broken lots that comes by chance no more often than this is none


def beyond_promise(share: float, lots: float, promised: float) -> bool:
    """Whether more lots break what they shall keep than chance explains where the share `promised` of them may."""
    return bool(binom.sf(round(share * lots) - 1, round(lots), promised) < BY_CHANCE)


def off_promise(share: float, rows: float, promised: float) -> bool:
    """Whether the share of rows that intervals cover is off what they promise, on either side, by more than chance."""
    covered = round(share * rows)
    fewer, more = binom.cdf(covered, round(rows), promised), binom.sf(covered - 1, round(rows), promised)
    return bool(min(fewer, more) < BY_CHANCE / 2)
