"""nginx with the configuration of deploy/nginx.conf before replicas on this machine."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

from system.programs import free_port
from tests.suite.servers import server

ADDRESS = "127.0.0.1"
SITE = Path(__file__).parents[2] / "deploy" / "nginx.conf"


class Nginx:
    """nginx without TLS on the loopback interface.

    Parameters
    ----------
    program : str
        Path of nginx.
    folder : Path
        Folder of its files; it is made.
    ports : list of int
        Ports of three replicas.
    """

    def __init__(self, program: str, folder: Path, ports: list[int]) -> None:
        self.port = free_port()
        folder.mkdir()
        file, self._log = folder / "nginx.conf", folder / "log"
        file.write_text(self._configuration(folder, ports), encoding="utf-8")
        self._command = [program, "-c", str(file), "-p", str(folder), "-e", "stderr"]
        self.start()

    def _configuration(self, folder: Path, ports: list[int]) -> str:
        site = SITE.read_text(encoding="utf-8")
        changes = {f"127.0.0.1:{8001 + i} ": f"{ADDRESS}:{port} " for i, port in enumerate(ports)}
        for shipped, own in (changes | {"listen 443 ssl;": f"listen {ADDRESS}:{self.port};"}).items():
            assert site.count(shipped) == 1, f"deploy/nginx.conf: expected {shipped!r} once"
            site = site.replace(shipped, own)
        site = "\n".join(line for line in site.splitlines() if "ssl_certificate" not in line)
        parts = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "\n".join(f"{part}_temp_path {folder / part};" for part in parts)
        user = "user root;\n" if os.geteuid() == 0 else ""  # its workers write bodies into the folder
        return (
            f"{user}daemon off;\npid {folder / 'pid'};\nworker_processes 2;\nevents {{ worker_connections 512; }}\n"
            f"http {{\naccess_log off;\n{temporary}\n{site}\n}}\n"
        )

    def start(self) -> None:
        """Start it, and wait until a replica answers by it."""
        self._running = ExitStack()
        self._running.enter_context(server(self._command, f"http://{ADDRESS}:{self.port}/health/live", self._log))

    def kill(self) -> None:
        """End it and its workers by SIGKILL."""
        self._running.close()
