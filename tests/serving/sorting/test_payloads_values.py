"""Ranges that OpenAPI states of probabilities and of what a model promises."""

from seeds import load
from serving.app import create_app
from serving.folder_store import FolderStore
from serving.settings import Settings


def schemas():
    return create_app(Settings(), FolderStore()).openapi()["components"]["schemas"]


def number(schema):
    """The number of a field that may be null."""
    return next(one for one in schema.get("anyOf", [schema]) if one.get("type") == "number")


def test_shares_lie_between_0_and_1() -> None:
    found = schemas()
    guarantee = found["AluminiumScrapGuarantee"]["properties"]
    assert set(guarantee) == {"confidence", "reserve"}
    probabilities = found["AluminiumScrapClassProbabilities"]["properties"]
    assert list(probabilities) == list(load("aluminium_scrap").classes)
    for field in (*guarantee.values(), *probabilities.values()):
        assert (number(field)["minimum"], number(field)["maximum"]) == (0, 1)
