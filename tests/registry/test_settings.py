"""Where training keeps things, from the environment."""

import pytest
from pydantic import ValidationError

from registry.settings import Settings, SettingsError, read_settings


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch):
    monkeypatch.delenv("NONFERROUS_HOME", raising=False)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def test_by_default_all_is_below_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = read_settings()
    assert settings.folder == tmp_path / ".nonferrous"
    assert settings.uri == f"sqlite:///{tmp_path}/.nonferrous/mlflow.db"
    assert settings.sqlite_file == tmp_path / ".nonferrous" / "mlflow.db"
    assert settings.artifact_root == tmp_path / ".nonferrous" / "artifacts"
    assert settings.ui_address == "http://127.0.0.1:5000"
    assert not (tmp_path / ".nonferrous").exists()


def test_a_tracking_server_decides_where_artifacts_go(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://mlflow.plant:5000/")
    settings = read_settings()
    assert settings.sqlite_file is None
    assert settings.artifact_root is None
    assert settings.ui_address == "http://mlflow.plant:5000"


def test_a_strange_uri_stops_the_start(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "file:///somewhere")
    with pytest.raises(SettingsError, match=r"MLFLOW_TRACKING_URI: got 'file:///somewhere': expected an address"):
        read_settings()


def test_a_home_can_be_given_directly(tmp_path):
    assert Settings(home=tmp_path).folder == tmp_path


def test_an_unknown_setting_is_refused(tmp_path):
    with pytest.raises(ValidationError, match="hom"):
        Settings(hom=tmp_path)
