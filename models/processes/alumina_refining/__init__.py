"""Alumina refining."""

from models.interfaces.process import ProcessModels
from models.processes.alumina_refining.energy import PrecipitationEnergy
from models.processes.alumina_refining.physics import PrecipitationPhysics
from models.processes.alumina_refining.response import PrecipitationResponse

PROCESS = ProcessModels(physics=PrecipitationPhysics, response=PrecipitationResponse, energy=PrecipitationEnergy)
