"""A table with several targets, seen target by target."""

from training.core.dataset import Dataset
from training.core.splits import Split, SplitError, split

View = tuple[Dataset, Split]  # rows that have a label of one target, and their use


def views(data: Dataset, parts: Split) -> list[View]:
    """A data set and its split for each target; the whole ones where there is but one.

    Each target has its own rows and splits them as a table of one target does. All are judged from the same period on,
    where there is time, and where all rows have all labels all splits are the same.

    Parameters
    ----------
    data : Dataset
        Rows that have a label of any target.
    parts : Split
        Their use; its first test period holds for all targets.

    Raises
    ------
    SplitError
        A target has too few labels; it is named.
    """
    each = data.each
    return [(data, parts)] if len(each) == 1 else [_view(one, parts) for one in each]


def _view(data: Dataset, parts: Split) -> View:
    name = data.seed.target.name
    timeless = data.seed.time is None  # its days count the rows or units that there are, which differ by target
    if not timeless and not (data.periods >= parts.test_from).any():
        newest = f"{data.periods.max():%Y-%m-%d %H:%M}"
        raise SplitError(
            f"{name}: the newest of {len(data.table)} labels is of {newest}, and the periods from "
            f"{parts.test_from:%Y-%m-%d %H:%M} on are to judge on"
        )
    try:
        return data, split(data, test_from=None if timeless else parts.test_from)
    except SplitError as error:
        raise SplitError(f"{name}: {error}") from error
