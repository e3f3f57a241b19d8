"""What is raised where a promise on lots cannot be given."""

from physics.special import betainc, betaincc


class GuaranteeError(ValueError):
    """Too few lots for what a seed promises of them, or no way to keep it."""


BY_CHANCE = 0.05  # a share of broken lots that comes by chance no more often than this is none


def beyond_promise(share: float, lots: float, promised: float) -> bool:
    """Whether more lots break what they shall keep than chance explains where the share `promised` of them may."""
    return bool(at_least(round(share * lots), round(lots), promised) < BY_CHANCE)


def off_promise(share: float, rows: float, promised: float) -> bool:
    """Whether the share of rows that intervals cover is off what they promise, on either side, by more than chance."""
    covered = round(share * rows)
    fewer, more = at_most(covered, round(rows), promised), at_least(covered, round(rows), promised)
    return bool(min(fewer, more) < BY_CHANCE / 2)


def at_most(hits: int, tries: int, chance: float) -> float:
    """Probability of so many hits or fewer among tries that each hit with this chance: the binomial distribution."""
    if not 0 <= hits < tries:
        return float(hits >= tries)
    return float(betaincc(hits + 1, tries - hits, chance))


def at_least(hits: int, tries: int, chance: float) -> float:
    """Probability of so many hits or more; see `at_most`."""
    if not 0 < hits <= tries:
        return float(hits <= 0)
    return float(betainc(hits, tries - hits + 1, chance))
