"""The door for MLflow's generic model loading: `loader_module="models.pyfunc"` with a model's folder as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import files
from models.features import matrix
from models.fitted import FittedModel, FloatArray

if TYPE_CHECKING:
    import pandas as pd

COVERAGE = 0.9


class TableModel:
    """A fitted model that answers a table with a table."""

    def __init__(self, model: FittedModel) -> None:
        self.model = model

    def predict(self, table: pd.DataFrame) -> pd.DataFrame:
        """Answers at 0.9 coverage, one row for each row of the table.

        Parameters
        ----------
        table : DataFrame, n rows
            Inputs by name in any order; None or NaN is missing. Other columns are left out.

        Returns
        -------
        DataFrame, n rows
            `<quantity>`, `<quantity>_low` and `<quantity>_high` of each target, in its unit; the table's index.

        Raises
        ------
        InputError
            The table lacks inputs; all of them are named.
        """
        import pandas as pd

        answers = self.model.answer(matrix(table, self.model.seed), COVERAGE)
        columns: dict[str, FloatArray] = {}
        for name, answer in answers.items():
            columns |= {name: answer.value, f"{name}_low": answer.low, f"{name}_high": answer.high}
        return pd.DataFrame(columns, index=table.index)


def _load_pyfunc(path: str) -> TableModel:
    """Model from the folder that `models.files.save` wrote."""
    return TableModel(files.load(path))
