"""Texts that code puts together: strings and f-strings at given places, with a mark for each computed value."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from itertools import product
from pathlib import Path

ROOT = Path(__file__).parents[2]
VALUE = "ⱶ"
"""Stands for a value that is computed."""
NUMBER = "1.5"
"""Stands for a value that is written as a number."""
MOST_TEXTS = 200
"""Texts that one expression may have; more are a fault of the test."""


@cache
def module(path: str) -> ast.Module:
    """A parsed file of the repository."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


@cache
def constants_of(path: str) -> dict[str, ast.expr]:
    """Values that a file gives to names at its top."""
    return dict(_assigned(module(path).body))


@cache
def imported(path: str) -> dict[str, tuple[str, str]]:
    """File and name in it of each name that a file imports from another one of the repository."""
    return {
        alias.asname or alias.name: (file, alias.name)
        for node in module(path).body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
        if (ROOT / (file := f"{node.module.replace('.', '/')}.py")).exists()
    }


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    """All functions and methods."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


class Texts:
    """Texts of expressions in a function, or at the top of a module.

    Parameters
    ----------
    path : str
        File of the repository.
    function : FunctionDef, optional
        The function.
    """

    def __init__(self, path: str, function: ast.FunctionDef | None = None) -> None:
        self._path = path
        self._function = function
        self._open: list[str] = []  # names whose value is being read: one may be made of itself

    @cached_property
    def _local(self) -> dict[str, list[ast.expr]]:
        values: dict[str, list[ast.expr]] = {}
        for name, value in _assigned(ast.walk(self._function)) if self._function is not None else ():
            values.setdefault(name, []).append(value)
        return values

    def of(self, node: ast.expr | None) -> list[str]:
        """Each text that an expression may have; none of an expression without a text."""
        texts = list(dict.fromkeys(self._of(node)))
        assert len(texts) <= MOST_TEXTS, f"{self._path}: more than {MOST_TEXTS} texts of one expression"
        return [text for text in texts if any(letter.isalpha() for letter in text.replace(VALUE, ""))]

    def keys(self, node: ast.expr) -> list[str]:
        """Each text that a key of a dictionary may have."""
        return [text for key in self._keys(node) for text in self.of(key)]

    def _of(self, node: ast.expr | None) -> Iterable[str]:
        match node:
            case None | ast.Constant(value=None):
                return []
            case ast.Constant(value=str(text)):
                return [text]
            case ast.JoinedStr(values=parts):
                return ["".join(one) for one in product(*map(self._part, parts))]
            case ast.BinOp(op=ast.Add(), left=one, right=other):
                return ["".join(both) for both in product(self._part(one), self._part(other))]
            case ast.Name(id=name):
                return self._named(name)
        choices = self._choices(node)
        return [VALUE] if choices is None else [text for one in choices for text in self._of(one)]

    def _choices(self, node: ast.expr) -> Iterable[ast.expr] | None:
        """Expressions of which another one is any; None of one that is computed."""
        match node:
            case ast.IfExp(body=one, orelse=other):
                return one, other
            case ast.BoolOp(values=several) | ast.Tuple(elts=several) | ast.List(elts=several):
                return several
            case ast.ListComp(elt=one) | ast.GeneratorExp(elt=one) | ast.DictComp(value=one) | ast.Starred(value=one):
                return (one,)
            case ast.Subscript(value=ast.Name(id=name)):
                return [value for one in self._dictionaries(name) for value in one.values] or None
            case ast.Call(func=ast.Name(id="max"), args=[ast.Name() as first, *_]):
                return self._keys(first) or None
        return None

    def _part(self, node: ast.expr) -> list[str]:
        """Texts of a part of a text, at least a mark."""
        if isinstance(node, ast.FormattedValue):
            spec = "".join(self._of(node.format_spec)) if node.format_spec is not None else ""
            if spec.endswith("%"):
                return [f"{NUMBER}%"]
            return [NUMBER] if spec.endswith(tuple("gfe")) else self._part(node.value)
        return list(dict.fromkeys(self._of(node))) or [VALUE]

    def _named(self, name: str) -> Iterable[str]:
        if name in self._local and name not in self._open:
            self._open.append(name)
            texts = [text for value in self._local[name] for text in self._of(value)]
            self._open.remove(name)
            return texts
        constants = constants_of(self._path)
        if name in constants:
            return Texts(self._path)._of(constants[name])
        path, own = imported(self._path).get(name, ("", ""))
        return Texts(path)._named(own) if own in (constants_of(path) if path else {}) else [VALUE]

    def _dictionaries(self, name: str) -> list[ast.Dict]:
        return [one for one in self._local.get(name, []) if isinstance(one, ast.Dict)]

    def _keys(self, node: ast.expr) -> list[ast.expr]:
        several = self._dictionaries(node.id) if isinstance(node, ast.Name) else [node]
        return [key for one in several if isinstance(one, ast.Dict) for key in one.keys if key is not None]


def _assigned(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """Names and what is assigned to them; of a loop over the items of a dictionary, its keys."""
    for node in nodes:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.NamedExpr(target=ast.Name(id=name), value=value)
            ):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                yield from (
                    (one.id, each) for one, each in zip(names, values, strict=True) if isinstance(one, ast.Name)
                )
            case ast.For(
                target=ast.Tuple(elts=[ast.Name(id=name), *_]),
                iter=ast.Call(func=ast.Attribute(value=ast.Name() as several, attr="items")),
            ):
                yield name, ast.Call(ast.Name("max"), [several], [])


def returned(path: str, names: Iterable[str] | None = None) -> Iterator[str]:
    """Texts that functions return or yield: those with these names, or all that return a text or None."""
    for function in functions(module(path)):
        is_reason = function.returns is not None and ast.unparse(function.returns) == "str | None"
        if function.name in names if names is not None else is_reason:
            for node in ast.walk(function):
                if isinstance(node, ast.Return | ast.Yield):
                    yield from Texts(path, function).of(node.value)


def named(path: str, *names: str) -> Iterator[str]:
    """Texts of arguments, entries of dictionaries and variables with one of these names, and what is added to them."""
    for texts, node in _nodes(path):
        match node:
            case ast.keyword(arg=str(name), value=value) if name in names:
                yield from texts.of(value)
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and key.value in names:
                        yield from texts.of(value)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in names:
                yield from texts.of(value)
            case ast.AugAssign(target=ast.Name(id=name), value=value) if name in names:
                yield from texts.of(value)


def keys_of(path: str, *names: str) -> Iterator[str]:
    """Texts of keys of dictionaries with one of these names."""
    for texts, node in _nodes(path):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in names:
                yield from texts.keys(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if name in names:
                yield from texts.keys(value)
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name), slice=key)]) if name in names:
                yield from texts.of(key)


def appended(path: str, *names: str) -> Iterator[str]:
    """Texts that are appended to lists with one of these names, or to lists in lists with one."""
    for texts, node in _nodes(path):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[value]):
                yield from texts.of(value) if name in names else []
            case ast.Call(
                func=ast.Attribute(value=ast.Subscript(value=ast.Name(id=name)), attr="append"), args=[value]
            ):
                yield from texts.of(value) if name in names else []


def passed(path: str, function: str, position: int) -> Iterator[str]:
    """Texts that are passed to a function in a position."""
    for texts, node in _nodes(path):
        if isinstance(node, ast.Call) and len(node.args) > position:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == function:
                yield from texts.of(node.args[position])


def _nodes(path: str) -> Iterator[tuple[Texts, ast.AST]]:
    """Nodes of a file, each with the texts of the innermost function that it is in."""
    open_nodes: list[tuple[Texts, ast.AST]] = [(Texts(path), module(path))]
    while open_nodes:
        texts, node = open_nodes.pop()
        yield texts, node
        within = Texts(path, node) if isinstance(node, ast.FunctionDef) else texts
        open_nodes += [(within, child) for child in ast.iter_child_nodes(node)]
