"""Retired batteries by current pulses."""

from models.interfaces.process import Process
from models.processes.retired_batteries_pulse.physics import PulsePhysics

PROCESS = Process(physics=PulsePhysics)
