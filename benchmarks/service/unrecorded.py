"""Service without records, to measure their cost: python -m benchmarks.service.unrecorded PORT."""

import socket
import sys

from benchmarks.service.load import ADDRESS
from serving.app import create_app
from serving.run import HangUps, serve
from serving.settings import read_settings

if __name__ == "__main__":
    settings = read_settings(port=int(sys.argv[1]))
    with socket.create_server((ADDRESS, settings.port)) as listening, HangUps() as hang_ups:
        serve(settings, create_app(settings), listening, None, hang_ups)
