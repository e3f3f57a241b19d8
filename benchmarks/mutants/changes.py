"""Small wrong changes to the code: where Cosmic Ray can make them, and a random choice of them."""

import ast
import random
import re
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).parents[2]
ROOMS = ("models", "operations", "physics", "registry", "seeds", "serving", "synthetic_data", "training")
# Shifts, bit patterns and identity of numbers end in an immediate error, so they do not test the tests.
LEFT_OUT = re.compile(r"(Shift|Bit\w+|Invert|_Is|_IsNot|VariableReplacer|VariableInserter)$|_Is_|_IsNot_")
KEPT = ("core/ReplaceComparisonOperator_Is_IsNot", "core/ReplaceComparisonOperator_IsNot_Is")


@dataclass(frozen=True)
class Change:
    """One small wrong change: which operator of Cosmic Ray, and its how-manieth place in the file."""

    file: str
    line: int
    column: int
    operator: str
    occurrence: int

    @property
    def room(self) -> str:
        return self.file.split("/")[0]

    def applied(self, source: str) -> str:
        changed = mutate_code(source, get_operator(self.operator)(), self.occurrence)
        assert changed is not None, self
        return str(changed)


def unevaluated(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Spans of annotations, which nothing evaluates in a module that postpones them."""
    tree = ast.parse(source)
    annotations: list[ast.expr | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            arguments = node.args
            every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
            annotations += [node.returns, *(argument.annotation for argument in every if argument is not None)]
        elif isinstance(node, ast.AnnAssign):
            annotations.append(node.annotation)
    return [
        ((node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0))
        for node in annotations
        if node is not None
    ]


def possible(change: Change, source: str) -> bool:
    """Return whether a change can be made: Cosmic Ray fails on a dotted name among several exceptions."""
    if change.operator != "core/ExceptionReplacer":
        return True
    try:
        change.applied(source)
    except AttributeError:
        return False
    return True


def places(path: Path) -> dict[tuple[int, int], list[Change]]:
    """Changes that can be made in a file, by place."""
    source = path.read_text(encoding="utf-8")
    tree, spans = get_ast(source), unevaluated(source)
    by_place: dict[tuple[int, int], list[Change]] = {}
    for name in operator_names():
        if LEFT_OUT.search(name) and name not in KEPT:
            continue
        operator = get_operator(name)()
        positions = (start for node in ast_nodes(tree) for start, _ in operator.mutation_positions(node))
        for occurrence, (line, column) in enumerate(positions):
            if not any(start <= (line, column) < end for start, end in spans):
                change = Change(str(path.relative_to(ROOT)), line, column, name, occurrence)
                if possible(change, source):
                    by_place.setdefault((line, column), []).append(change)
    return by_place


def sample(only: str, size: int, seed: int) -> tuple[list[Change], dict[str, int]]:
    """Random changes, at most one at a place, spread over packages; and the number of places by package."""
    by_room: dict[str, list[list[Change]]] = {}
    for room in ROOMS:
        files = sorted(path for path in (ROOT / room).rglob("*.py") if str(path.relative_to(ROOT)).startswith(only))
        every = [changes for path in files for _, changes in sorted(places(path).items())]
        if every:
            by_room[room] = every
    counts = {room: len(every) for room, every in by_room.items()}
    total = sum(counts.values())
    exact = {room: min(size, total) * count / total for room, count in counts.items()}
    quota = {room: int(share) for room, share in exact.items()}
    for room in sorted(exact, key=lambda room: quota[room] - exact[room])[: min(size, total) - sum(quota.values())]:
        quota[room] += 1
    rng = random.Random(seed)
    chosen = [rng.choice(changes) for room, every in by_room.items() for changes in rng.sample(every, quota[room])]
    rng.shuffle(chosen)
    return chosen, counts


def shown(change: Change) -> dict[str, str]:
    """Lines that a change replaces, and the new lines."""
    before = (ROOT / change.file).read_text(encoding="utf-8")
    old, new = before.splitlines(), change.applied(before).splitlines()
    while old and new and old[0] == new[0]:
        old, new = old[1:], new[1:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return {"old": " ".join(line.strip() for line in old), "new": " ".join(line.strip() for line in new)}
