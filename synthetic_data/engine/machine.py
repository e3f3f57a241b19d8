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

from physics.arrays import IntArray
from synthetic_data.engine.tracing import Graph

LANES = 8  # units computed at a time
BANKS = ("state", "given", "found")
_V, _B = f"<{LANES} x double>", f"<{LANES} x i1>"
_ONE_NUMBER = (  # the same in all lanes
    "%p{n} = getelementptr double, ptr {bank}, i64 {place}",
    "%s{n} = load double, ptr %p{n}, align 8",
    f"%i{{n}} = insertelement {_V} poison, double %s{{n}}, i64 0",
    f"%v{{n}} = shufflevector {_V} %i{{n}}, {_V} poison, <{LANES} x i32> zeroinitializer",
)
_INTRINSIC = {"sqrt": "sqrt", "absolute": "fabs", "floor": "floor", "rint": "rint"}


def _least_or_most(order: str) -> tuple[str, ...]:
    """NaN wins, as in NumPy."""
    return (
        f"%c{{n}} = fcmp {order} {_V} {{a}}, {{b}}",
        f"%n{{n}} = fcmp uno {_V} {{a}}, {{a}}",
        f"%o{{n}} = or {_B} %c{{n}}, %n{{n}}",
        f"%v{{n}} = select {_B} %o{{n}}, {_V} {{a}}, {_V} {{b}}",
    )


# Instructions of the operations that need no function of NumPy: {n} is the node, {a}, {b} and {c} what it takes.
_WRITTEN: dict[str, tuple[str, ...]] = {
    "scalar": _ONE_NUMBER,
    "constant": _ONE_NUMBER,
    "add": (f"%v{{n}} = fadd {_V} {{a}}, {{b}}",),
    "subtract": (f"%v{{n}} = fsub {_V} {{a}}, {{b}}",),
    "multiply": (f"%v{{n}} = fmul {_V} {{a}}, {{b}}",),
    "divide": (f"%v{{n}} = fdiv {_V} {{a}}, {{b}}",),
    "square": (f"%v{{n}} = fmul {_V} {{a}}, {{a}}",),
    "reciprocal": (f"%v{{n}} = fdiv {_V} splat (double 1.0), {{a}}",),
    "negative": (f"%v{{n}} = fneg {_V} {{a}}",),
    "positive": (f"%v{{n}} = select {_B} splat (i1 true), {_V} {{a}}, {_V} {{a}}",),
    "minimum": _least_or_most("olt"),
    "maximum": _least_or_most("ogt"),
    "less": (f"%v{{n}} = fcmp olt {_V} {{a}}, {{b}}",),
    "less_equal": (f"%v{{n}} = fcmp ole {_V} {{a}}, {{b}}",),
    "greater": (f"%v{{n}} = fcmp ogt {_V} {{a}}, {{b}}",),
    "greater_equal": (f"%v{{n}} = fcmp oge {_V} {{a}}, {{b}}",),
    "equal": (f"%v{{n}} = fcmp oeq {_V} {{a}}, {{b}}",),
    "not_equal": (f"%v{{n}} = fcmp une {_V} {{a}}, {{b}}",),
    "isfinite": (
        f"%d{{n}} = fsub {_V} {{a}}, {{a}}",  # NaN of what is not
        f"%v{{n}} = fcmp oeq {_V} %d{{n}}, zeroinitializer",
    ),
    "logical_and": (f"%v{{n}} = and {_B} {{a}}, {{b}}",),
    "logical_or": (f"%v{{n}} = or {_B} {{a}}, {{b}}",),
    "logical_not": (f"%v{{n}} = xor {_B} {{a}}, splat (i1 true)",),
    "where": (f"%v{{n}} = select {_B} {{a}}, {_V} {{b}}, {_V} {{c}}",),
    "as_number": (f"%v{{n}} = uitofp {_B} {{a}} to {_V}",),
} | {
    name: (f"%v{{n}} = call {_V} @llvm.{intrinsic}.v{LANES}f64({_V} {{a}})",) for name, intrinsic in _INTRINSIC.items()
}


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
    loops: IntArray


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
            lines.append(f"store {_V} %v{graph.number(node)}, ptr %out.{bank}.{row}, align 8")
    entry = [f"%b{i} = alloca {_V}, align 64" for i in range(3)]
    entry += [
        "%dims = alloca i64",
        "%steps = alloca [3 x i64]",
        "%unary = alloca [2 x ptr]",
        "%binary = alloca [3 x ptr]",
    ]
    entry += [f"store i64 {LANES}, ptr %dims"]
    for table, buffers in (("unary", (0, 2)), ("binary", (0, 1, 2))):
        for i, buffer in enumerate(buffers):
            entry += [
                f"%{table}.{i} = getelementptr ptr, ptr %{table}, i64 {i}",
                f"store ptr %b{buffer}, ptr %{table}.{i}",
            ]
    entry += [f"%step.{i} = getelementptr i64, ptr %steps, i64 {i}" for i in range(3)]
    entry += [f"store i64 8, ptr %step.{i}" for i in range(3)]
    intrinsics = [f"declare {_V} @llvm.{name}.v{LANES}f64({_V})" for name in _INTRINSIC.values()]
    text = [
        *intrinsics,
        "define void @step(ptr noalias %state, ptr noalias %given, ptr noalias %found, ptr noalias %scalars, "
        "ptr noalias %constants, ptr noalias %loops, i64 %units) {",
        "entry:", *entry, "br label %body", "body:",
        "%at = phi i64 [0, %entry], [%next, %body]", *lines,
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


def _lines(graph: Graph, number: int, functions: list[str]) -> list[str]:
    """Instructions of one node."""
    name, *args = graph.nodes[number]
    if name == "row":
        return [*_address(f"in{number}", *args), f"%v{number} = load {_V}, ptr %in{number}, align 8"]
    if name in _WRITTEN:
        named = dict(zip(("a", "b", "c"), (f"%v{arg}" for arg in args), strict=False))
        place = args[0] if name in ("scalar", "constant") else ""
        return [line.format(n=number, place=place, bank=f"%{name}s", **named) for line in _WRITTEN[name]]
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
    loops = np.array([address for name in functions for address in _loop(name)] or [0], dtype=np.intp)
    return _Code(kind(engine.get_function_address("step")), engine, loops)
