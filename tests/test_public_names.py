"""Public names change with an entry in the changelog."""

import tomllib

import pytest

from tests.suite.public_names import CHANGELOG, COMMAND, LIST, ROOT, Reviewed, public_names, unreleased

REVIEWED = Reviewed.read(LIST.read_text(encoding="utf-8"))
NAMES = frozenset(
    {
        "command nonferrous",
        "command nonferrous predict",
        "option nonferrous predict --out",
        "field Prediction.flags",
        "metric nonferrous_predicted_rows_total",
        "path GET /v1/processes",
        "seed key columns.role",
        "setting NONFERROUS_PORT",
    }
)
BEFORE = Reviewed("0.2.0", NAMES)


def test_public_names_are_the_reviewed_ones() -> None:
    names = public_names()
    changes = {"new": sorted(names - REVIEWED.names), "gone": sorted(REVIEWED.names - names)}
    assert not any(changes.values()), f"add an entry to CHANGELOG.md [Unreleased] and run `{COMMAND}`: {changes}"


def test_changes_since_the_release_are_in_the_changelog() -> None:
    missing = REVIEWED.undocumented(unreleased())
    assert not missing, f"add an entry to {CHANGELOG.name} [Unreleased] that names them"


def test_the_list_is_of_the_version_that_pyproject_states() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert REVIEWED.version == version, f"a release takes the changes into the list: `{COMMAND}`"


def test_the_list_is_written_as_it_is_read() -> None:
    assert REVIEWED.write() == LIST.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(NAMES - {"command nonferrous"}))
def test_a_name_that_goes_or_comes_is_a_change_that_notes_must_name(name: str) -> None:
    gone = BEFORE.updated(NAMES - {name}, "0.2.0")
    come = Reviewed("0.2.0", NAMES - {name}).updated(NAMES, "0.2.0")
    assert (gone.removed, come.added) == ({name}, {name})
    for changed in (gone, come):
        assert Reviewed.read(changed.write()) == changed
        assert changed.undocumented("Predictions are better: predict, flags, role, port.") == [name]
        assert changed.undocumented(f"`{name.partition(' ')[2]}` has changed.") == []


def test_changes_stay_until_there_is_a_new_version() -> None:
    gone = BEFORE.updated(NAMES - {"setting NONFERROUS_PORT"}, "0.2.0")
    assert gone.updated(gone.names, "0.2.0") == gone
    assert gone.updated(NAMES, "0.2.0") == BEFORE
    released = gone.updated(gone.names, "0.3.0")
    assert (released.version, released.added, released.removed) == ("0.3.0", frozenset(), frozenset())
    assert released.undocumented("") == []


def test_an_added_command_or_address_brings_its_options_and_fields() -> None:
    more = {"command nonferrous plan", "option nonferrous plan --out", "path POST /v1/plans", "field Plan.rows"}
    added = BEFORE.updated(NAMES | more, "0.2.0")
    assert added.undocumented("") == ["command nonferrous plan", "path POST /v1/plans"]
    assert added.undocumented("`nonferrous plan --out FILE` and `POST /v1/plans` plan.") == []


def test_every_kind_of_name_is_in_the_list() -> None:
    assert NAMES <= REVIEWED.names
    assert {"seed value columns.role before", "label nonferrous_predicted_rows_total route"} <= REVIEWED.names
