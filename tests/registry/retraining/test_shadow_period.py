"""Begin and end of a version's shadow, with a store that stands in for MLflow and is cut off at any write."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from types import SimpleNamespace

import pytest

from registry.retraining import shadow_period
from registry.retraining.running_shadow import RunningShadow, shown
from registry.retraining.shadow_period import (
    begin_shadow,
    end_shadow,
    in_shadow,
    is_decided,
    keep_end,
    outlived,
    settle_end,
)
from registry.settings import StoreSettings
from registry.versions import GUARDRAILS, NOT_KEPT, RegistryError, Version

FIGURES = {"gain": 0.25}
BEGIN = datetime(2026, 11, 27, 9, tzinfo=UTC)
PERIOD = RunningShadow(BEGIN, BEGIN + timedelta(days=14), 1)


class CutError(BaseException):
    """The process ends here."""


class Store:
    """Version 1 is champion, 2 is challenger and in shadow; writes are cut off after so many."""

    def __init__(self, left: int = 1000):
        self.tags = {1: {}, 2: PERIOD.tags}
        self.aliases = {"champion": 1, "challenger": 2, "shadow": 2}
        self.left, self.moves, self.settings = left, [], StoreSettings()

    def _write(self) -> None:
        if self.left == 0:
            raise CutError
        self.left -= 1

    def versions(self, process: str) -> list[Version]:
        held = {number: tuple(a for a, at in self.aliases.items() if at == number) for number in self.tags}
        where = ("linear", "2026-01-01", "run", "parent", "1", "model")
        return [Version("p", number, held[number], *where, self.tags[number], {}) for number in self.tags]

    def tag_version(self, process: str, number: int, tags: dict[str, str]) -> None:
        for name, value in tags.items():
            self._write()
            self.tags[number] = self.tags[number] | {name: value}

    def untag_version(self, process: str, number: int, name: str) -> None:
        self._write()
        self.tags[number] = {key: value for key, value in self.tags[number].items() if key != name}

    def move_alias(self, process, alias, after, action, reason, metrics):
        self._write()
        self.moves.append((alias, after, action, reason, metrics))
        self._write()
        self.aliases = {name: at for name, at in self.aliases.items() if name != alias}
        if after is not None:
            self.aliases[alias] = after

    @property
    def shadow(self) -> Version:
        return self.versions("p")[1]


def end(store: Store, promoted: bool) -> None:
    if not is_decided(store.shadow):
        keep_end(store.shadow, promoted, "better", FIGURES, store)
    settle_end("p", 2, store)


@pytest.mark.parametrize("promoted", [True, False])
def test_an_end_that_is_cut_off_at_any_write_and_taken_up_again_is_the_same(promoted):
    expected = {"champion": 2} if promoted else {"champion": 1}
    for writes in count(1):
        store = Store(left=writes)
        try:
            end(store, promoted)
        except CutError:
            store.left = 1000
            if in_shadow(store.versions("p")) is None:  # only what is in shadow is looked at again
                assert store.aliases == expected
                continue
            assert store.aliases["champion"] == 1 or is_decided(store.shadow)
            end(store, promoted)
        else:
            break
        assert store.aliases == expected
    assert writes > 6
    assert store.aliases == expected


def test_an_end_stands_with_its_figures_and_once():
    store = Store()
    end(store, True)
    assert store.moves[0] == ("champion", 2, "promote", "better", FIGURES)
    assert [move[:2] for move in store.moves[1:]] == [("challenger", None), ("shadow", None)]
    moves = len(store.moves)
    assert settle_end("p", 2, store) == (True, "better")
    assert len(store.moves) == moves
    store = Store()
    end(store, False)
    assert store.moves == [(alias, None, "withdraw", "better", FIGURES) for alias in ("challenger", "shadow")]


def test_a_period_is_read_as_it_was_written_and_lasts_twice_as_long_at_most():
    result, period = in_shadow(Store().versions("p"))
    assert (result.number, period) == (2, PERIOD)
    assert (PERIOD.until, PERIOD.latest) == (BEGIN + timedelta(days=14), BEGIN + timedelta(days=28))
    assert RunningShadow.of(Store().versions("p")[0].tags) is None
    before = datetime.now(UTC)
    now = RunningShadow.from_now(timedelta(hours=2), 3)
    assert before <= now.since <= datetime.now(UTC)
    assert (now.until - now.since, now.beside) == (timedelta(hours=2), 3)
    assert shown(datetime(2026, 12, 11, 10, tzinfo=timezone(timedelta(hours=1)))) == "2026-12-11 09:00 UTC"


def test_a_shadow_is_outlived_by_another_champion_or_challenger():
    champion, shadow = Store().versions("p")
    third = replace(champion, number=3, aliases=())
    assert outlived(shadow, PERIOD, [champion, shadow]) is None
    other = [replace(champion, aliases=()), shadow, replace(third, aliases=("champion",))]
    assert outlived(shadow, PERIOD, other) == "version 3 is champion now"
    newer = [champion, replace(shadow, aliases=("shadow",)), replace(third, aliases=("challenger",))]
    assert outlived(shadow, PERIOD, newer) == "version 3 is challenger now"
    assert in_shadow([champion, replace(shadow, aliases=())]) is None


@pytest.fixture
def loads(monkeypatch):
    """Versions that the service would refuse."""
    refused = []

    def check(version, seed, settings):
        if version.number in refused:
            raise RegistryError(f"p: version {version.number} would be refused by the service: changed")

    monkeypatch.setattr(shadow_period, "check_loads", check)
    return refused


def seed_of(days=14):
    length = None if days is None else SimpleNamespace(timedelta=timedelta(days=days))
    return SimpleNamespace(process=SimpleNamespace(name="p", shadow=length))


def waiting():
    """Version 2 waits as challenger; its earlier shadow period was refused."""
    store = Store()
    end(store, False)
    store.aliases["challenger"] = 2
    store.moves.clear()
    return store


def test_a_second_period_of_a_version_is_not_ended_by_the_end_of_its_first(loads):
    store = waiting()
    assert is_decided(store.shadow)
    before = datetime.now(UTC)
    period = begin_shadow(seed_of(), 2, "requested by ann", store)
    version, stored = in_shadow(store.versions("p"))
    assert (version.number, stored.beside) == (2, 1)
    assert not is_decided(version)
    assert not [name for name in version.tags if name.startswith("shadow_end")]
    assert period.until - period.since == timedelta(days=14)
    assert period.since >= before
    assert store.moves == [("shadow", 2, "enter", f"until {shown(period.until)}: requested by ann", {})]


def test_a_begin_that_is_cut_off_at_any_write_and_made_again_is_one_period(loads):
    for writes in count(1):
        store = waiting()
        store.left = writes
        try:
            begin_shadow(seed_of(), 2, "why", store)
        except CutError:
            store.left = 1000
            begin_shadow(seed_of(), 2, "why", store)
        else:
            break
        assert store.aliases == {"champion": 1, "challenger": 2, "shadow": 2}
        assert not is_decided(store.shadow)
    assert writes > 6
    moves = len(store.moves)
    again = begin_shadow(seed_of(), 2, "why", store)
    assert (again, len(store.moves)) == (in_shadow(store.versions("p"))[1], moves)


@pytest.mark.parametrize(
    ("number", "days", "aliases", "expected"),
    [
        (9, 14, {}, "version 9 is not the challenger: the challenger is version 2"),
        (0, 14, {}, "version 0 is not the challenger: the challenger is version 2"),
        (1, 14, {}, "version 1 is champion already"),
        (2, 14, {"shadow": 3}, "version 3 answers in shadow already; end its period first"),
        (2, 14, {"champion": None}, "no champion; a shadow period compares a version with it"),
        (2, 14, {"challenger": None}, "version 2 is not the challenger: no version is challenger"),
        (2, None, {}, "the seed states no length of a shadow period: [process] shadow"),
    ],
)
def test_a_period_that_cannot_begin_says_why_and_changes_nothing(loads, number, days, aliases, expected):
    store = waiting()
    store.tags[3] = {}
    store.aliases = {name: at for name, at in (store.aliases | aliases).items() if at is not None}
    before = dict(store.aliases)
    with pytest.raises(RegistryError) as raised:
        begin_shadow(seed_of(days), number, "why", store)
    assert str(raised.value) == f"p: {expected}"
    assert (store.aliases, store.moves) == (before, [])


def test_a_version_that_does_not_load_or_was_held_back_gets_no_period(loads):
    store = waiting()
    loads.append(2)
    with pytest.raises(RegistryError, match="would be refused by the service"):
        begin_shadow(seed_of(), 2, "why", store)
    loads.clear()
    store.tags[2] = {GUARDRAILS: f"{NOT_KEPT}worse on one unit"}
    with pytest.raises(RegistryError, match="held back by guardrails"):
        begin_shadow(seed_of(), 2, "why", store)
    assert store.moves == []


def test_a_period_ends_early_with_its_reason_and_the_version_stays_challenger():
    store = Store()
    assert (
        end_shadow("p", "requested by ann: new sensor", store)
        == "version 2 is no longer in shadow: requested by ann: new sensor"
    )
    assert store.moves == [("shadow", None, "withdraw", "requested by ann: new sensor", {})]
    assert store.aliases == {"champion": 1, "challenger": 2}
    assert end_shadow("p", "again", store) == "no version answers in shadow"
    assert len(store.moves) == 1


def test_a_decided_end_is_carried_out_in_place_of_an_early_one():
    store = Store()
    keep_end(store.shadow, True, "better", FIGURES, store)
    assert end_shadow("p", "requested by ann: no time", store) == "version 2 is champion better"
    assert store.aliases == {"champion": 2}
