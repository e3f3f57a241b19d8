"""What OpenAPI says of a prediction's problems."""

from seeds import names
from serving.app import create_app
from serving.folder_store import FolderStore
from serving.settings import Settings


def test_problems_of_predictions() -> None:
    paths = create_app(Settings(), FolderStore()).openapi()["paths"]
    for name in names():
        operation = paths[f"/v1/{name}/predictions"]["post"]
        assert set(operation["responses"]) == {"200", "400", "413", "415", "422", "503"}
        assert operation["operationId"] == f"predict_{name}"
        for status in ("400", "413", "415", "422", "503"):
            schema = operation["responses"][status]["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Problem"}
