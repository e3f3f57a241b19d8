"""From a set-point model and a table to advice: the best of a grid of moves, or why there is none."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.setpoints.advice import Advice, Estimate, Limit
from models.setpoints.errors import SetpointError
from models.setpoints.limits import chance, kept
from models.setpoints.model import DRAWS, MIN_AGE, SetpointModel
from models.setpoints.situations import SMOOTH, Grid, Situations, situations
from physics.arrays import BoolArray, FloatArray, IntArray

SHARES = (0.0, -0.5, 0.5, -1.0, 1.0)  # of a step, for each knob
DOUBTS = 1.0  # standard deviations that a gain must exceed beside the cost of moving
_LEVEL = 1.645  # standard deviations of a 90 % interval
STRANGE = 3.0  # spreads by which readings of all units may be off from expectation, before the plant is another
FAR = 6.0  # spreads from the usual, beyond which a unit's lasting character is nothing that the model learnt
OLDEST = 2  # periods that the last reading may be old
NEAREST = 3  # rows of history that are named


@dataclass(frozen=True, eq=False)
class Weighed:
    """m moves of n units.

    Attributes
    ----------
    gain : ndarray, shape (m, n)
        Expected gain, cost of moving taken off [money a unit and day].
    doubt : ndarray, shape (m, n)
        Its standard deviation.
    supported, within_limits : ndarray of bool, shape (m, n)
        Within bounds and what history knows; within the seed's limits.
    state, after : dict of str to ndarray, shapes (n,) and (m, n)
        The period to come under the plan, and its expected outcomes.
    """

    moves: dict[str, FloatArray]
    gain: FloatArray
    doubt: FloatArray
    supported: BoolArray
    within_limits: BoolArray
    state: dict[str, FloatArray]
    after: dict[str, FloatArray]
    footprint: dict[str, FloatArray]  # (draws, m, n)


@dataclass(frozen=True, eq=False)
class Plans:
    """Units at the start of a period that is to come, with their history.

    Attributes
    ----------
    grid : Grid
    every, at : Situations
        Of all rows, and of the plan rows.
    names : list of str
        Unit of each plan row.
    refusals : list of (str or None)
        Why a unit's situation is not known.
    """

    grid: Grid
    every: Situations
    at: Situations
    names: list[str]
    refusals: list[str | None]

    @classmethod
    def of(cls, model: SetpointModel, table: pd.DataFrame) -> Plans:
        """Plans of a table; SetpointError where it has none."""
        seed, response = model.seed, model.response
        grid = Grid.of(table, seed)
        every = situations(grid, seed, response)
        read = np.any([np.isfinite(grid.columns[one.name]) for one in seed.by_role("during")], axis=0)[grid.there]
        newest = np.full(len(grid.units), -1)
        np.maximum.at(newest, every.units, every.periods)
        plans = ~read & (every.periods == newest[every.units])
        if not plans.any():
            raise SetpointError(
                "no plan row: expected, as the newest row of a unit, its knobs for the period to come, nothing measured"
            )
        at = every[plans]
        strange = _strange(model, grid, every[read], int(every.periods[read].max()) if read.any() else 0)
        refusals = [strange or _unknown(model, grid, at, i) for i in range(len(at))]
        return cls(grid, every, at, [str(grid.units[unit]) for unit in at.units], refusals)


def _unknown(model: SetpointModel, grid: Grid, at: Situations, i: int) -> str | None:
    """Why the situation of a unit is not known well enough, if so."""
    age, start = int(at.age[i]), grid.starts[at.periods[i]]
    if age < MIN_AGE:
        return f"history knows {age} periods without a gap before {start:%Y-%m-%d}: expected {MIN_AGE} or more"
    for column in model.response.KNOBS.values():
        if not np.isfinite(grid.columns[column][at.units[i], at.periods[i] - OLDEST : at.periods[i]]).any():
            return f"{column} was not read in the last {OLDEST} periods: expected a reading that is no older"
    for name in (one for one in model.kept if one.endswith(f" {SMOOTH}")):
        value, k = at.of(name)[i], model.kept.index(name)
        usual, spread = model.expectation.usual[k], model.expectation.spread[k]
        if spread > 0 and abs(value - usual) > FAR * spread:
            return (
                f"{name.removesuffix(f' {SMOOTH}')} of {value:.4g} lies outside what the model learnt from: "
                f"{usual - FAR * spread:.4g} to {usual + FAR * spread:.4g}"
            )
    return None


def _strange(model: SetpointModel, grid: Grid, read: Situations, newest: int) -> str | None:
    """Why these are not the units that the model has learnt, if so: their last readings are not as expected."""
    rows = (read.age >= MIN_AGE) & (read.periods > newest - MIN_AGE)
    if not rows.any():
        return None
    at = read[rows]
    measured = model.response.measured(grid.columns)
    expected = model.outcomes(model.states(at), _still(model), model.posterior.mean)
    for name in model.response.KNOBS.values():
        off = measured[name][at.units, at.periods] - expected[name][0]
        off = off[np.isfinite(off)]
        middle, spread = float(np.median(model.errors[name])), _spread(model.errors[name])
        if len(off) and abs(off.mean() - middle) > (STRANGE + 3.0 / len(off) ** 0.5) * spread:
            got, wanted = float(np.nanmean(measured[name][at.units, at.periods])), float(np.nanmean(expected[name]))
            return (
                f"{name} was {got:.4g} in the last periods, {wanted:.4g} expected: not the plant that the model learnt, "
                "or it has changed; train again"
            )
    return None


def _spread(quantiles: FloatArray) -> float:
    """Standard deviation of a normal variable with these inner quantiles."""
    low, high = np.quantile(quantiles, (0.16, 0.84))
    return float(high - low) / 2.0


def _still(model: SetpointModel) -> dict[str, FloatArray]:
    return {knob: np.zeros((1, 1)) for knob in model.response.KNOBS}


def recommend(model: SetpointModel, table: pd.DataFrame, prices: Mapping[str, float] | None = None) -> list[Advice]:
    """Advice for the plan rows of a table.

    Parameters
    ----------
    model : SetpointModel
    table : DataFrame
        History of units, and as the newest row of each unit that is asked for the plan of the period to come: key,
        time, `before` and `knob` columns, nothing measured.
    prices : Mapping of str to float, optional
        Prices that replace the seed's.

    Returns
    -------
    list of Advice
        One a plan row, in the order of units.

    Raises
    ------
    SetpointError
        No plan row, or prices that cannot be.
    """
    economics, plans = model.priced(prices), Plans.of(model, table)
    weighed = weigh(model, plans.at, economics, moves_of(model))
    best, refusals = chosen(weighed, plans.refusals)
    return advice(model, plans, weighed, economics, best, refusals)


def what_if(
    model: SetpointModel,
    table: pd.DataFrame,
    moves: Mapping[str, float] | Mapping[str, Mapping[str, float]],
    prices: Mapping[str, float] | None = None,
) -> list[Advice]:
    """What chosen moves bring, for the plan rows of a table.

    Parameters
    ----------
    model, table, prices
        As for `recommend`.
    moves : Mapping
        What to add to each knob, for all units alike or by unit [its unit].

    Returns
    -------
    list of Advice
        With these moves, whatever they bring.

    Raises
    ------
    SetpointError
        As for `recommend`; also a knob that is none, a unit without a plan row, or a set-point beyond its bounds.
    """
    economics, plans = model.priced(prices), Plans.of(model, table)
    by_unit = _moves_by_unit(model, plans, moves)
    pair = {knob: np.vstack([np.zeros_like(sizes), sizes]) for knob, sizes in by_unit.items()}
    weighed = weigh(model, plans.at, economics, pair)
    asked = np.ones(len(plans.at), dtype=np.intp)
    return advice(model, plans, weighed, economics, asked, plans.refusals)


def _moves_by_unit(
    model: SetpointModel, plans: Plans, moves: Mapping[str, float] | Mapping[str, Mapping[str, float]]
) -> dict[str, FloatArray]:
    """Moves asked for, by knob, shape (n,) each."""
    sizes = {knob: np.zeros(len(plans.at)) for knob in model.response.KNOBS}
    whole = all(not isinstance(size, Mapping) for size in moves.values())
    by_unit = {name: moves for name in plans.names} if whole else moves
    for unit, own in by_unit.items():
        if unit not in plans.names:
            raise SetpointError(
                f"moves.{unit}: got a unit without a plan row: expected one of {', '.join(plans.names)}"
            )
        at = plans.names.index(unit)
        for knob, size in own.items():  # type: ignore[union-attr]
            place = f"moves.{knob}" if whole else f"moves.{unit}.{knob}"
            if knob not in sizes:
                raise SetpointError(f"{place}: got no knob that units have for themselves: expected {', '.join(sizes)}")
            low, high = model.seed.column(knob).bounds or model.seed.column(knob).limits
            then = plans.at.plan[knob][at] + size
            if not low <= then <= high:
                raise SetpointError(
                    f"{place}: got {size:g}, which makes {then:g} of unit {unit}: expected {low:g} to {high:g}, its bounds"
                )
            sizes[knob][at] = size
    return sizes


def moves_of(model: SetpointModel) -> dict[str, FloatArray]:
    """Grid of moves up to one step of each knob, standing still first, shape (m, 1) each."""
    sizes = []
    for knob in model.response.KNOBS:
        shares = SHARES if knob in model.knobs else SHARES[:1]
        sizes.append([share * model.step(knob) for share in shares])
    grid = np.array(sorted(itertools.product(*sizes), key=np.count_nonzero))
    return {knob: grid[:, [k]] for k, knob in enumerate(model.response.KNOBS)}


def weigh(
    model: SetpointModel, at: Situations, economics: Mapping[str, float], moves: Mapping[str, FloatArray]
) -> Weighed:
    """What moves bring and how sure that is; the first of them is to stand still."""
    response, state = model.response, model.states(at)
    normals = np.random.default_rng(1).standard_normal((DRAWS // 2, 2, len(at)))
    worth, prints = [], []
    for theta, normal in zip(model.posterior.draws(DRAWS), np.concatenate([normals, -normals]), strict=True):
        after = model.outcomes(response.disturbed(state, model.line, normal), moves, theta)
        worth.append(response.money(after, economics))
        prints.append(response.footprint(after, economics))
    gain = np.array(worth) - np.array(worth)[:, :1]
    supported = np.ones(gain.shape[1:], dtype=np.bool_)
    for knob, size in moves.items():
        plan, (low, high) = at.plan[knob], model.ranges[knob]
        bottom, top = model.seed.column(knob).bounds or (-np.inf, np.inf)
        then = plan + size
        supported &= (then <= np.maximum(min(high, top), plan)) & (then >= np.minimum(max(low, bottom), plan))
    after = model.outcomes(state, moves, model.posterior.mean)
    within = np.ones(gain.shape[1:], dtype=np.bool_)
    for constraint in model.seed.constraints:
        chances = chance(constraint, after[constraint.name], model.errors[constraint.name])
        within &= kept(chances, chances[:1], constraint)
    footprint = {name: np.array([one[name] for one in prints]) for name in prints[0]}
    net = gain.mean(axis=0) - model.move_cost(moves)
    return Weighed(dict(moves), net, gain.std(axis=0), supported, within, state, after, footprint)


def chosen(weighed: Weighed, unknown: Sequence[str | None]) -> tuple[IntArray, list[str | None]]:
    """Number of the best move of each unit, 0 to stand still, and why a unit gets no move that would pay.

    The best has the highest gain less DOUBTS of its doubt, among moves that are supported and within limits.
    """
    sure = weighed.gain - DOUBTS * weighed.doubt
    sure[0] = 0.0
    open_ = weighed.supported & weighed.within_limits & np.isfinite(sure)
    open_[0] = True
    best = np.argmax(np.where(open_, sure, -np.inf), axis=0)
    refusals = list(unknown)
    for i, why in enumerate(unknown):
        if why is not None:
            best[i] = 0
        elif best[i] == 0:
            refusals[i] = _refusal(weighed, i, sure[:, i], open_[:, i])
    return best, refusals


def _refusal(weighed: Weighed, i: int, sure: FloatArray, open_: BoolArray) -> str | None:
    """Why a unit stands still; None where nothing within reach is expected to pay."""
    gain, doubt = weighed.gain[:, i], weighed.doubt[:, i]
    paying = np.where(open_, gain, -np.inf)
    if paying.max() > 0.0:
        at = int(np.argmax(paying))
        return f"doubt: the best move would bring {gain[at]:.1f} a day, give or take {doubt[at]:.1f}"
    for name, limited in (("limits", weighed.within_limits[:, i]), ("support", weighed.supported[:, i])):
        if np.where(limited, -np.inf, sure).max() > 0.0:
            why = {
                "limits": "every move that pays makes breaking a limit likelier than the seed allows",
                "support": "every move that pays leads out of the bounds, or out of what history knows",
            }
            return f"{name}: {why[name]}"
    return None


def advice(
    model: SetpointModel,
    plans: Plans,
    weighed: Weighed,
    economics: Mapping[str, float],
    best: IntArray,
    refusals: Sequence[str | None],
) -> list[Advice]:
    """Advice with these moves."""
    n = np.arange(len(plans.at))
    sizes = {knob: np.broadcast_to(size, weighed.gain.shape)[best, n] for knob, size in weighed.moves.items()}
    before = {name: values[0] for name, values in weighed.after.items()}
    after = {name: values[best, n] for name, values in weighed.after.items()}
    causes = model.response.causes(before, after, economics)
    return [
        Advice(
            unit=plans.names[i],
            start=plans.grid.starts[plans.at.periods[i]],
            plan={knob: float(values[i]) for knob, values in plans.at.plan.items()},
            moves={knob: float(size[i]) for knob, size in sizes.items()},
            gain=_about(weighed.gain[best[i], i], weighed.doubt[best[i], i]),
            effects=_effects(model, weighed, best[i], i),
            limits=_limits(model, weighed, best[i], i),
            cause=max(causes, key=lambda name: float(causes[name][i])) if best[i] else None,
            support=_support(model, {knob: float(size[i]) for knob, size in sizes.items()}),
            nearest=_nearest(model, plans, sizes, i) if best[i] else (),
            refusal=refusals[i],
        )
        for i in range(len(n))
    ]


def _about(value: float, doubt: float) -> Estimate:
    return Estimate(float(value), float(value - _LEVEL * doubt), float(value + _LEVEL * doubt))


def _effects(model: SetpointModel, weighed: Weighed, best: int, i: int) -> dict[str, Estimate]:
    """Changes of derived targets with their doubt, and of measured outcomes."""
    found = {}
    for name, values in weighed.footprint.items():
        change = values[:, best, i] - values[:, 0, i]
        found[name] = _about(change.mean(), change.std())
    for name in model.errors:
        change = weighed.after[name][best, i] - weighed.after[name][0, i]
        found[name] = _about(change, 0.0)
    return found


def _limits(model: SetpointModel, weighed: Weighed, best: int, i: int) -> tuple[Limit, ...]:
    found = []
    for one in model.seed.constraints:
        expected = weighed.after[one.name][best, i]
        unit = one.unit or model.seed.column(one.name).unit
        likely = float(chance(one, np.asarray(expected), model.errors[one.name]))
        found.append(
            Limit(one.name, str(unit), one.bound, one.at_most is not None, float(expected), likely, one.chance)
        )
    return tuple(found)


def _support(model: SetpointModel, moves: Mapping[str, float]) -> int:
    """Rows of history that moved as far in the same direction, of the knob that has the fewest."""
    shares = [
        float(np.mean(np.sign(size) * model.moves[knob] >= 0.5 * abs(size))) for knob, size in moves.items() if size
    ]
    return round(model.rows * min(shares, default=0.0))


def _nearest(
    model: SetpointModel, plans: Plans, sizes: Mapping[str, FloatArray], i: int
) -> tuple[tuple[str, pd.Timestamp], ...]:
    """Rows of the table's history whose situation was most like this one, and that moved the same knobs alike."""
    every, smooth = plans.every, [name for name in model.kept if name.endswith(f" {SMOOTH}")]
    alike = every.periods < plans.at.periods[i]
    for knob, size in sizes.items():
        if size[i]:
            alike &= np.sign(size[i]) * (every.plan[knob] - every.last[knob]) >= 0.5 * abs(size[i])
    rows = np.flatnonzero(alike)
    if not len(rows):
        return ()
    away = np.zeros(len(rows))
    for name in smooth:
        spread = model.expectation.spread[model.kept.index(name)]
        if spread > 0:
            away += np.nan_to_num(((every.of(name)[rows] - plans.at.of(name)[i]) / spread) ** 2, nan=1.0)
    return tuple(
        (str(plans.grid.units[every.units[row]]), plans.grid.starts[every.periods[row]])
        for row in rows[np.argsort(away, kind="stable")[:NEAREST]]
    )
