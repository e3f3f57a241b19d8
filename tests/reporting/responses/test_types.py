"""Description, unit and range of places, as JSON schemas of pydantic's types state them."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, TypeAdapter
from typing_extensions import TypedDict

from reporting.responses.types import SchemaPlace


class Part(BaseModel):
    """A part."""

    value: Annotated[float | None, Field(ge=0, le=1, description="how much [t]", json_schema_extra={"x-unit": "t"})]


class Whole(TypedDict):
    parts: Annotated[list[Part], Field(description="of the whole")]
    named: Annotated[Part | None, Field(description="another one")]
    plain: Part
    by_name: dict[str, Part]
    text: str


PLACE = SchemaPlace.of(TypeAdapter(Whole).json_schema(mode="serialization"))


@pytest.mark.parametrize("place", [PLACE.field("parts").item, PLACE.field("named"), PLACE.field("by_name").field("x")])
def test_a_field_is_found_through_references_lists_maps_and_null(place: SchemaPlace) -> None:
    value = place.field("value")
    assert (value.about, value.unit, value.range) == ("how much", "t", "0 to 1")
    assert not place.is_map


def test_the_description_of_a_field_goes_before_that_of_its_type() -> None:
    assert PLACE.field("named").about == "another one"
    assert PLACE.field("plain").about == "A part."


@pytest.mark.parametrize("path", [("nothing",), ("text", "x"), ("parts", "value"), ("nothing", "at", "all")])
def test_nothing_is_known_of_a_place_that_the_type_does_not_have(path: tuple[str, ...]) -> None:
    place = PLACE.at(path)
    assert (place.about, place.unit, place.range, place.is_map) == ("", "", "", True)


def test_fields_of_a_map_are_alike() -> None:
    assert PLACE.field("by_name").is_map
    assert PLACE.field("by_name").entry.about == "A part."


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({"ge": 0}, "at least 0"),
        ({"le": 2.5}, "at most 2.5"),
        ({"gt": 0, "le": 1}, "more than 0, at most 1"),
        ({"lt": 7}, "less than 7"),
        ({"ge": -1000000, "le": 1000000}, "-1000000 to 1000000"),
        ({}, ""),
    ],
)
def test_a_range_is_said_in_words(bounds: dict[str, Any], words: str) -> None:
    kind: Any = Annotated[float, Field(**bounds)]
    assert SchemaPlace.of(TypeAdapter(kind).json_schema()).range == words
