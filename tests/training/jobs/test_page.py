"""The frame of a page, around figures that stand in for drawn ones."""

from types import SimpleNamespace

import pytest

from reporting.style import CONFIG, STYLE
from training.jobs import page as pages
from training.jobs.page import page
from training.reports.pictures import Picture
from training.tasks import TASKS


class Drawn:
    """A figure that writes down how it is to be written."""

    def __init__(self, name, requested):
        self.name, self.asked = name, requested

    def to_html(self, **how):
        self.asked.append((self.name, how))
        return f"[{self.name}]"


@pytest.fixture
def framed(monkeypatch):
    """A page of three figures, the middle one of which does not apply, and how the others were asked to be written."""
    calls = []

    def drawer(name):
        def draw(candidate, data, parts):
            assert (candidate.name, parts) == ("line", "parts")
            return Drawn(name, calls)

        draw.__name__ = name
        return draw

    pictures = (
        Picture("First & last", "as <is>", drawer("first")),
        Picture("Never", "not said", drawer("never"), lambda data: False),
        Picture("Second", "words", drawer("second"), lambda data: True),
    )
    task = SimpleNamespace(card=SimpleNamespace(pictures=pictures, subject=lambda data, parts: "Target < 3."))
    monkeypatch.setattr(pages, "task_of", lambda seed: task)
    data = SimpleNamespace(seed=SimpleNamespace(process=SimpleNamespace(title="A & B")))
    return page(SimpleNamespace(name="line"), data, "parts"), calls


def test_figures_that_apply_stand_in_their_order_below_title_and_subject(framed):
    assert framed[0] == (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>line: A &amp; B</title>'
        f"<style>{STYLE}</style></head><body><h1>line: A &amp; B</h1><p>Target &lt; 3.</p>"
        "<h2>First &amp; last</h2><p>as &lt;is&gt;</p>[first]<h2>Second</h2><p>words</p>[second]</body></html>"
    )


def test_a_page_says_why_a_figure_is_missing_and_the_first_that_is_drawn_brings_the_library(framed, monkeypatch):
    def nothing(candidate, data, parts):
        return None

    calls = []

    def second(candidate, data, parts):
        return Drawn("second", calls)

    pictures = (
        Picture("Curve", "how to read it", nothing, absent="Not drawn: <nobody> asked."),
        Picture("Nothing", "how to read it", nothing),
        Picture("Second", "words", second),
    )
    task = SimpleNamespace(card=SimpleNamespace(pictures=pictures, subject=lambda data, parts: "Target."))
    monkeypatch.setattr(pages, "task_of", lambda seed: task)
    data = SimpleNamespace(seed=SimpleNamespace(process=SimpleNamespace(title="A")))
    result = page(SimpleNamespace(name="line"), data, "parts")
    assert result.endswith(
        "<p>Target.</p><h2>Curve</h2><p>Not drawn: &lt;nobody&gt; asked.</p><h2>Second</h2><p>words</p>[second]"
        "</body></html>"
    )
    assert [how["include_plotlyjs"] for _, how in calls] == [True]


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_a_learning_curve_that_nobody_asked_for_is_not_drawn_and_the_page_says_how_to_get_it(task):
    (picture,) = (one for one in task.card.pictures if one.heading == "Learning curve")
    data = SimpleNamespace(seed=SimpleNamespace(target=SimpleNamespace(unit="%")))
    assert picture.draw(SimpleNamespace(curve=None, metrics={}), data, None) is None
    assert "--learning-curve" in picture.absent


def test_the_first_figure_brings_the_library_and_none_its_own_page(framed):
    one, two = ({"full_html": False, "include_plotlyjs": first, "config": CONFIG} for first in (True, False))
    assert framed[1] == [("first", one | {"div_id": "first"}), ("second", two | {"div_id": "second"})]
