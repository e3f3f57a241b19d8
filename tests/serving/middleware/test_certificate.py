"""Files of TLS: what is refused names its file, and what expires draws a warning."""

import logging
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from serving.middleware.certificate import CertificateError, ServerCertificate, load
from tests.suite.tools import needed

Make = Callable[..., tuple[Path, Path]]
DAY = timedelta(days=1)


def openssl(*arguments: str) -> None:
    subprocess.run([needed("openssl"), *arguments], check=True, capture_output=True)


def refusal(certificate: Path, key: Path) -> str:
    with pytest.raises(CertificateError, match=r"\S") as caught:
        load(certificate, key)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_certificate_is_read_with_the_time_in_which_it_is_valid(make_certificate: Make) -> None:
    begins, ends = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)
    loaded = load(*make_certificate(begins, ends))
    assert (loaded.begins, loaded.ends) == (begins, ends)


def test_each_file_that_cannot_be_read_is_named(make_certificate: Make, tmp_path: Path) -> None:
    certificate, key = make_certificate()
    absent, empty, text = tmp_path / "absent.pem", tmp_path / "empty.pem", tmp_path / "text.pem"
    empty.touch()
    text.write_text("-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----\n", encoding="utf-8")
    assert refusal(absent, key) == f"{absent}: No such file or directory"
    assert refusal(certificate, absent) == f"{absent}: No such file or directory"
    assert refusal(tmp_path, key) == f"{tmp_path}: Is a directory"
    for bad in (empty, text, key):
        assert refusal(bad, key) == f"{bad}: expected a certificate in PEM, and those that issued it"
    for bad in (empty, text, certificate):
        assert refusal(certificate, bad) == f"{bad}: expected a private key in PEM"


def test_a_key_of_another_certificate_is_refused(make_certificate: Make) -> None:
    (certificate, _), (_, other) = make_certificate(), make_certificate()
    assert refusal(certificate, other) == f"{other}: the key is not that of the certificate {certificate}"


def test_a_key_with_a_password_is_refused_without_a_question(make_certificate: Make, tmp_path: Path) -> None:
    certificate, key = make_certificate()
    locked, rsa = tmp_path / "locked.pem", tmp_path / "rsa.pem"
    openssl("pkey", "-in", str(key), "-aes256", "-passout", "pass:secret", "-out", str(locked))
    openssl("genrsa", "-aes256", "-traditional", "-passout", "pass:secret", "-out", str(rsa), "2048")
    for encrypted in (locked, rsa):
        message = refusal(certificate, encrypted)
        assert message.startswith(f"{encrypted}: the key has a password; expected one without: openssl pkey ")


def test_a_chain_begins_with_the_certificate_of_the_key(
    make_certificate: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (certificate, key), (other, _) = make_certificate(), make_certificate(ends=datetime.now(UTC) + 2 * DAY)
    both, reverse = tmp_path / "both.pem", tmp_path / "reverse.pem"
    both.write_bytes(certificate.read_bytes() + other.read_bytes())
    reverse.write_bytes(other.read_bytes() + certificate.read_bytes())
    assert refusal(reverse, key) == f"{reverse}: the key {key} is that of certificate 2; expected this one first"
    assert load(both, key).ends == load(other, _).ends  # all of a chain must be valid
    assert f"{both}: certificate 1 is not issued by certificate 2" in caplog.text


def test_a_chain_in_order_draws_no_warning(
    make_certificate: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    authority, authority_key = make_certificate()
    request, key, own = tmp_path / "own.csr", tmp_path / "own.key", tmp_path / "own.pem"
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=own", "-keyout", str(key), "-out", str(request))
    signed = ["-CA", str(authority), "-CAkey", str(authority_key), "-days", "90"]
    openssl("x509", "-req", "-in", str(request), *signed, "-out", str(own))
    chain = tmp_path / "chain.pem"
    chain.write_bytes(own.read_bytes() + authority.read_bytes())
    ServerCertificate(chain, key)
    assert not caplog.records


@pytest.mark.parametrize(
    ("begins", "ends", "message"),
    [
        (-1, 31, None),
        (-1, 29, "expires on"),
        (-9, -1, "has expired on"),
        (2, 90, "is not valid before"),
    ],
)
def test_a_certificate_that_is_not_valid_for_long_draws_a_warning_each_day(
    make_certificate: Make, caplog: pytest.LogCaptureFixture, begins: int, ends: int, message: str | None
) -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    certificate, key = make_certificate(now + begins * DAY, now + ends * DAY)
    times = [now]
    watched = ServerCertificate(certificate, key, lambda: times[0])
    watched.look()
    warnings = [record.getMessage() for record in caplog.records]
    assert len(warnings) == (message is not None)
    assert all(f"{certificate}: the certificate {message}" in one for one in warnings)
    times[0] += DAY
    watched.look()
    assert len(caplog.records) == 2 * len(warnings)


def test_one_that_nears_its_end_while_the_service_runs_draws_a_warning(
    make_certificate: Make, caplog: pytest.LogCaptureFixture
) -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    times = [now]
    watched = ServerCertificate(*make_certificate(now - DAY, now + 40 * DAY), lambda: times[0])
    for _ in range(45):
        times[0] += DAY
        watched.look()
    message = [record.getMessage().split(": the certificate ")[1] for record in caplog.records]
    assert len([one for one in message if one.startswith("expires on 2026-07-11")]) == 29
    assert len([one for one in message if one.startswith("has expired on 2026-07-11")]) == 6


class Renewed:
    """A certificate in use, whose files are replaced."""

    def __init__(self, make: Make) -> None:
        self.make = make
        self.certificate, self.key = make()
        self.used = ServerCertificate(self.certificate, self.key)
        self.before = self.used.context

    def replace(self, certificate: Path, key: Path) -> None:
        shutil.copy(certificate, self.certificate)
        shutil.copy(key, self.key)
        self.used.reload()


@pytest.fixture
def renewed(make_certificate: Make) -> Renewed:
    return Renewed(make_certificate)


def test_a_renewed_certificate_is_taken_up(renewed: Renewed, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    ends = datetime(2060, 1, 1, tzinfo=UTC)
    renewed.replace(*renewed.make(ends=ends))
    assert renewed.used.context is not renewed.before
    assert renewed.used.ends == ends
    assert f"{renewed.certificate} is valid until 2060-01-01 00:00 UTC" in caplog.text


@pytest.mark.parametrize("fault", ["no PEM", "another key", "expired", "not yet valid", "absent"])
def test_what_cannot_replace_it_leaves_the_one_of_before(
    renewed: Renewed, caplog: pytest.LogCaptureFixture, tmp_path: Path, fault: str
) -> None:
    now = datetime.now(UTC)
    certificate, key = renewed.make()
    faults: dict[str, Callable[[], Any]] = {
        "no PEM": lambda: certificate.write_bytes(b"-----BEGIN CERTIFICATE-----"),
        "another key": lambda: shutil.copy(renewed.make()[1], key),
        "expired": lambda: shutil.copy(renewed.make(now - 2 * DAY, now - DAY)[0], certificate),
        "not yet valid": lambda: shutil.copy(renewed.make(now + DAY, now + 9 * DAY)[0], certificate),
        "absent": lambda: renewed.key.unlink(),
    }
    if fault in ("expired", "not yet valid"):
        times = (now - 2 * DAY, now - DAY) if fault == "expired" else (now + DAY, now + 9 * DAY)
        certificate, key = renewed.make(*times)
    else:
        faults[fault]()
    if fault == "absent":
        renewed.used.reload()
    else:
        renewed.replace(certificate, key)
    assert renewed.used.context is renewed.before
    (record,) = caplog.records
    message = record.getMessage()
    assert record.levelno == logging.ERROR
    assert message.startswith("the certificate was not replaced, the one of before stays: ")
    assert str(renewed.certificate) in message or str(renewed.key) in message
