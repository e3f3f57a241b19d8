"""Retired batteries by current pulses."""

from models.interfaces.process import ProcessModels
from models.processes.retired_batteries_pulse.physics import PulsePhysics

PROCESS = ProcessModels(physics=PulsePhysics)
