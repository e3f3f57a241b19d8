"""Landing of modules: a gripper puts each on the stack of its bin, some on a wrong one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from physics.arrays import FloatArray, IntArray
from synthetic_data.module_line.parameters import ModuleLineParameters

# Why a module landed elsewhere than decided; code 0 where it landed as decided.
CAUSES = ("", "late decision", "direct miss", "stack of the module before")
_LATE, _MISSED, _BEFORE = 1, 2, 3


def stack(
    decided: IntArray,
    remaining: int,
    truth: Mapping[str, FloatArray],
    p: ModuleLineParameters,
    rng: np.random.Generator,
) -> tuple[IntArray, IntArray]:
    """Stack on which each module lands, and why where it is not the one decided.

    A module whose decision comes late, or that the gripper loses, goes on with the rest; suction loses broken panes
    more often. Now and then the gripper repeats its last move. The random numbers are the same whatever is decided.

    Parameters
    ----------
    decided
        Number of the bin decided for each module, shape (n,), in the order in which they pass
    remaining
        Number of the bin of what is not lifted
    truth
        `broken` of each module, 1 or 0, shape (n,)
    p
        Parameters: late_share, gripper_miss, broken_miss_factor, wrong_stack [1]
    rng
        Stream of random numbers

    Returns
    -------
    tuple
        Bin in which each module lands (n,), and the cause of each misplacement (n,), index into CAUSES
    """
    u = rng.random((3, len(decided)))
    lifted = decided != remaining
    late = lifted & (u[0] < p.late_share)
    miss = p.gripper_miss * (1.0 + (p.broken_miss_factor - 1.0) * np.asarray(truth["broken"], dtype=np.float64))
    missed = lifted & ~late & (u[1] < miss)
    before = np.concatenate([decided[:1], decided[:-1]])
    repeated = lifted & ~late & ~missed & (u[2] < p.wrong_stack)
    landed = np.where(late | missed, remaining, np.where(repeated, before, decided))
    cause = np.select([late, missed, repeated], [_LATE, _MISSED, _BEFORE], 0).astype(np.intp)
    cause[landed == decided] = 0
    return landed, cause
