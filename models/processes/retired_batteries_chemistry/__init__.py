"""Chemistry of retired batteries by current pulses: the features of the state of health."""

from models.interfaces.process import ProcessModels
from models.processes.retired_batteries_pulse.physics import PulseFeatures

PROCESS = ProcessModels(physics=PulseFeatures)
