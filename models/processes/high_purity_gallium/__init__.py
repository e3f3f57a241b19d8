"""High-purity gallium."""

from models.interfaces.process import ProcessModels
from models.processes.high_purity_gallium.physics import GalliumPhysics

PROCESS = ProcessModels(physics=GalliumPhysics)
