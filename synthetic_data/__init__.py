"""Simulated plants: physics plus effects hidden from models (states, ageing, operators, faults)."""

from synthetic_data.engine.economics import economic_value
from synthetic_data.engine.outcomes import outcome, piece_mass
from synthetic_data.engine.plant_variation import another_plant
from synthetic_data.engine.running import Running, Step, begin
from synthetic_data.engine.runs import SimulatedRun, replay, simulate
from synthetic_data.engine.simulator import EjectionOutcome

__all__ = [
    "EjectionOutcome",
    "Running",
    "SimulatedRun",
    "Step",
    "another_plant",
    "begin",
    "economic_value",
    "outcome",
    "piece_mass",
    "replay",
    "simulate",
]
