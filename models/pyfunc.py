"""The door for MLflow's generic model loading: `loader_module="models.pyfunc"` with a model's folder as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import files
from models.table.inputs import matrix
from models.tasks import Model

if TYPE_CHECKING:
    import pandas as pd


class TableModel:
    """A fitted model that answers a table with a table."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def predict(self, table: pd.DataFrame) -> pd.DataFrame:
        """What the model tells, one row for each row of the table.

        Parameters
        ----------
        table : DataFrame, n rows
            Inputs by name in any order; None or NaN is missing. Other columns are left out.

        Returns
        -------
        DataFrame, n rows
            What the model's `columns` says, numbers and texts; the table's index.

        Raises
        ------
        InputError
            The table lacks inputs; all of them are named.
        """
        import pandas as pd

        return pd.DataFrame(self.model.columns(matrix(table, self.model.seed)), index=table.index)


def _load_pyfunc(path: str) -> TableModel:
    """Model from the folder that `models.files.save` wrote."""
    return TableModel(files.load(path))
