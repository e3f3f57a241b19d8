"""Who becomes champion, with a store that stands in for MLflow."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from registry import promotion
from registry.loading.loading import Refused
from registry.promotion import champion_of, enter, promote, rollback, take_over, try_again
from registry.settings import StoreSettings
from registry.store import Champion, MlflowStore
from registry.versions import AliasMove, RegistryError, Version

FIGURES = {"test_mae": 0.5}
P = SimpleNamespace(process=SimpleNamespace(name="p"))
SETTINGS = StoreSettings()


def version(number: int, *aliases: str) -> Version:
    """A version whose run measured one figure that is written beside it and one that is not."""
    metrics = FIGURES | {"fit_seconds": 3.0}
    where = ("2026-01-01", f"run{number}", "parent", "1", f"model{number}")
    return Version(
        "p", number, aliases, "linear", *where, {"test_mae": "0.5", "model_digest": f"sha256:{number}"}, metrics
    )


def move(action: str, before: int | None, after: int | None) -> AliasMove:
    return AliasMove("2026-01-01", "ann", action, "champion", before, after, "why", {})


class Store:
    """Versions and moves; a version whose number is in `damaged` does not load."""

    def __init__(self, versions: list[Version], moves: tuple[AliasMove, ...] = (), damaged: tuple[int, ...] = ()):
        self.held, self.moves, self.damaged, self.moved, self.tagged = versions, moves, damaged, [], []

    def versions(self, process: str) -> list[Version]:
        return self.held

    def audit(self, process: str) -> tuple[AliasMove, ...]:
        return self.moves

    @property
    def settings(self) -> StoreSettings:
        return SETTINGS

    def load(self, where: MlflowStore, one: Champion, seed: object, again: bool) -> Refused | None:
        self.again = again
        assert (one, seed) == (Champion("p", one.version, f"models:/model{one.version}", f"sha256:{one.version}"), P)
        return Refused("model.json: changed") if one.version in self.damaged else None

    def tag_version(self, *arguments: object) -> None:
        self.tagged.append(arguments)

    def move_alias(self, *entry: object) -> tuple[object, ...]:
        self.moved.append(entry)
        return entry


@pytest.fixture
def opened(monkeypatch):
    """Maker of a store that is what `promote` and `rollback` open."""

    def make(*held: object, **more: object) -> Store:
        store = Store(*held, **more)
        monkeypatch.setattr(promotion, "Tracking", lambda settings: store)
        monkeypatch.setattr(promotion, "Loading", lambda settings: store)
        return store

    return make


def test_the_champion_is_the_version_that_the_alias_points_to():
    held = [version(1), version(2, "champion"), version(3, "challenger")]
    assert champion_of("p", held) is held[1]


BEST = "best candidate of a training job"


@pytest.mark.parametrize(
    ("held", "damaged", "alias", "action", "reason"),
    [
        ([version(2)], (), "champion", "first", f"{BEST}, and there was no champion"),
        ([version(1, "challenger"), version(2)], (), "champion", "first", f"{BEST}, and there was no champion"),
        ([version(1, "champion"), version(2)], (), "challenger", "enter", BEST),
        (
            [version(1, "champion"), version(2)],
            (1,),
            "champion",
            "replace",
            f"{BEST}, and version 1, champion before, does not load: model.json: changed",
        ),
    ],
)
def test_a_new_version_is_champion_where_there_is_none_that_loads(opened, held, damaged, alias, action, reason):
    store = opened(held, damaged=damaged)
    assert enter(P, 2, FIGURES, store) == ("p", alias, 2, action, reason, FIGURES)
    assert store.moved == [("p", alias, 2, action, reason, FIGURES)]


def test_a_version_in_shadow_leaves_it_for_one_that_takes_the_place_of_a_champion(opened):
    store = opened([version(1, "champion"), version(2, "shadow"), version(3)], damaged=(1,))
    enter(P, 3, FIGURES, store)
    assert store.moved[1:] == [("p", "shadow", None, "withdraw", "version 3 is champion now", {})]


def test_nobody_goes_back_to_a_champion_that_did_not_load(opened):
    held = [version(1), version(2, "champion")]
    opened(held, moves=(move("first", None, 1), move("replace", 1, 2)))
    with pytest.raises(RegistryError, match=r"^no champion before version 2 is known: nothing to go back to$"):
        rollback(P, SETTINGS)


def test_without_a_champion_the_registered_versions_are_named():
    words = r"^p: no champion; train it or promote a version \(registered: 1, 3\)$"
    with pytest.raises(RegistryError, match=words):
        champion_of("p", [version(1), version(3, "challenger")])


def test_the_challenger_is_promoted_by_default_and_is_challenger_no_longer(opened):
    store = opened([version(1, "champion"), version(2), version(3, "challenger")])
    move = promote(P, SETTINGS)
    assert move == ("p", "champion", 3, "promote", "by hand", FIGURES)
    assert store.moved == [move, ("p", "challenger", None, "withdraw", "version 3 is champion now", {})]


def test_a_named_version_takes_over_and_leaves_the_challenger_alone(opened):
    for named in (2, 4):
        store = opened([version(1, "champion"), version(2), version(3, "challenger"), version(4)])
        promote(P, SETTINGS, named, reason="smaller errors")
        assert store.moved == [("p", "champion", named, "promote", "smaller errors", FIGURES)]


def test_a_take_over_without_a_challenger_is_one_move():
    store = Store([version(1, "champion"), version(2)])
    assert take_over("p", 2, "better", {}, store) == ("p", "champion", 2, "promote", "better", {})
    assert len(store.moved) == 1


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (None, r"^p: no challenger to promote; name a version \(registered: 1, 2\)$"),
        (0, r"^p: no version 0 \(registered: 1, 2\)$"),
        (3, r"^p: no version 3 \(registered: 1, 2\)$"),
        (1, r"^p: version 1 is champion already$"),
        (2, r"^p: version 2 would be refused by the service: model.json: changed$"),
    ],
)
def test_what_is_not_promoted_moves_nothing(opened, number, words):
    store = opened([version(1, "champion"), version(2)], damaged=(2,))
    with pytest.raises(RegistryError, match=words):
        promote(P, SETTINGS, number)
    assert store.moved == []


REFUSED = {"gate": "refused", "gate_reasons": "gain: -1 %; expected more than 0 %\ncoverage: 78 %; expected 85 %"}


def refused(number: int) -> Version:
    """A version that the gate refused for two reasons."""
    return replace(version(number), tags=REFUSED | {"model_digest": f"sha256:{number}"})


def test_a_refused_version_is_not_promoted_and_says_what_to_type(opened):
    store = opened([version(1, "champion"), refused(2)])
    with pytest.raises(RegistryError) as raised:
        promote(P, SETTINGS, 2)
    assert str(raised.value).splitlines() == [
        "p: version 2 was refused by the gate:",
        "  - gain: -1 %; expected more than 0 %",
        "  - coverage: 78 %; expected 85 %",
        "to make it champion anyway: nonferrous models promote p 2 --force REASON",
    ]
    for empty in ("", "  "):
        with pytest.raises(RegistryError, match=r"^p: --force needs a reason, which is stored with the version$"):
            promote(P, SETTINGS, 2, force=empty)
    assert store.moved == []
    assert store.tagged == []


def test_force_promotes_a_refused_version_and_keeps_reason_and_time(opened):
    store = opened([version(1, "champion"), refused(2)])
    before = datetime.now(UTC).replace(microsecond=0)
    assert promote(P, SETTINGS, 2, force="trial week")[2:5] == (
        2,
        "promote",
        "forced past the gate: trial week",
    )
    ((process, number, tags),) = store.tagged
    assert (process, number, tags["forced_why"]) == ("p", 2, "trial week")
    assert before <= datetime.fromisoformat(tags["forced_at"]) <= datetime.now(UTC)


RAILS = "kept: signs: none; expected none\nnot kept: worst regime: wet: -0.5; expected no loss"


def test_a_version_that_guardrails_held_back_is_promoted_by_force_alone(opened):
    held = replace(version(2), tags={"gate": "passed", "guardrails": RAILS, "model_digest": "sha256:2"})
    store = opened([version(1, "champion"), held])
    with pytest.raises(RegistryError) as raised:
        promote(P, SETTINGS, 2)
    assert str(raised.value).splitlines() == [
        "p: version 2 was held back by guardrails:",
        "  - worst regime: wet: -0.5; expected no loss",
        "to make it champion anyway: nonferrous models promote p 2 --force REASON",
    ]
    assert store.moved == []
    assert promote(P, SETTINGS, 2, force="the wet season is over")[4] == (
        "forced past guardrails: the wet season is over"
    )
    assert store.tagged[0][2]["forced_why"] == "the wet season is over"


@pytest.mark.parametrize("rails", ["none", "kept: signs: none; expected none"])
def test_a_version_that_kept_its_guardrails_needs_no_force(opened, rails):
    retained = replace(version(2), tags={"gate": "passed", "guardrails": rails, "model_digest": "sha256:2"})
    store = opened([version(1, "champion"), retained])
    assert promote(P, SETTINGS, 2)[2:5] == (2, "promote", "by hand")
    assert [set(tags) for _, _, tags in store.tagged] == [{"promoted_by"}]


def test_force_is_a_plain_reason_where_the_gate_let_pass(opened):
    store = opened([version(1, "champion"), version(2)])
    assert promote(P, SETTINGS, 2, force="holidays")[4] == "holidays"
    assert [set(tags) for _, _, tags in store.tagged] == [{"promoted_by"}]


def test_a_version_is_tried_again_only_where_somebody_asks(opened):
    store = opened([version(1, "champion"), version(2), version(3)], damaged=(3,))
    assert try_again(P, SETTINGS) == 1
    assert try_again(P, SETTINGS, 2) == 2
    assert store.again
    with pytest.raises(RegistryError, match=r"^p: version 3 would be refused by the service: model.json: changed$"):
        try_again(P, SETTINGS, 3)
    assert store.moved == []
    promote(P, SETTINGS, 2)
    assert not store.again


def test_force_promotes_nothing_that_does_not_load(opened):
    store = opened([version(1, "champion"), refused(2)], damaged=(2,))
    with pytest.raises(RegistryError, match=r"^p: version 2 would be refused by the service: model.json: changed$"):
        promote(P, SETTINGS, 2, force="trial week")
    assert (store.moved, store.tagged) == ([], [])


HISTORY = (move("first", None, 1), move("promote", 1, 2), move("promote", 2, 4))


def test_going_back_makes_the_champion_before_champion_again(opened):
    held = [version(1), version(2), version(3), version(4, "champion")]
    store = opened(held, HISTORY)
    assert rollback(P, SETTINGS) == ("p", "champion", 2, "rollback", "by hand", FIGURES)
    assert rollback(P, SETTINGS, 1, reason="drift")[2:5] == (1, "rollback", "drift")
    assert len(store.moved) == 2


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (5, r"^p: no version 5 \(registered: 1, 2, 3, 4\)$"),
        (4, r"^p: version 4 is champion already$"),
        (3, r"^p: version 3 never was champion; promote it instead$"),
        (1, r"^p: version 1 would be refused by the service: model.json: changed$"),
    ],
)
def test_what_cannot_be_gone_back_to_moves_nothing(opened, number, words):
    store = opened([version(1), version(2), version(3), version(4, "champion")], HISTORY, damaged=(1,))
    with pytest.raises(RegistryError, match=words):
        rollback(P, SETTINGS, number)
    assert store.moved == []


@pytest.mark.parametrize("shadow", [2, 3])
def test_another_champion_ends_a_shadow(opened, shadow):
    store = opened(
        [version(1, "champion"), version(2, *["shadow"] * (shadow == 2)), version(3, *["shadow"] * (shadow == 3))]
    )
    promote(P, SETTINGS, 2)
    assert store.moved[1:] == [("p", "shadow", None, "withdraw", "version 2 is champion now", {})]


def test_a_rollback_ends_a_shadow(opened):
    store = opened(
        [version(1), version(2, "champion"), version(3, "shadow")], (move("first", None, 1), move("promote", 1, 2))
    )
    rollback(P, SETTINGS)
    assert [entry[:4] for entry in store.moved] == [("p", "champion", 1, "rollback"), ("p", "shadow", None, "withdraw")]
    assert store.moved[1][4] == "version 1 is champion again"
