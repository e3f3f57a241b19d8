"""Requests and responses of predictions of every task, generated from the seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Annotated, Any, Literal, NotRequired

from pydantic import BaseModel, Field

from models.online.received import Kind
from operations.forms import history
from operations.forms.decoding import MOST_VALUES, Decoder, parsed_json
from operations.forms.digits import BY_INTERVAL, DIGITS, digits_field
from operations.forms.faults import MOST_FAULTS, RequestDefect, invalid, within
from operations.forms.fields import MODEL, Record, record, row_fields, title
from operations.forms.include import INCLUDE, include_field, includes, only_with
from operations.forms.shapes import Shape
from operations.forms.values import QUALITY, UNUSED, USED
from operations.operation import Form
from operations.predictions.missing_inputs import ABOUT, MISSING, missing_field
from operations.predictions.options import Addition
from seeds import Seed
from system.cancellation import between

_VALUES_A_ROW = 100


class QuantityEstimate(BaseModel):
    """Quantity with its interval; null if the inputs do not determine it, as a flag then states."""

    value: float | None
    low: Annotated[float | None, Field(description="lower end of the interval")]
    high: Annotated[float | None, Field(description="upper end of the interval")]
    unit: str


class IntervalUsed(BaseModel):
    """The interval of the predictions."""

    kind: Annotated[
        Kind,
        Field(
            description="fixed: as calibrated in training; adaptive: as the outcomes have it that this model has "
            "received since it began to answer; wider: the wider of these two, until enough outcomes were received, "
            "and again where none came in for long; transferred: the model was trained on another plant, and the "
            "interval is as on further plants of the kind, until enough outcomes were received"
        ),
    ]
    outcomes: Annotated[int, Field(description="how many outcomes it has received since then, those of training none")]


MODEL_OF_PREDICTIONS: Any = record(
    "ModelOfPredictions",
    "The model that answered.",
    {
        "version": Annotated[int, Field(description="version in the registry")],
        "baseline": Annotated[bool, Field(description="true: it is the baseline, as no trained candidate was better")],
        "alias": only_with(str, MODEL, "alias of the version"),
        "digest": only_with(str, MODEL, "SHA-256 of the model's manifest, which holds the SHA-256 of its files"),
    },
)


@dataclass(frozen=True)
class Payloads(Form):
    """Requests and responses of the predictions of one process.

    Attributes
    ----------
    row : Shape
        One row: rows are checked one by one, so that a request with faults without number is left after the first of
        them.
    echoed : tuple of str
        Key and time, which each prediction repeats from its row, and `made` where columns may be made.
    quantities : dict of str to str
        Unit of each quantity that a prediction may give with an interval.
    decoder : Decoder
        Reads requests that have no fault.
    words : dict of str to str
        Description of each part of a response that a request may include, by its word.
    options : tuple of Addition
        Those of the parts that have a subject of their own.
    past : Shape, optional
        One earlier period; None where no input is made from such.
    """

    row: Shape
    echoed: tuple[str, ...]
    quantities: dict[str, str]
    decoder: Decoder
    words: dict[str, str]
    options: tuple[Addition, ...] = ()
    past: Shape | None = None

    @property
    def slow(self) -> frozenset[str]:
        """Words of parts that take many times as long as the predictions; a table may not include them."""
        return frozenset(one.name for one in self.options if one.is_slow)

    def may_be_slow(self, body: bytes) -> bool:
        """Return whether the body of a request may include a part of `slow`."""
        return any(word in body for word in self._slow_words)

    @cached_property
    def _slow_words(self) -> tuple[bytes, ...]:
        return tuple(f'"{word}"'.encode() for word in self.slow)

    def repeated(self, request: Record) -> tuple[str, ...]:
        """Return the fields of a row that its prediction repeats."""
        return self.echoed if includes(request, history.MADE) else self._identity

    def not_of_tables(self, request: Record) -> list[RequestDefect]:
        """Return the faults of words in a request that no table may include."""
        listed = ", ".join(word for word in self.words if word not in self.slow)
        expected = f"a part of a table: {listed}; send rows with other parts as JSON"
        words = [word for word in request[INCLUDE] if word in self.slow]
        return [RequestDefect(field=INCLUDE, value=word, expected=expected) for word in words]

    @cached_property
    def _identity(self) -> tuple[str, ...]:
        return tuple(name for name in self.echoed if name != history.MADE)

    def read(self, body: bytes) -> tuple[list[Record], Record]:
        """Rows of a request's body, and the request around them; what was left out has its default.

        Raises
        ------
        RequestError
            400 where the body is no JSON, 422 where its content is wrong; then all faults are named, or the first
            100 of more.
        """
        quick = self.quick(body)
        if quick is not None:
            return quick
        return self.checked(parsed_json(body, max(MOST_VALUES, _VALUES_A_ROW * self.max_rows)))

    def checked(self, parsed: Any) -> tuple[list[Record], Record]:
        """Rows and request of what a body holds; see `read`."""
        request, faults = self.envelope.read(parsed)
        if request is None:
            given = parsed.get("rows") if isinstance(parsed, dict) else None
            given = given[: self.max_rows] if isinstance(given, list) else []
        else:
            given = request["rows"]
        rows = []
        for i, one in enumerate(between(given)):
            row, wrong = self.row.read(one, i)
            rows.append(row)
            faults += wrong
            if len(faults) > MOST_FAULTS:
                break
        past = self._earlier(parsed, request, faults)
        if request is None or faults:
            raise invalid(faults)
        if faults := _without_bad(rows, self.seed):
            raise invalid(faults)
        if history.MADE in self.echoed:
            faults = history.fill(rows, past, self.seed)
            if faults:
                raise invalid(faults)
        return rows, request | ({history.EARLIER: past} if past else {})

    def quick(self, body: bytes) -> tuple[list[Record], Record] | None:
        """Result of `read` for a request without a fault; None where one has any, or brings earlier periods."""
        given = self.decoder.read(body)
        if given is None or given.get("history"):
            return None
        rows = given["rows"]
        if len(given) == 1 and 0 < len(rows) <= self.max_rows:
            request = {**self._defaults, "rows": rows}
        else:
            request, faults = self.envelope.read(given)
            if faults:
                return None
        clash = history.MADE in self.echoed and history.fill(rows, [], self.seed)
        return None if clash else (rows, request)

    @cached_property
    def _defaults(self) -> Record:
        """A request without any field but rows, as `envelope` reads it."""
        request, _ = self.envelope.read({"rows": [{}]})
        return dict(request)

    def _earlier(self, parsed: Any, request: Record | None, faults: list[RequestDefect]) -> list[Record]:
        """Earlier periods of a request; faults are added, until there are more than are named."""
        given = parsed.get("history") if isinstance(parsed, dict) else None
        if self.past is None or not isinstance(given, list):
            return []
        past = []
        for i, one in enumerate(between(given[: self.max_rows])):
            if len(faults) > MOST_FAULTS:
                break
            row, wrong = self.past.read(one)
            past.append(row)
            faults += [within(f"history.{i}", fault) for fault in wrong]
        return past


@dataclass(frozen=True)
class TaskFields:
    """Fields that a task adds to those of all requests and responses.

    Parameters
    ----------
    row, unit, time : str
        What one row is, and the examples of a unit's name and of a period's start.
    predicted : Mapping of str to type
        Fields of a prediction, between key and time and the flags.
    words : Mapping of str to str
        Description of each part of a response that a request may include, by its word.
    request, answer : Mapping of str to type
        Fields of a request other than rows and coverage, and of a response other than the predictions.
    example : Mapping
        What the example of a request holds in `request`.
    """

    row: str
    unit: str
    time: str
    predicted: Mapping[str, Any]
    words: Mapping[str, str] = field(default_factory=dict)
    request: Mapping[str, Any] = field(default_factory=dict)
    answer: Mapping[str, Any] = field(default_factory=dict)
    example: Mapping[str, Any] = field(default_factory=dict)


def payloads_of(
    seed: Seed, max_rows: int, fields: TaskFields, description: str = "", options: Sequence[Addition] = ()
) -> Payloads:
    """Request and answer of a seed's process.

    Raises
    ------
    ValueError
        A key, time or target of the seed is called as something else in a prediction is.
    """
    echoed = seed.by_role("key", "time")
    made = [history.MADE] if history.made_inputs(seed) else []
    fields = _with_options(fields, options, seed, made)
    names = ["id", *(column.name for column in echoed), *made, *fields.predicted, MISSING, "flags"]
    if QUALITY in {column.name for column in (*echoed, *seed.inputs)}:
        raise ValueError(f"seed {seed.process.name}: column '{QUALITY}': a row uses this name itself")
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"seed {seed.process.name}: column '{name}': a prediction uses this name itself")
    kinds, examples = row_fields((*echoed, *seed.inputs), fields.unit, fields.time)
    row = record(f"{title(seed)}Row", f"{fields.row}. {seed.process.title}.", {**kinds, QUALITY: _quality(seed)})
    past = _past(seed, fields)
    return Payloads(
        seed=seed,
        max_rows=max_rows,
        row=Shape(row, seed),
        envelope=Shape(_request(Any, Any, seed, max_rows, fields), seed),
        request=_request(row, past, seed, max_rows, fields),
        answer=_answer(seed, fields),
        example={
            "rows": [examples],
            "coverage": 0.9,
            INCLUDE: [],
            DIGITS: BY_INTERVAL,
            **({} if past is None else {"history": []}),
            **fields.example,
        },
        echoed=(*(column.name for column in echoed), *made),
        quantities=seed.quantities,
        decoder=Decoder((*echoed, *seed.inputs), _beside(Any, seed, max_rows, fields)),
        words=dict(fields.words),
        options=tuple(options),
        summary=seed.process.title,
        description=description,
        past=None if past is None else Shape(past, seed),
    )


def _with_options(fields: TaskFields, options: Sequence[Addition], seed: Seed, made: Sequence[str]) -> TaskFields:
    """Fields of a task and those of its options behind them, with the words of all parts."""
    words = {**fields.words, MISSING: ABOUT, **{option.name: option.about for option in options}}
    words |= dict.fromkeys(made, "inputs that were made") | {MODEL: "alias and digest of the model"}
    fields = replace(fields, words=words)
    for one in (option.fields for option in options):
        for name in fields.predicted.keys() & one.predicted.keys():
            raise ValueError(f"seed {seed.process.name}: column '{name}': a prediction uses this name itself")
        fields = replace(
            fields,
            predicted={**fields.predicted, **one.predicted},
            request={**fields.request, **one.request},
            example={**fields.example, **one.example},
        )
    return fields


def _quality(seed: Seed) -> Any:
    """Type of the field of a row that says of which quality its values are."""
    about = (
        "quality of values, by column; one that is left out is good. uncertain: used, with a flag; bad, stale (too "
        "old) and stuck: taken as missing, with a flag, or the row is refused, as the seed has it"
    )
    columns = [column.name for column in seed.inputs]
    names: Any = Literal[tuple(columns)]
    kinds: Any = Literal[(*USED, *UNUSED)]
    return NotRequired[Annotated[dict[names, kinds], Field(description=about, examples=[{columns[0]: USED[0]}])]]


def _without_bad(rows: Sequence[Record], seed: Seed) -> list[RequestDefect]:
    """Take values of bad quality out of rows, in place; faults of those that the seed refuses."""
    faults = []
    for i, row in enumerate(rows):
        for name, quality in row.get(QUALITY, {}).items():
            if quality not in UNUSED:
                continue
            if seed.column(name).when_bad == "refused":
                expected = f"a value of quality {' or '.join(USED)}: without it no prediction is worth anything"
                faults.append(RequestDefect(row=i, field=f"{QUALITY}.{name}", value=quality, expected=expected))
            row[name] = None
    return faults


def _past(seed: Seed, fields: TaskFields) -> Any:
    """Type of an earlier period: all that a table holds of it; None where no input is made from one."""
    if not history.takes_history(seed):
        return None
    kinds, _ = row_fields(history.known_later(seed), fields.unit, fields.time)
    about = (
        "An earlier period, with what has become known of it since. Only columns that others are made from are used."
    )
    return record(f"{title(seed)}PastRow", about, kinds)


def estimate(name: str, seed: Seed) -> Any:
    """Type of a quantity with its interval."""
    target = seed.targets[name]
    about = f"{target.description} [{target.unit}]"
    return Annotated[QuantityEstimate, Field(description=about, json_schema_extra={"x-unit": target.unit})]


def _request(row: Any, past: Any, seed: Seed, max_rows: int, fields: TaskFields) -> Any:
    return record(
        f"{title(seed)}Request",
        f"Rows to predict. {seed.process.title}.",
        {
            "rows": Annotated[list[row], Field(min_length=1, max_length=max_rows)],
            **_beside(past, seed, max_rows, fields),
        },
    )


def _beside(past: Any, seed: Seed, max_rows: int, fields: TaskFields) -> dict[str, Any]:
    """Fields of a request other than its rows; `past` is the type of an earlier period."""
    about = "share of labels that the intervals shall hold"
    return {
        "coverage": Annotated[float, Field(default=0.9, ge=0.5, le=0.99, description=about)],
        INCLUDE: include_field(fields.words),
        DIGITS: digits_field(),
        **({"history": history.history(past, seed, max_rows)} if history.takes_history(seed) else {}),
        **fields.request,
    }


def _interval(seed: Seed) -> Any:
    """Type of the interval that was used; of several targets one each."""
    names = [column.name for column in seed.primaries]
    if len(names) == 1:
        return IntervalUsed
    return record(f"{title(seed)}Intervals", "The interval of each target.", dict.fromkeys(names, IntervalUsed))


def _answer(seed: Seed, fields: TaskFields) -> Any:
    prediction: Any = record(
        f"{title(seed)}Prediction",
        "The answer to one row; predictions stand in the order of the rows.",
        {
            "id": Annotated[str, Field(description="names this prediction")],
            **{c.name: Annotated[str, Field(description=c.description)] for c in seed.by_role("key", "time")},
            **({history.MADE: only_with(history.made(), history.MADE)} if history.made_inputs(seed) else {}),
            **fields.predicted,
            MISSING: missing_field(),
            "flags": Annotated[
                list[str], Field(description="what a reader of this prediction should know; empty: nothing")
            ],
        },
    )
    return record(
        f"{title(seed)}Answer",
        f"Predictions, and the model that made them. {seed.process.title}.",
        {
            "process": Literal[seed.process.name],
            "model": MODEL_OF_PREDICTIONS,
            "coverage": Annotated[float, Field(description="share of labels that the intervals shall hold")],
            "interval": _interval(seed),
            "predictions": list[prediction],
            **fields.answer,
        },
    )
