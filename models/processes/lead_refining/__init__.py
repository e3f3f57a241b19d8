"""Lead refining."""

from models.interfaces.process import Process
from models.processes.lead_refining.energy import LeadEnergy
from models.processes.lead_refining.physics import LeadPhysics
from models.processes.lead_refining.response import LeadResponse

PROCESS = Process(physics=LeadPhysics, response=LeadResponse, energy=LeadEnergy)
