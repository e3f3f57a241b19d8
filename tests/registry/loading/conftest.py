"""What came of models is remembered here, where a test asks for it."""

import pytest

from registry.loading.load_results import TrialLoadResults

REMEMBER = TrialLoadResults.remember  # before the session puts another in its place


@pytest.fixture
def remembered(monkeypatch):
    monkeypatch.setattr(TrialLoadResults, "remember", REMEMBER)
