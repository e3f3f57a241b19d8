"""Query champions of a store by MLflow alone, without this project's API: processes as arguments."""

import json
import os
import sys
import warnings
from pathlib import Path


def answered(process):
    model = mlflow.pyfunc.load_model(f"models:/{process}@champion")
    example = model.input_example
    predictions = model.predict(example)
    return json.loads(predictions.to_json(orient="records", double_precision=15, date_format="iso"))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{Path(os.environ['NONFERROUS_HOME']) / 'mlflow.db'}")
    for process in sys.argv[1:]:
        try:
            print(json.dumps({"process": process, "found": answered(process)}), flush=True)
        except Exception as error:
            refused = f"{type(error).__name__}: {error}"
            print(json.dumps({"process": process, "found": {"refused": refused}}), flush=True)
