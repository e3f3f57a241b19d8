"""MLflow signature and input example of a logged model."""

from typing import Any

import pandas as pd

from models.pyfunc import ANSWER
from models.tasks import Model

FEW = 10  # rows of a table that show what its columns hold


def telling_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return a few rows of a table that show the type and missing values of each column.

    Parameters
    ----------
    table : DataFrame, shape (n, k)
        Each column of one type.

    Returns
    -------
    DataFrame, shape (m, k)
        In the order of the table; m is at most 2 k + FEW.
    """
    rows = set(range(min(FEW, len(table))))
    for name in table.columns:
        missing = table[name].isna().to_numpy()
        rows |= {int(where.argmax()) for where in (missing, ~missing) if where.any()}
    return table.iloc[sorted(rows)]


def example_of(model: Model) -> pd.DataFrame:
    """Some of a model's training rows as a table that it takes: numbers, and text categories as texts."""
    table = pd.DataFrame(model.examples, columns=list(model.names))
    table = table.drop(columns=[column.name for column in model.seed.added])
    for column in model.seed.inputs:
        if column.values:
            texts = dict(enumerate(column.values))
            table[column.name] = pd.Series([texts.get(code) for code in table[column.name]], dtype=object)
    return table


def signature_of(model: Model) -> Any:
    """Return a model's signature: named inputs, target, and the parameter for further outputs.

    Inputs are of any type there. As "double" MLflow would refuse a column whose values are all whole numbers, and a
    row in JSON does not distinguish 10 from 10.0; the model itself refuses values that are no number. Inputs that the
    seed does not state are none of a table.

    Parameters
    ----------
    model : Model
        A fitted candidate.

    Returns
    -------
    ModelSignature
    """
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema
    from mlflow.types.schema import AnyType

    anything = AnyType()  # type: ignore[no-untyped-call]
    target, added = model.seed.target.name, {column.name for column in model.seed.added}
    is_number = pd.api.types.is_float_dtype(model.columns(model.examples)[target])
    return ModelSignature(
        Schema([ColSpec(anything, name) for name in model.names if name not in added]),
        Schema([ColSpec(DataType.double if is_number else DataType.string, target)]),
        ParamSchema([ParamSpec(ANSWER, DataType.string, target)]),
    )
