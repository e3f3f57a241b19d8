"""MLflow pyfunc models: a fitted model that predicts from a table; `nonferrous.pyfunc` is its loader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from models.storage import model_files
from models.table.inputs import matrix
from models.tasks import Model

if TYPE_CHECKING:
    import pandas as pd

ANSWER = "answer"
"""Parameter that names the column of the answer to give."""
WHOLE = "all"
"""Its value that asks for all columns."""


class TableModel:
    """A fitted model that answers a table with a column or with a table."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def predict(self, table: pd.DataFrame, params: Mapping[str, Any] | None = None) -> pd.Series[Any] | pd.DataFrame:
        """Return predictions, one row for each row of the table.

        Parameters
        ----------
        table : DataFrame, n rows
            Inputs by name in any order; None or NaN is missing. Other columns are left out.
        params : Mapping, optional
            ANSWER names one column of the answer, or is WHOLE. MLflow gives the target's name where its caller gives
            none: its tools, such as `mlflow.models.evaluate`, expect one value a row.

        Returns
        -------
        Series or DataFrame, n rows
            The named column, or all that the model's `columns` says, numbers and texts; the table's index.

        Raises
        ------
        InputError
            The table lacks inputs; all of them are named.
        ValueError
            The answer has no column of that name.
        """
        import pandas as pd

        # pandas cannot make a float of its own NA in a column of objects, which is what MLflow hands on.
        present = table.astype(object).where(table.notna(), None)
        predictions = pd.DataFrame(self.model.columns(matrix(present, self.model.seed)), index=table.index)
        detail = (params or {}).get(ANSWER, WHOLE)
        if detail == WHOLE:
            return predictions
        if detail not in predictions.columns:
            raise ValueError(f"{ANSWER}: got {detail!r}, expected {WHOLE!r} or one of {', '.join(predictions.columns)}")
        column: pd.Series[Any] = predictions[detail]
        return column


def _load_pyfunc(path: str) -> TableModel:
    """Model from the folder that `models.storage.model_files.save` wrote."""
    return TableModel(model_files.load(path))
