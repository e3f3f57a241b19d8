"""Machine code of a recorded step: one loop over the units in place of hundreds of passes over short arrays.

Sums, products, quotients and roots are rounded as NumPy rounds them, nothing is put together or taken in another order,
and all other functions (exponentials, powers, logarithms) are NumPy's own loops, called for a few units at a time. So
the numbers are those of the step itself, to the last bit.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.tracing import TRUTH, Graph

LANES = 8  # units computed at a time
BANKS = ("state", "given", "found")
_V, _B = f"<{LANES} x double>", f"<{LANES} x i1>"
_BINARY = {"add": "fadd", "subtract": "fsub", "multiply": "fmul", "divide": "fdiv"}
_COMPARE = {"less": "olt", "less_equal": "ole", "greater": "ogt", "greater_equal": "oge", "equal": "oeq"}
_COMPARE |= {"not_equal": "une"}
_LOGICAL = {"logical_and": "and", "logical_or": "or"}
_INTRINSIC = {"sqrt": "sqrt", "absolute": "fabs", "floor": "floor"}


class _UfuncHead(ctypes.Structure):
    """Beginning of NumPy's PyUFuncObject, which is part of its stable C interface (numpy/ufuncobject.h)."""

    _fields_ = (
        ("references", ctypes.c_ssize_t), ("type", ctypes.c_void_p), ("inputs", ctypes.c_int),
        ("outputs", ctypes.c_int), ("arguments", ctypes.c_int), ("identity", ctypes.c_int),
        ("loops", ctypes.POINTER(ctypes.c_void_p)), ("data", ctypes.POINTER(ctypes.c_void_p)),
    )  # fmt: skip


@functools.cache
def _loop(name: str) -> tuple[int, int]:
    """Addresses of NumPy's loop over float64 for a function, and of the data it takes.

    Raises
    ------
    RuntimeError
        NumPy's function is laid out in another way than expected.
    """
    ufunc: np.ufunc = getattr(np, name)
    head = _UfuncHead.from_address(id(ufunc))
    if (head.inputs, head.outputs, head.arguments) != (ufunc.nin, ufunc.nout, ufunc.nargs):
        raise RuntimeError(f"numpy.{name}: its C structure is not that of numpy {np.__version__} as known here")
    at = ufunc.types.index("d" * ufunc.nin + "->d")
    loop, data = int(head.loops[at] or 0), int((head.data[at] if head.data else 0) or 0)
    arrays = [np.linspace(0.1, 0.9, LANES) for _ in range(ufunc.nin)]
    got, steps = np.empty(LANES), (ctypes.c_ssize_t * (ufunc.nin + 1))(*[8] * (ufunc.nin + 1))
    pointers = (ctypes.c_void_p * (ufunc.nin + 1))(*(array.ctypes.data for array in (*arrays, got)))
    kind = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
    kind(loop)(pointers, (ctypes.c_ssize_t * 1)(LANES), steps, data)
    if not np.array_equal(got, ufunc(*arrays)):
        raise RuntimeError(f"numpy.{name}: its loop gives other numbers than the function")
    return loop, data


@dataclass(frozen=True)
class _Code:
    """Compiled loop; keeps the engine alive that owns its memory."""

    call: Any
    engine: Any
    loops: FloatArray


class Machine:
    """A recorded step, ready to run on arrays of shape (rows, units), units filled up to a multiple of LANES.

    Parameters
    ----------
    graph : Graph
        Of the step.
    state, found : sequence of int
        Nodes of the rows that the step leaves in the banks `state` and `found`.
    """

    def __init__(self, graph: Graph, state: Sequence[int], found: Sequence[int]) -> None:
        text, functions = _assembly(graph, state, found)
        self._code = _compiled(text, functions)
        self._constants = np.array(graph.constants)

    def run(self, state: int, given: int, found: int, scalars: int, units: int) -> None:
        """Step once: the bank `state` is moved on, `found` is filled.

        Parameters
        ----------
        state, given, found, scalars : int
            Addresses of float64: of C-contiguous banks of shape (rows, units), and of numbers that all units share.
        units : int
            A multiple of LANES.
        """
        self._code.call(state, given, found, scalars, self._constants.ctypes.data, self._code.loops.ctypes.data, units)


def filled_up(units: int) -> int:
    """Units with those that fill the last LANES."""
    return -(-units // LANES) * LANES


def _assembly(graph: Graph, state: Sequence[int], found: Sequence[int]) -> tuple[str, tuple[str, ...]]:
    """The loop in LLVM's language, and the names of NumPy's functions that it calls."""
    needed = set((*state, *found))
    for number in range(len(graph.nodes) - 1, -1, -1):  # a node takes earlier ones alone
        if number in needed and graph.nodes[number][0] not in ("row", "scalar", "constant"):
            needed.update(graph.nodes[number][1:])
    functions: list[str] = []
    lines: list[str] = []
    for number in sorted(needed):
        lines += _lines(graph, number, functions)
    for bank, nodes in (("state", state), ("found", found)):
        for row, node in enumerate(nodes):
            if graph.nodes[node] == ("row", bank, row):
                continue  # stays as it is
            lines += [*_address(f"out.{bank}.{row}", bank, row)]
            lines.append(f"store {_V} {_name(graph, graph.number(node))}, ptr %out.{bank}.{row}, align 8")
    entry = [f"%b{i} = alloca {_V}, align 64" for i in range(3)]
    entry += ["%dims = alloca i64", "%steps = alloca [3 x i64]", "%unary = alloca [2 x ptr]", "%binary = alloca [3 x ptr]"]
    entry += [f"store i64 {LANES}, ptr %dims"]
    for table, buffers in (("unary", (0, 2)), ("binary", (0, 1, 2))):
        for i, buffer in enumerate(buffers):
            entry += [f"%{table}.{i} = getelementptr ptr, ptr %{table}, i64 {i}", f"store ptr %b{buffer}, ptr %{table}.{i}"]
    entry += [f"%step.{i} = getelementptr i64, ptr %steps, i64 {i}" for i in range(3)]
    entry += [f"store i64 8, ptr %step.{i}" for i in range(3)]
    intrinsics = [f"declare {_V} @llvm.{name}.v{LANES}f64({_V})" for name in _INTRINSIC.values()]
    text = [
        *intrinsics,
        "define void @step(ptr noalias %state, ptr noalias %given, ptr noalias %found, ptr noalias %scalars, "
        "ptr noalias %constants, ptr noalias %loops, i64 %units) {",
        "entry:", *entry, "br label %body", "body:",
        f"%at = phi i64 [0, %entry], [%next, %body]", *lines,
        f"%next = add i64 %at, {LANES}", "%more = icmp slt i64 %next, %units",
        "br i1 %more, label %body, label %done", "done:", "ret void", "}",
    ]  # fmt: skip
    return "\n".join(text), tuple(functions)


def _address(name: str, bank: str, row: int) -> list[str]:
    return [
        f"%{name}.r = mul i64 %units, {row}",
        f"%{name}.i = add i64 %{name}.r, %at",
        f"%{name} = getelementptr double, ptr %{bank}, i64 %{name}.i",
    ]


def _name(graph: Graph, node: int) -> str:
    return f"%v{node}"


def _lines(graph: Graph, number: int, functions: list[str]) -> list[str]:
    """Instructions of one node."""
    name, *args = graph.nodes[number]
    made, (a, *rest) = f"%v{number}", [f"%v{arg}" for arg in args]
    if name == "row":
        bank, row = args
        return [*_address(f"in{number}", bank, row), f"{made} = load {_V}, ptr %in{number}, align 8"]
    if name in ("scalar", "constant"):
        return [
            f"%p{number} = getelementptr double, ptr %{name}s, i64 {args[0]}",
            f"%s{number} = load double, ptr %p{number}, align 8",
            f"%i{number} = insertelement {_V} poison, double %s{number}, i64 0",
            f"{made} = shufflevector {_V} %i{number}, {_V} poison, <{LANES} x i32> zeroinitializer",
        ]
    if name in _BINARY:
        return [f"{made} = {_BINARY[name]} {_V} {a}, {rest[0]}"]
    if name in _COMPARE:
        return [f"{made} = fcmp {_COMPARE[name]} {_V} {a}, {rest[0]}"]
    if name in _LOGICAL:
        return [f"{made} = {_LOGICAL[name]} {_B} {a}, {rest[0]}"]
    if name == "logical_not":
        return [f"{made} = xor {_B} {a}, splat (i1 true)"]
    if name in ("minimum", "maximum"):  # NaN wins, as in NumPy
        return [
            f"%c{number} = fcmp {'olt' if name == 'minimum' else 'ogt'} {_V} {a}, {rest[0]}",
            f"%n{number} = fcmp uno {_V} {a}, {a}",
            f"%o{number} = or {_B} %c{number}, %n{number}",
            f"{made} = select {_B} %o{number}, {_V} {a}, {_V} {rest[0]}",
        ]
    if name == "where":
        return [f"{made} = select {_B} {a}, {_V} {rest[0]}, {_V} {rest[1]}"]
    if name == "as_number":
        return [f"{made} = uitofp {_B} {a} to {_V}"]
    if name == "negative":
        return [f"{made} = fneg {_V} {a}"]
    if name == "square":
        return [f"{made} = fmul {_V} {a}, {a}"]
    if name == "reciprocal":
        return [f"{made} = fdiv {_V} splat (double 1.0), {a}"]
    if name == "positive":
        return [f"{made} = select {_B} splat (i1 true), {_V} {a}, {_V} {a}"]
    if name in _INTRINSIC:
        return [f"{made} = call {_V} @llvm.{_INTRINSIC[name]}.v{LANES}f64({_V} {a})"]
    return _call(graph, number, name, args, functions)


def _call(graph: Graph, number: int, name: str, args: list[int], functions: list[str]) -> list[str]:
    """A call of NumPy's loop; a constant operand has no step, as where arrays meet a number."""
    if name not in functions:
        functions.append(name)
    at, lines = functions.index(name), []
    for i, arg in enumerate(args):
        lines.append(f"store {_V} %v{arg}, ptr %b{i}, align 64")
    if len(args) == 2:
        for i, arg in enumerate(args):
            lines.append(f"store i64 {0 if graph.nodes[arg][0] == 'constant' else 8}, ptr %step.{i}")
    else:
        lines += ["store i64 8, ptr %step.0", "store i64 8, ptr %step.1"]
    table = "binary" if len(args) == 2 else "unary"
    for what, place in (("f", 2 * at), ("d", 2 * at + 1)):
        lines.append(f"%{what}p{number} = getelementptr ptr, ptr %loops, i64 {place}")
        lines.append(f"%{what}{number} = load ptr, ptr %{what}p{number}")
    lines.append(f"call void %f{number}(ptr %{table}, ptr %dims, ptr %steps, ptr %d{number})")
    return [*lines, f"%v{number} = load {_V}, ptr %b2, align 64"]


@functools.cache
def _compiled(text: str, functions: tuple[str, ...]) -> _Code:
    """Machine code for this processor; steps of the same shape share it, whatever their constants."""
    import llvmlite.binding as llvm  # half a second, for large runs alone

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    host, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    machine = llvm.Target.from_default_triple().create_target_machine(cpu=host, features=features, opt=2, jit=True)
    module = llvm.parse_assembly(text)
    module.verify()
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    kind = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 6, ctypes.c_int64)
    loops = np.array([address for name in functions for address in _loop(name)] or [0], dtype=np.int64)
    return _Code(kind(engine.get_function_address("step")), engine, loops)
