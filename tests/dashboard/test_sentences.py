"""Each text of a response that pages show is one of their sentences: code is read for the texts that it makes."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from dashboard.phrases import PLACE
from dashboard.places import KINDS
from dashboard.sentences import SENTENCES, WORDS
from models.regression.unit_history import PREFIX
from models.sorting.setpoints.setpoints import LEAST_GAIN
from models.tasks import CANDIDATES
from models.uncertainty.missing_report import CLASS_SET, INTERVAL
from monitoring.drift.sensors import MISSING, OUTSIDE, STUCK
from operations.forms.values import UNUSED, USED
from records.user_decisions import ON_RECOMMENDATIONS, ON_WARNINGS
from seeds import load
from tests.suite.produced_texts import NUMBER, ROOT, VALUE, appended, keys_of, named, passed, returned

PLACES = {
    "names": rf"{VALUE}(?:(?:, | and ){VALUE})*",
    "word": rf"(?:{VALUE}|{'|'.join(map(re.escape, WORDS))})",
    "unit": rf"(?:{VALUE}|[^\s,;]+)",
    "remark": rf"{VALUE}(?:: {VALUE})?",
}
ANY_PLACE = rf"(?:{VALUE}|{re.escape(NUMBER)}%?)"
MORE = " and %(count)s more"


def files(*patterns: str) -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for pattern in patterns for path in ROOT.glob(pattern))


def of_files(read: Callable[..., Iterable[str]], paths: list[str], *names: str) -> Iterable[str]:
    return chain.from_iterable(read(path, *names) for path in paths)


# Advice for a whole line of units is on no page. Reasons of no model are errors of requests.
ADVICE = files(
    *("models/setpoints/*.py", "models/quality/setpoints/*.py", "models/sorting/setpoints/*.py"), "models/warnings/*.py"
)
SUMMARY = "monitoring/drift/summary.py"


def names() -> Iterator[str]:
    for path in files("seeds/*.toml"):
        seed = load(Path(path).stem)
        columns = {column.name for column in seed.columns}
        yield from (limit.name for limit in seed.constraints if limit.name not in columns)
    yield from (f"{PREFIX}{VALUE}", f"{LEAST_GAIN}{VALUE}")


def flags() -> Iterator[str]:
    yield from of_files(appended, files("models/**/*.py", "operations/**/*.py"), "flags", "words")
    yield from returned("models/uncertainty/missing_report.py", ["flag"])
    yield from (re.sub(r"\{.*?\}", NUMBER, text) for text in (INTERVAL, CLASS_SET))


def refusals() -> Iterator[str]:
    yield from of_files(returned, ADVICE)
    yield from of_files(named, ADVICE, "refusal", "reasons")
    yield from returned("models/quality/setpoints/recommender.py", ["_doubtful"])


def causes_of_gains() -> Iterator[str]:
    yield from of_files(keys_of, files("models/processes/*/response.py"), "CAUSES", "causes")
    yield from of_files(named, ADVICE, "cause")
    yield from returned("models/quality/setpoints/move_evaluation.py", ["_causes"])


def causes_of_predictions() -> Iterator[str]:
    yield from of_files(keys_of, files("models/processes/*/physics.py"), "CAUSES")
    yield from named("models/processes/causes.py", "OTHER")


def checks() -> Iterator[str]:
    yield from returned(SUMMARY, ["reasons", "_of_errors", "_of_input", "_of_sensor", "limits_in_words"])
    yield from keys_of("monitoring/drift/live.py", "names")
    yield from named("monitoring/drift/check.py", "versions")


def next_steps() -> Iterator[str]:
    yield from returned(SUMMARY, ["next_steps"])
    yield from returned("serving/hot_reload/online_calibration.py", ["lines"])
    yield from named("models/online/reference_runs.py", "lines")
    yield from named("nonferrous/reports.py", "shadow")


def reasons_of_models() -> Iterator[str]:
    for name in ("champions", "seed_folder", "status"):
        yield from named(f"serving/hot_reload/{name}.py", "trouble", "seed_trouble")
    yield from named("serving/shadow/shadows.py", "reason")


def history() -> Iterator[str]:
    yield from named("nonferrous/records.py", "subject", "action")
    yield from (text for place in (3, 4) for text in passed("records/outcomes.py", "add", place))
    yield from passed("records/user_decisions.py", "add", 4)
    yield from passed("records/outcomes.py", "_judged", 4)
    yield from passed("records/jobs/audited.py", "_enter", 1)
    yield from passed("records/jobs/audited.py", "add", 4)


def reasons_of_commands() -> Iterator[str]:
    """Texts in the history that commands write; most reasons are written by people."""
    yield from passed("registry/promotion.py", "leave_shadow", 1)
    yield from passed("registry/retraining/decision.py", "leave_shadow", 1)
    yield from of_files(named, files("registry/promotion.py", "registry/retraining/*.py"), "reason")
    yield from passed("registry/retraining/shadow_period.py", "move_alias", 4)
    yield from passed("nonferrous/jobs/runner.py", "begin_shadow", 2)
    yield from passed("nonferrous/jobs/runner.py", "end_shadow", 1)
    yield "by hand"  # the default of commands


SOURCES = [
    names,
    flags,
    refusals,
    causes_of_gains,
    causes_of_predictions,
    checks,
    next_steps,
    reasons_of_models,
    history,
]
NOT_SHOWN = {"nothing"}
"""A next step that pages leave out."""


@pytest.fixture(scope="module")
def texts() -> Callable[[Callable[[], Iterator[str]]], set[str]]:
    """Texts of a source, read once."""
    return cache(lambda source: set(source()))


def fits(text: str, sentence: str) -> bool:
    """Return whether code makes such a text of the sentence: each value in a place, or its word before a colon."""
    pieces = PLACE.split(sentence)  # odd ones are names of places
    expression = "".join(
        PLACES.get(KINDS.get(piece, "number"), ANY_PLACE) if i % 2 else re.escape(piece)
        for i, piece in enumerate(pieces)
    )
    with_word = re.sub(rf"^{VALUE}:", f"{sentence.partition(':')[0]}:", text)
    return any(re.fullmatch(expression, one) for one in {text, with_word})


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.__name__)
def test_every_text_of_a_response_has_a_sentence(source, texts):
    own = texts(source) - NOT_SHOWN
    assert own
    unknown = [text for text in own if not any(fits(text, one) for one in SENTENCES)]
    assert not unknown, f"dashboard/sentences.py lacks {unknown}; then: python -m dashboard.catalogues"


def test_every_sentence_is_the_text_of_some_response(texts):
    own = set().union(*map(texts, [*SOURCES, reasons_of_commands]))
    sentences = {sentence.replace(MORE, "") for sentence in SENTENCES if sentence not in WORDS}
    assert [sentence for sentence in sentences if not any(fits(text, sentence) for text in own)] == []


def test_words_are_those_of_responses_and_records():
    qualities = {*USED, *UNUSED} - {"good"}
    actions = {*named("nonferrous/records.py", "action"), *passed("records/outcomes.py", "_judged", 4)}
    decisions = {f"recommendation {one}" for one in ON_RECOMMENDATIONS} | {f"warning {one}" for one in ON_WARNINGS}
    assert {*CANDIDATES, *qualities, *actions, *decisions, MISSING, OUTSIDE, STUCK} <= set(WORDS)


def test_a_new_text_is_noticed():
    for text in (f"{VALUE} outside the range of the laboratory", "less dust", f"{VALUE} of {VALUE}", f"doubt: {VALUE}"):
        assert not any(fits(text, sentence) for sentence in SENTENCES), text


def test_sentences_state_each_once_and_have_places_of_known_kinds():
    assert len(set(SENTENCES)) == len(SENTENCES)
    places = {place for sentence in SENTENCES for place in PLACE.findall(sentence)}
    assert set(KINDS) <= places
    for sentence in SENTENCES:
        assert "%" not in PLACE.sub("", sentence)
        assert len(set(PLACE.findall(sentence))) == len(PLACE.findall(sentence)), sentence
