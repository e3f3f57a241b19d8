"""Set-point model: effects of set-point moves, their uncertainty, and the recommended moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np

from models.interfaces.response import AnyResponse, Numbers
from models.processes.lookup import response_of
from models.setpoints.errors import SetpointError
from models.setpoints.evidence import Posterior
from models.setpoints.expectation import StateForecast
from models.setpoints.situations import AHEAD, SMOOTH, UnitStates, available_columns
from physics.arrays import FloatArray
from seeds import Seed

MIN_AGE = 3  # periods of a unit without a gap, before its situation is known
DRAWS = 32  # of what is believed


@dataclass(frozen=True, eq=False)
class SetpointModel:
    """Effects of set-point moves, fitted on a plant's history.

    Attributes
    ----------
    seed : Seed
        Seed of the process at training time.
    posterior : Posterior
        What is believed of the physics, and how far it may be off.
    expectation : StateForecast
        What units are expected to be like.
    kept : tuple of str
        What of `UnitStates.known` the expectation is computed from.
    line : dict of str to float
        What is common to all units; it joins the constants.
    hold : dict of str to (float, float)
        Share of a move of each set-point down, and up, that is still there on average over the periods of its outcome.
    ranges : dict of str to (float, float)
        Range of each set-point in history, shared ones too, 5 to 95 % [its unit].
    blocked : dict of str to str
        Set-points whose effects history does not identify, with reasons.
    errors : dict of str to ndarray, shape (q,)
        For each outcome quantiles of what periods were off from expectation, rising.
    moves : dict of str to ndarray, shape (201,)
        Quantiles of the residual moves of each set-point in history, rising [its unit].
    rows : int
        Rows of history that taught it.
    noise : float
        Standard deviation of what a unit's outcome in money is off from expectation [money a unit and day].
    """

    seed: Seed
    posterior: Posterior
    expectation: StateForecast
    kept: tuple[str, ...]
    line: dict[str, float]
    hold: dict[str, tuple[float, float]]
    ranges: dict[str, tuple[float, float]]
    blocked: dict[str, str]
    errors: dict[str, FloatArray]
    moves: dict[str, FloatArray]
    rows: int
    noise: float = 0.0

    @cached_property
    def response(self) -> AnyResponse:
        """Physics of the process."""
        response = response_of(self.seed)
        assert response is not None
        return response

    @cached_property
    def economics(self) -> dict[str, float]:
        """Prices and factors of the seed by name."""
        return {name: quantity.value for name, quantity in self.seed.economics.items()}

    @cached_property
    def setpoints(self) -> tuple[str, ...]:
        """Names of set-points that may be recommended."""
        return tuple(setpoint for setpoint in self.response.SETPOINTS if setpoint not in self.blocked)

    @cached_property
    def shared(self) -> tuple[str, ...]:
        """Shared set-points of all units whose moves the seed specifies."""
        columns = [self.seed.column(setpoint) for setpoint in self.response.SHARED if setpoint in self.ranges]
        return tuple(one.name for one in columns if one.bounds and one.step and one.move_cost)

    def step(self, setpoint: str) -> float:
        """Return the largest move of a set-point in one period [its unit]."""
        return step_of(self.seed, setpoint)

    @cached_property
    def character(self) -> dict[str, tuple[float, float]]:
        """Mean and standard deviation of readings that describe a unit's lasting character."""
        known = zip(self.kept, self.expectation.usual.tolist(), self.expectation.spread.tolist(), strict=True)
        return {
            name: (typical, spread) for name, typical, spread in known if name.endswith(f" {SMOOTH}") and spread > 0
        }

    def move_cost(self, moves: Mapping[str, FloatArray]) -> FloatArray:
        """Cost of moves, spread over the days of their outcome [money a day]."""
        days = AHEAD * self.seed.period.total_seconds() / 86400.0
        total: FloatArray = np.zeros(1)
        for setpoint, size in moves.items():
            cost = self.seed.column(setpoint).move_cost
            assert cost is not None
            total = total + cost.value * np.abs(size)
        return total / days

    def priced(self, prices: Mapping[str, float] | None) -> dict[str, float]:
        """The seed's prices with some of them replaced.

        Raises
        ------
        SetpointError
            A name that the seed does not have, or a number that no price can be.
        """
        prices = dict(prices or {})
        for name, value in prices.items():
            if name not in self.economics:
                raise SetpointError(
                    f"prices.{name}: got a name that the seed lacks: expected {', '.join(self.economics)}"
                )
            if not np.isfinite(value) or value < 0:
                raise SetpointError(f"prices.{name}: got {value!r}: expected a number, 0 or more")
        return self.economics | prices

    def states(self, at: UnitStates) -> dict[str, FloatArray]:
        """Periods to come under the plan, shape (n,) each."""
        known = at.known[:, [at.names.index(name) for name in self.kept]]
        hidden = self.expectation(known)
        smoothed = {name: at.of(f"{name} {SMOOTH}") for name in self.response.SMOOTHED}
        hidden |= {name: np.where(np.isfinite(values), values, hidden[name]) for name, values in smoothed.items()}
        typical = dict(zip(self.kept, self.expectation.usual, strict=True))
        return self.response.state(hidden, at.plan, available_columns(at, typical, self.seed), self.line)

    def outcomes(
        self,
        state: Mapping[str, FloatArray],
        moves: Mapping[str, FloatArray],
        theta: FloatArray,
        shared: Mapping[str, float] | None = None,
    ) -> dict[str, FloatArray]:
        """Return outcomes after moves that persist as in history; shared set-points persist in full.

        Parameters
        ----------
        state : Mapping of str to ndarray, shape (n,)
            As of `states`.
        moves : Mapping of str to ndarray, shape (m, n) or (m, 1)
            By set-point [its unit].
        theta : ndarray, shape (p,)
            Constants and offsets, like the posterior's mean.
        shared : Mapping of str to float, optional
            Constants of shared set-points, one of `shared_draws`; without it they are as usual.
        """
        held = self.held({setpoint: moves[setpoint] for setpoint in self.response.SETPOINTS})
        held |= {setpoint: np.asarray(moves[setpoint]) for setpoint in self.response.SHARED if setpoint in moves}
        return self.outcomes_of_held(state, held, theta, {**(shared or {}), **self.in_force(moves)})

    def outcomes_of_held(
        self,
        state: Mapping[str, FloatArray],
        held: Mapping[str, FloatArray],
        theta: FloatArray,
        shared: Numbers | None = None,
    ) -> dict[str, FloatArray]:
        """Outcomes after moves none of which is taken back; arguments are those of `outcomes`."""
        constants = self.line | dict(shared or {}) | self.posterior.values(theta)
        return self.with_offsets(self.response.respond(state, held, constants), held, theta)

    def with_offsets(
        self, outcomes: Mapping[str, FloatArray], held: Mapping[str, FloatArray], theta: FloatArray
    ) -> dict[str, FloatArray]:
        """Outcomes by physics, with what the offsets of a vector add to them; moves as of `outcomes_of_held`."""
        outcomes = dict(outcomes)
        steps = {setpoint: size / self.step(setpoint) for setpoint, size in held.items()}
        for name, added in self.posterior.shift(theta, steps).items():
            outcomes[name] = outcomes[name] + added
        return outcomes

    def held(self, moves: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Return the mean persisting part of moves over the periods of their outcome [its unit]."""
        return {setpoint: self._hold(setpoint, size) * size for setpoint, size in moves.items()}

    def in_force(self, moves: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Share of moves that is still there, under the names that `Response.respond` knows it by."""
        return {f"{setpoint} in force": self._hold(setpoint, moves[setpoint]) for setpoint in self.response.SETPOINTS}

    def _hold(self, setpoint: str, size: FloatArray) -> FloatArray:
        return np.where(np.asarray(size) < 0.0, self.hold[setpoint][0], self.hold[setpoint][1])

    def shared_draws(self, count: int) -> list[dict[str, float]]:
        """Return fixed draws of the shared set-points' constants from their prior, in antithetic pairs."""
        constants = self.response.SHARED_CONSTANTS
        half = np.random.default_rng(1).standard_normal((count // 2, len(constants)))
        away = np.exp(np.vstack([half, -half]) * [one.doubt for one in constants])
        return [{one.name: one.value * float(by) for one, by in zip(constants, row, strict=True)} for row in away]

    def still(self) -> dict[str, FloatArray]:
        """Return a zero move of every set-point, shape (1, 1) each."""
        return {setpoint: np.zeros((1, 1)) for setpoint in self.response.SETPOINTS}

    def money(self, outcomes: Mapping[str, FloatArray], economics: Mapping[str, float]) -> FloatArray:
        """Money a unit and day; SetpointError where a price is none that the physics can reckon with."""
        try:
            return self.response.money(outcomes, economics)
        except ValueError as error:
            raise SetpointError(str(error)) from None

    def worth(self, state: Mapping[str, FloatArray], moves: Mapping[str, FloatArray], theta: FloatArray) -> FloatArray:
        """Money a unit and day after moves, their cost not taken off, at the seed's prices."""
        return self.money(self.outcomes(state, moves, theta), self.economics)

    def with_errors(self, at: UnitStates, measured: Mapping[str, FloatArray], quantiles: FloatArray) -> Self:
        """The model with what periods of history were off from what it expects, outcome by outcome."""
        expected = self.outcomes(self.states(at), self.still(), self.posterior.mean)
        errors = {}
        for name, values in measured.items():
            off = values - expected[name][0]
            errors[name] = np.quantile(off[np.isfinite(off)], quantiles)
        return replace(self, errors=errors | self.response.unmeasured_errors(self.line, quantiles))

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values, without the seed."""
        return {
            "constants": [one.name for one in self.posterior.constants],
            "offsets": [list(pair) for pair in self.posterior.offsets],
            "mean": self.posterior.mean.tolist(),
            "covariance": self.posterior.covariance.tolist(),
            "expectation": self.expectation.state(),
            "kept": list(self.kept),
            "line": self.line,
            "hold": {setpoint: list(shares) for setpoint, shares in self.hold.items()},
            "ranges": {setpoint: list(ends) for setpoint, ends in self.ranges.items()},
            "blocked": self.blocked,
            "errors": {name: values.tolist() for name, values in self.errors.items()},
            "moves": {setpoint: values.tolist() for setpoint, values in self.moves.items()},
            "rows": self.rows,
            "noise": self.noise,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any], seed: Seed) -> Self:
        """Restore from the values that `state` returned."""
        response = response_of(seed)
        if response is None or [one.name for one in response.CONSTANTS] != state["constants"]:
            raise SetpointError(f"{seed.process.name}: its physics has other constants than at training time")
        return cls(
            seed=seed,
            posterior=Posterior(
                response.CONSTANTS,
                tuple((outcome, setpoint) for outcome, setpoint in state["offsets"]),
                np.array(state["mean"], dtype=np.float64),
                np.array(state["covariance"], dtype=np.float64),
            ),
            expectation=StateForecast.from_state(state["expectation"]),
            kept=tuple(state["kept"]),
            line=dict(state["line"]),
            hold={setpoint: (down, up) for setpoint, (down, up) in state["hold"].items()},
            ranges={setpoint: (low, high) for setpoint, (low, high) in state["ranges"].items()},
            blocked=dict(state["blocked"]),
            errors={name: np.array(values, dtype=np.float64) for name, values in state["errors"].items()},
            moves={setpoint: np.array(values, dtype=np.float64) for setpoint, values in state["moves"].items()},
            rows=int(state["rows"]),
            noise=float(state["noise"]),
        )


def step_of(seed: Seed, setpoint: str) -> float:
    """Return the largest recommended move of a set-point [its unit]."""
    step = seed.column(setpoint).step
    assert step is not None
    return step
