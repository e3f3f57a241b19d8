"""What the targets' best candidates are together: figures by target, and the gate of all."""

from training.core.gate import GateCondition, Gated
from training.multi_target.combined import candidate_tag, figures_of, joined, prefixed, some_of, targets_of

LOADS = GateCondition("loading from the store", True, "it answers", "a model that loads")
GOOD, BAD = GateCondition("labels", True, "60", "at least 50"), GateCondition("gain", False, "-1 %", "more than 0 %")


def test_figures_bear_the_name_of_their_target_and_come_back():
    result = {"loss": {"test_mae": 0.3, "test_rmse": 0.4}, "loss_of_iron": {"test_mae": 2.0}}
    together = prefixed(result)
    assert together == {"loss/test_mae": 0.3, "loss/test_rmse": 0.4, "loss_of_iron/test_mae": 2.0}
    assert {target: figures_of(target, together) for target in result} == result


def test_tags_say_which_targets_a_version_has():
    tags = {"candidate": "linear, linear", candidate_tag("loss"): "linear", "loss/test_mae": "0.3"}
    assert targets_of(tags) == ["loss"]
    assert targets_of({"candidate": "linear"}) == []


def test_all_targets_must_pass_and_a_reason_names_its_target():
    passed = joined({"loss": Gated((LOADS, GOOD)), "iron": Gated((LOADS, GOOD))})
    assert passed.passed
    assert [one.what for one in passed.conditions] == ["loading from the store", "loss: labels", "iron: labels"]
    refused = joined({"loss": Gated((LOADS, GOOD)), "iron": Gated((LOADS, BAD))})
    assert not refused.passed
    assert refused.reasons == ["iron: gain: -1 %; expected more than 0 %"]


def test_some_figures_are_found_by_their_own_names_with_or_without_a_target():
    assert some_of({"a": 1.0, "b": 2.0, "c": 3.0}, ("b", "a", "absent")) == {"a": 1.0, "b": 2.0}
    assert some_of({"y/a": 1.0, "y/b": 2.0, "z/a": 3.0}, ("a",)) == {"y/a": 1.0, "z/a": 3.0}
