"""Authorities, and a certificate that one of them signs."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.suite.tools import needed


def certificates(folder: Path) -> tuple[Path, Path]:
    """Create an authority, another one, and `server.pem` of 127.0.0.1 with `server.key`, signed by the first."""
    openssl, days = needed("openssl"), ["-days", "2", "-newkey", "rsa:2048", "-nodes"]
    for name in ("authority", "other"):
        subject = ["-x509", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem"]
        subprocess.run([openssl, "req", *days, *subject], cwd=folder, check=True, capture_output=True)
    signing = ["-CA", "authority.pem", "-CAkey", "authority.key", "-addext", "subjectAltName=IP:127.0.0.1"]
    subject = ["-x509", "-subj", "/CN=server", "-keyout", "server.key", "-out", "server.pem"]
    subprocess.run([openssl, "req", *days, *signing, *subject], cwd=folder, check=True, capture_output=True)
    return folder / "authority.pem", folder / "other.pem"
