"""Begin and end of a version's shadow, with a store that stands in for MLflow and is cut off at any write."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import count

import pytest

from registry.retraining.shadow_period import (
    RunningShadow,
    in_shadow,
    is_decided,
    keep_end,
    outlived,
    settle_end,
    shown,
)
from registry.versions import Version

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
        self.left, self.moves = left, []

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
    assert RunningShadow.of(Store().versions("p")[0]) is None
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
