"""A tracking server whose client stands in for MLflow's."""

import pytest

from registry.settings import StoreSettings
from registry.tracking import Tracking

SERVER = "http://ml:5000"


class Client:
    """A client that answers by name of the call, and writes down each call with its arguments."""

    def __init__(self, **answers):
        self.answers, self.calls = {"search_experiments": []} | answers, []

    def __getattr__(self, name):
        def call(*args, **kwargs):
            self.calls.append((name, args, kwargs))
            answer = self.answers.get(name)
            return answer(*args, **kwargs) if callable(answer) else answer

        return call

    def of(self, name):
        return [(args, kwargs) for called, args, kwargs in self.calls if called == name]


@pytest.fixture
def opened(monkeypatch, tmp_path):
    """Maker of a store on a tracking server whose client gives these answers."""
    import mlflow

    def make(**answers):
        client = Client(**answers)
        monkeypatch.setattr(mlflow, "MlflowClient", lambda tracking_uri, registry_uri: client)
        return Tracking(StoreSettings(home=tmp_path / "home", tracking_uri=SERVER)), client

    return make
