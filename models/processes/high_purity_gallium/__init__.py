"""High-purity gallium."""

from models.interfaces.process import Process
from models.processes.high_purity_gallium.physics import GalliumPhysics

PROCESS = Process(physics=GalliumPhysics)
