"""Black mass."""

from models.interfaces.process import ProcessModels
from models.processes.black_mass.physics import BlackMassPhysics

PROCESS = ProcessModels(physics=BlackMassPhysics)
