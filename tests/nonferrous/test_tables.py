"""What the terminal says of a file that was read."""

from pathlib import Path
from types import SimpleNamespace

from nonferrous.tables import reading_lines


def test_a_sound_file_is_one_line():
    assert reading_lines(SimpleNamespace(cautions=(), lacks=()), 480, 0, None) == [
        "480 rows read: 480 taken, 0 excluded"
    ]


def test_rows_set_aside_cautions_and_lacks_follow_each_other():
    data = SimpleNamespace(cautions=("z sticks",), lacks=("no value at all: tapped", "no label in 3 of 480 rows"))
    assert reading_lines(data, 478, 2, Path("home/rejected/toy.csv")) == [
        "480 rows read: 478 taken, 2 excluded",
        "rejected rows, each with its reason: home/rejected/toy.csv",
        "Warning: z sticks",
        "What this table lacks:",
        "- no value at all: tapped",
        "- no label in 3 of 480 rows",
    ]
