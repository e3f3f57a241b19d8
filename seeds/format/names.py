"""Names that were likely meant by others: facts and types of seeds, columns of tables."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


def nearest(names: Sequence[str], known: Iterable[str]) -> str | None:
    """The known name that is most like one of the names, whatever its case; None where none is like them."""
    plain = {one.casefold(): one for one in sorted(known)}
    near = [result for name in names for result in difflib.get_close_matches(name.casefold(), plain, n=1)]
    return plain[near[0]] if near else None
