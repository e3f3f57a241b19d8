"""Black mass."""

from models.interfaces.process import Process
from models.processes.black_mass.physics import BlackMassPhysics

PROCESS = Process(physics=BlackMassPhysics)
