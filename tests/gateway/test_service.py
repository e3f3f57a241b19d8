"""Service behind TLS, with the authorities of the system."""

import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from gateway.service import ServiceClient, UnreachableError
from tests.suite.authorities import certificates


class Handler(BaseHTTPRequestHandler):
    """Responds to each request with an empty object."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@pytest.mark.service
def test_the_service_needs_a_certificate_of_an_authority_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, other = certificates(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"https://127.0.0.1:{server.server_address[1]}"
            monkeypatch.setenv("SSL_CERT_FILE", str(authority))
            client = ServiceClient(url)
            assert [client.post("/", b"{}") for _ in range(2)] == [{}, {}]
            monkeypatch.setenv("SSL_CERT_FILE", str(other))
            with pytest.raises(UnreachableError, match="certificate verify failed"):
                ServiceClient(url).post("/", b"{}")
        finally:
            server.shutdown()
            thread.join()
