from pathlib import Path

import pytest

from registry.settings import SettingsError
from serving.settings import read_settings


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MLFLOW_TRACKING_URI", "NONFERROUS_HOME", "NONFERROUS_PORT", "NONFERROUS_POLL_SECONDS"):
        monkeypatch.delenv(name, raising=False)


def test_defaults_keep_everything_in_one_folder_on_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read_settings()
    assert settings.uri == f"sqlite:///{tmp_path / '.nonferrous' / 'mlflow.db'}"
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)


def test_arguments_go_before_environment_and_none_leaves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NONFERROUS_PORT", "9000")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://tracking:5000")
    assert read_settings(port=9001).port == 9001
    assert read_settings(port=None).port == 9000
    assert read_settings().uri == "http://tracking:5000"


def test_empty_variable_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")
    assert read_settings().uri.startswith("sqlite:///")


def test_home_moves_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path))
    assert read_settings().uri == f"sqlite:///{tmp_path / 'mlflow.db'}"


def test_all_bad_settings_are_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NONFERROUS_PORT", "eighty")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "./mlruns")
    monkeypatch.setenv("NONFERROUS_POLL_SECONDS", "nan")
    with pytest.raises(SettingsError, match="NONFERROUS_PORT: got 'eighty'") as caught:
        read_settings()
    predictions = str(caught.value)
    assert "MLFLOW_TRACKING_URI: got './mlruns': expected an address" in predictions
    assert "NONFERROUS_POLL_SECONDS" in predictions
    assert "\n" not in predictions


def test_unknown_setting_is_refused() -> None:
    with pytest.raises(SettingsError, match="NONFERROUS_PROT"):
        read_settings(prot=8000)


def test_password_of_a_store_is_not_shown() -> None:
    settings = read_settings(tracking_uri="postgresql://plant:secret@db:5432/mlflow")
    assert settings.uri_shown == "postgresql://db:5432/mlflow"


def test_defaults_of_what_the_service_alone_needs() -> None:
    settings = read_settings()
    assert (settings.poll_seconds, settings.max_rows) == (2.0, 10_000)
    assert settings.max_body_bytes == 16_777_216  # 16 MiB
    assert settings.max_table_bytes == 268_435_456  # 256 MiB


@pytest.mark.parametrize(
    ("name", "lowest", "below", "highest", "above"),
    [
        ("port", 0, -1, 65535, 65536),
        ("poll_seconds", 1e-3, 0, 3600, 3601),
        ("max_rows", 1, 0, 1_000_000, 1_000_001),
        ("max_body_bytes", 1024, 1023, 2**40, None),
        ("max_table_bytes", 1024, 1023, 2**40, None),
    ],
)
def test_numbers_lie_in_their_ranges(
    name: str, lowest: float, below: float, highest: float, above: float | None
) -> None:
    for value in (lowest, highest):
        assert getattr(read_settings(**{name: value}), name) == value
    for value in (below, above):
        if value is not None:
            with pytest.raises(SettingsError, match=f"NONFERROUS_{name.upper()}: got"):
                read_settings(**{name: value})


def test_an_address_has_a_character_at_least() -> None:
    assert read_settings(host="a").host == "a"
    with pytest.raises(SettingsError, match="NONFERROUS_HOST"):
        read_settings(host="")


def test_an_endless_wait_is_none() -> None:
    with pytest.raises(SettingsError, match="NONFERROUS_POLL_SECONDS"):
        read_settings(poll_seconds=float("inf"))


def test_a_header_of_users_needs_proxies_that_are_trusted() -> None:
    with pytest.raises(SettingsError, match=r"NONFERROUS_USER_HEADER: got .X-User.: .*NONFERROUS_TRUSTED_PROXIES"):
        read_settings(user_header="X-User")
    settings = read_settings(user_header="X-User", trusted_proxies=("10.0.0.1",))
    assert (settings.user_header, settings.user_roles) == ("X-User", ("view",))


@pytest.mark.parametrize("name", ["X User", "X:User", "用户", "X-User\n"])
def test_a_header_of_users_has_the_name_of_a_header(name: str) -> None:
    with pytest.raises(SettingsError, match="NONFERROUS_USER_HEADER"):
        read_settings(user_header=name, trusted_proxies=("10.0.0.1",))


def test_users_whom_a_proxy_names_have_roles_of_pages_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NONFERROUS_USER_ROLES", "view, operate")
    assert read_settings().user_roles == ("view", "operate")
    with pytest.raises(SettingsError, match=r"NONFERROUS_USER_ROLES: .*expected view, operate or both"):
        read_settings(user_roles=("view", "predict"))


def test_the_pages_are_switched_off_by_one_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().dashboard
    monkeypatch.setenv("NONFERROUS_DASHBOARD", "false")
    assert not read_settings().dashboard
