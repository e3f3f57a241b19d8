"""Addresses and credentials of brokers."""

import pytest

from gateway.mqtt.broker import BrokerError, read_broker


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("mqtt://127.0.0.1", "mqtt://127.0.0.1:1883"),
        ("mqtt://localhost:20000", "mqtt://localhost:20000"),
        ("mqtts://broker.plant.example", "mqtts://broker.plant.example:8883"),
        ("mqtt://[::1]:1884/", "mqtt://[::1]:1884"),
    ],
)
def test_an_address_is_read(url, text):
    assert str(read_broker(url)) == text


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("127.0.0.1:1883", "expected mqtt://HOST:PORT"),
        ("http://127.0.0.1:1883", "expected mqtt://HOST:PORT"),
        ("mqtt://127.0.0.1:1883/topic", "expected mqtt://HOST:PORT"),
        ("mqtt://127.0.0.1:70000", "Port out of range"),
        ("mqtt://127.0.0.1:port", "expected mqtt://HOST:PORT"),
        ("mqtt://", "expected mqtt://HOST:PORT"),
        ("mqtts://user:secret@broker", "expected it in the settings"),
        ("mqtt://broker.plant.example", "expected mqtts://"),
    ],
)
def test_another_address_is_refused(url, reason):
    with pytest.raises(BrokerError, match=reason) as refused:
        read_broker(url)
    assert "secret" not in str(refused.value)


def test_another_machine_without_encryption_needs_consent():
    assert str(read_broker("mqtt://10.0.0.5", is_insecure=True)) == "mqtt://10.0.0.5:1883"


def test_credentials_are_complete_and_their_files_exist(tmp_path):
    url, file = "mqtts://broker.plant.example", tmp_path / "a.pem"
    file.touch()
    with pytest.raises(BrokerError, match="password without a user name"):
        read_broker(url, password="secret")
    with pytest.raises(BrokerError, match="expected certificate and key together"):
        read_broker(url, key=file)
    with pytest.raises(BrokerError, match="authorities without TLS"):
        read_broker("mqtt://127.0.0.1", authorities=file)
    with pytest.raises(BrokerError, match=r"authorities: .*b\.pem: no such file"):
        read_broker(url, authorities=tmp_path / "b.pem")
    assert "secret" not in repr(read_broker(url, username="plant", password="secret"))
