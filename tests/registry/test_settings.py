"""Where training keeps things, from the environment."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from registry.renamed_settings import RENAMED
from registry.settings import SettingsError, StoreSettings, read, read_settings
from serving.settings import ServiceSettings
from system.memory import of_machine


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


@pytest.mark.parametrize(("former", "present"), RENAMED.items())
def test_a_former_name_of_a_setting_stops_the_start(former, present, monkeypatch):
    monkeypatch.setenv(former, "1")
    with pytest.raises(SettingsError, match=f"^setting {former}: renamed to {present}$"):
        read_settings()


def test_every_former_name_has_a_setting_of_its_present_name():
    fields = {f"NONFERROUS_{name.upper()}" for name in ServiceSettings.model_fields}
    assert set(RENAMED.values()) <= fields
    assert not RENAMED.keys() & fields


def test_the_address_of_the_interface_has_its_port(monkeypatch):
    monkeypatch.setenv("NONFERROUS_UI_PORT", "25000")
    assert read_settings().ui_address == "http://127.0.0.1:25000"
    assert read(StoreSettings, ui_port=25001).ui_address == "http://127.0.0.1:25001"
    monkeypatch.setenv("NONFERROUS_UI_PORT", "70000")
    with pytest.raises(SettingsError, match=r"NONFERROUS_UI_PORT: got '70000'"):
        read_settings()


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
    assert StoreSettings(home=tmp_path).folder == tmp_path


def test_an_unknown_setting_is_refused(tmp_path):
    with pytest.raises(ValidationError, match="hom"):
        StoreSettings(hom=tmp_path)


def test_an_empty_variable_is_none_at_all(monkeypatch):
    monkeypatch.setenv("NONFERROUS_HOME", "")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")
    settings = read_settings()
    assert settings.home == Path(".nonferrous")
    assert settings.tracking_uri == ""


def test_a_database_elsewhere_keeps_its_artifacts_in_the_home_folder(tmp_path):
    settings = StoreSettings(home=tmp_path, tracking_uri="postgresql://ann:secret@plant/db")
    assert settings.uri == "postgresql://ann:secret@plant/db"
    assert settings.uri_shown == "postgresql://plant/db"
    assert settings.sqlite_file is None
    assert settings.artifact_root == tmp_path / "artifacts"
    assert settings.ui_address == "http://127.0.0.1:5000"


@pytest.mark.parametrize("given", [{"tracking_uri": "ftp://here"}, {"MLFLOW_TRACKING_URI": "ftp://here"}])
def test_a_fault_names_the_variable_whichever_way_a_setting_came(given):
    starts = "http://, https://, sqlite:///, postgresql://, postgresql+psycopg2://, mysql+pymysql://, mssql+pyodbc://"
    with pytest.raises(SettingsError) as raised:
        read(StoreSettings, **given)
    assert str(raised.value) == (
        f"setting MLFLOW_TRACKING_URI: got 'ftp://here': expected an address that starts with one of {starts}"
    )


def test_every_fault_is_named_with_its_variable(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https")
    with pytest.raises(SettingsError) as raised:
        read(StoreSettings, home=3)
    first, second = str(raised.value).split("; ")
    assert first.startswith("setting NONFERROUS_HOME: got 3: ")
    assert second.startswith("setting MLFLOW_TRACKING_URI: got 'https': expected an address")


def test_what_is_not_given_is_left_to_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path))
    assert read(StoreSettings, home=None).home == tmp_path
    assert read(StoreSettings, home="elsewhere").home == Path("elsewhere")


def test_settings_do_not_change():
    with pytest.raises(ValidationError, match="frozen"):
        read_settings().home = Path("elsewhere")


def test_a_home_below_the_users_folder_is_absolute(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = StoreSettings(home="~/models")
    assert settings.folder == tmp_path / "models"


def test_training_takes_half_of_the_memory_or_what_is_set(monkeypatch):
    monkeypatch.delenv("NONFERROUS_TRAINING_MEMORY", raising=False)
    assert read_settings().most_training_memory == of_machine() // 2
    monkeypatch.setenv("NONFERROUS_TRAINING_MEMORY", "8000000000")
    assert read_settings().most_training_memory == 8_000_000_000
    monkeypatch.setenv("NONFERROUS_TRAINING_MEMORY", "8 GB")
    with pytest.raises(SettingsError, match="setting NONFERROUS_TRAINING_MEMORY: got '8 GB'"):
        read_settings()
