"""Vocabulary of code and documents: terms, names and sentences as docs/reference/glossary.md and CONTRIBUTING.md state.

Exceptions stand in tests/language.toml, each with its place and its reason.
"""

import ast
import io
import re
import subprocess
import tokenize
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RULES = tomllib.loads((Path(__file__).parent / "language.toml").read_text(encoding="utf-8"))
CLAUSES = frozenset(RULES["clause_starts"])
WORDS = tuple(RULES["retired_words"])
NAMES = frozenset(RULES["retired_names"])
CLASSES = frozenset(RULES["retired_classes"])
METRICS = re.compile(rf"(?:^|_)(?:{'|'.join(RULES['retired_metrics'])})(?:_|$)")
# From Python 3.12 on the text of an f-string is a token of its own kind.
TEXTS = {tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
LONGEST_SUMMARY, LONGEST_HELP, LONGEST_SENTENCE, LONGEST_HEADING = 100, 80, 30, 8


@cache
def tracked(suffix: str) -> tuple[Path, ...]:
    """Files of the repository with this suffix; those that were deleted since the last commit are left out."""
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard", f"*{suffix}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return tuple(path for name in sorted(listed.split("\n")) if name and (path := ROOT / name).exists())


def place_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def is_test(place: str) -> bool:
    return "tests/" in place or place == "conftest.py"


@cache
def trees() -> dict[str, ast.Module]:
    """Parsed Python files by place, tests included."""
    return {place_of(file): ast.parse(file.read_text(encoding="utf-8")) for file in tracked(".py")}


@cache
def docstrings() -> tuple[tuple[str, str], ...]:
    """Place and text of each docstring outside tests."""
    return tuple(
        (f"{place}:{getattr(node, 'lineno', 1)} {getattr(node, 'name', 'module')}", text)
        for place, tree in trees().items()
        if not is_test(place)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and (text := ast.get_docstring(node))
    )


@cache
def texts() -> tuple[tuple[str, str], ...]:
    """Place and text of strings and comments of several words outside tests, and of the prose of documents."""
    return (*_strings(), *((place_of(file), prose(file.read_text(encoding="utf-8"))) for file in tracked(".md")))


def _strings() -> Iterator[tuple[str, str]]:
    for file in tracked(".py"):
        if is_test(place := place_of(file)):
            continue
        for token in tokenize.generate_tokens(io.StringIO(file.read_text(encoding="utf-8")).readline):
            if token.type in TEXTS and " " in token.string:
                yield f"{place}:{token.start[0]}", words_of(token.string)


def words_of(text: str) -> str:
    """Text of a string or comment without code: code spans, expressions, and names with their types."""
    text = re.sub(r"`[^`]*`|\{[^{}]*\}", " ", text)
    return re.sub(r"^\s*[\w, ]+ : .*$", " ", text, flags=re.MULTILINE)


def prose(text: str) -> str:
    """Markdown without code, targets of links and comments."""
    return re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)|<!--.*?-->", " ", text, flags=re.DOTALL)


def without_exceptions(rule: str, places: list[str]) -> list[str]:
    """Places that no exception of the rule allows; an exception without a place is an error."""
    allowed = RULES["exceptions"].get(rule, {})
    unused = [pattern for pattern in allowed if not any(re.search(pattern, place) for place in places)]
    assert not unused, f"tests/language.toml: exceptions of {rule} that nothing needs"
    return [place for place in places if not any(re.search(pattern, place) for pattern in allowed)]


def test_docstrings_start_with_a_verb_or_a_noun():
    wrong = [place for place, text in docstrings() if re.split(r"\W", text.lower(), maxsplit=1)[0] in CLAUSES]
    assert not without_exceptions("clause_start", wrong)


def test_summaries_are_one_short_line():
    wrong = [place for place, text in docstrings() if len(text.splitlines()[0]) > LONGEST_SUMMARY]
    assert not without_exceptions("long_summary", wrong)


def test_retired_words_do_not_return():
    pattern = re.compile(rf"\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)
    wrong = [f"{place} {result[0]}" for place, text in texts() if (result := pattern.search(text))]
    assert not without_exceptions("words", wrong)


def test_retired_names_do_not_return():
    wrong = []
    for place, tree in trees().items():
        for node in ast.walk(tree):
            name, retired = getattr(node, "name", None), NAMES
            if isinstance(node, ast.ClassDef):
                retired = CLASSES
            elif isinstance(node, ast.arg):
                name = node.arg
            elif isinstance(node, ast.Name):
                name = node.id if isinstance(node.ctx, ast.Store) else None
            if name in retired:
                wrong.append(f"{place}:{getattr(node, 'lineno', 1)} {name}")
    assert not without_exceptions("names", wrong)


def test_stored_names_have_no_retired_part():
    """String literals that are a name or a part of one, and keys of the results of benchmarks."""
    wrong = [
        f"{place}:{node.lineno} {node.value}"
        for place, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"\w+", node.value)
        and METRICS.search(node.value)
    ]
    for file in (ROOT / "docs" / "results").glob("*.json"):
        keys = re.findall(r'^\s*"([^"]+)": ', file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert keys
        wrong += [f"{place_of(file)} {key}" for key in keys if METRICS.search(key)]
    assert not without_exceptions("metrics", wrong)


@pytest.mark.parametrize(
    "name", ["unseen_rmse", "test_let_go", "_let_go", "x/unseen_all_mae", "learnt_before", "test_assayed", "unseen"]
)
def test_a_retired_part_of_a_stored_name_is_found(name):
    assert METRICS.search(name.rpartition("/")[2])
    assert not METRICS.search("holdout_assayed_share")


def test_class_names_are_unique():
    classes = defaultdict(list)
    for place, tree in trees().items():
        if is_test(place) or place.startswith("benchmarks/"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                classes[node.name].append(f"{place}:{node.lineno}")
    assert not {name: places for name, places in classes.items() if len(places) > 1}


def test_headings_name_their_subject():
    wrong = []
    for file in tracked(".md"):
        text = re.sub(r"```.*?```", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        for heading in re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE):
            if re.split(r"\W", heading.lower(), maxsplit=1)[0] in CLAUSES or len(heading.split()) > LONGEST_HEADING:
                wrong.append(f"{place_of(file)}: {heading}")
    assert not without_exceptions("headings", wrong)


@pytest.mark.parametrize("folder", ["tutorials", "how-to"])
def test_sentences_of_instructions_are_short(folder):
    files = [*(ROOT / "docs" / folder).glob("*.md")]
    assert files
    wrong = []
    for file in files:
        for sentence in re.split(r"(?<=[.!?:])\s+|\n\s*\n|\n[-|]|\n\d+\. ", prose(file.read_text(encoding="utf-8"))):
            if len(re.findall(r"\w+", sentence)) > LONGEST_SENTENCE and "|" not in sentence:
                wrong.append(f"{place_of(file)}: {' '.join(sentence.split())[:80]}")
    assert not without_exceptions("sentences", wrong)


def test_help_of_commands_is_one_short_sentence():
    import typer.main

    from nonferrous.command_line import app

    def walk(command, path):
        yield path, (command.help or "").split("\n\n")[0].replace("\n", " ")
        for name, child in getattr(command, "commands", {}).items():
            if not child.hidden:
                yield from walk(child, f"{path} {name}")

    wrong = [
        f"{path}: {text}"
        for path, text in walk(typer.main.get_command(app), "nonferrous")
        if not text.endswith(".") or len(text) > LONGEST_HELP or text.split()[0].lower() in CLAUSES
    ]
    assert not wrong


def test_an_exception_that_nothing_needs_is_an_error():
    RULES["exceptions"]["of a test"] = {"^nowhere/": "reason"}
    with pytest.raises(AssertionError, match="that nothing needs"):
        without_exceptions("of a test", ["somewhere/file.py:1"])
    assert without_exceptions("another", ["somewhere/file.py:1"]) == ["somewhere/file.py:1"]
