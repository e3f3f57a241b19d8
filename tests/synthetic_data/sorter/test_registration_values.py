"""Neighbours on the belt, and what a sensor sees of them, piece by piece."""

from types import SimpleNamespace

import numpy as np
import pytest

from synthetic_data.sorter.registration import Registration, blended, content_at_spot, register

LOT = np.array([0, 0, 0, 1, 2, 2])


@pytest.fixture
def pieces():
    rng = np.random.default_rng(1)
    content = rng.uniform(0.0, 50.0, (6, 2))
    composites = SimpleNamespace(
        piece=np.array([1, 4]),
        second_share=np.array([0.3, 0.8]),
        first_content=np.full((2, 2), 1.0),
        second_content=np.full((2, 2), 2.0),
    )
    parameters = SimpleNamespace(merge_gap=np.array([2.0, 3.0, 4.0])[LOT], merge_share=np.array([0.9, 0.9, 0.5])[LOT])
    return SimpleNamespace(
        lot=LOT,
        parameters=parameters,
        neighbour_gap=np.array([1.9, 2.1, -1.0, 1.0, 3.9, 1.0]),
        content=content,
        composites=composites,
    )


@pytest.mark.parametrize("seed", range(6))
def test_pieces_that_touch_are_taken_for_one(pieces, seed):
    result, twin = register(pieces, np.random.default_rng(seed)), np.random.default_rng(seed)
    # the next piece of the lot; the last one has the one before it; a lot's only piece has what was before it
    assert result.neighbour.tolist() == [1, 2, 1, 2, 5, 4]
    u, part = twin.random(6), twin.random(6)
    merged = [
        gap < (2.0, 3.0, 4.0)[lot] and one < (0.9, 0.9, 0.5)[lot]
        for gap, lot, one in zip(pieces.neighbour_gap, LOT, u, strict=True)
    ]
    assert not merged[1]
    assert np.array_equal(result.overlap, np.where(merged, part, 0.0))


def test_the_first_piece_alone_is_its_own_neighbour():
    parameters = SimpleNamespace(merge_gap=np.array([2.0, 2.0]), merge_share=np.array([0.9, 0.9]))
    alone = SimpleNamespace(lot=np.array([0, 1]), parameters=parameters, neighbour_gap=np.array([9.0, 9.0]))
    assert register(alone, np.random.default_rng(0)).neighbour.tolist() == [0, 0]


def test_blends_count_by_weight():
    registration = Registration(np.array([1, 2, 1]), np.array([0.5, 0.0, 0.25]))
    weight, values = np.array([10.0, 30.0, 2.0]), np.array([1.0, 5.0, 9.0])
    expected = [(10.0 * 1.0 + 15.0 * 5.0) / 25.0, 5.0, (2.0 * 9.0 + 7.5 * 5.0) / 9.5]
    np.testing.assert_allclose(blended(values, weight, registration), expected, rtol=1e-12)
    two = blended(np.column_stack([values, 2.0 * values]), weight, registration)
    np.testing.assert_allclose(two, np.column_stack([expected, 2.0 * np.array(expected)]), rtol=1e-12)
    assert values.tolist() == [1.0, 5.0, 9.0]


@pytest.mark.parametrize("seed", range(8))
def test_a_spot_sees_one_material(pieces, seed):
    registration = Registration(np.array([1, 2, 1, 2, 5, 4]), np.array([0.9, 0.0, 0.5, 0.0, 0.7, 0.0]))
    content, foreign = content_at_spot(pieces, registration, np.random.default_rng(seed))
    twin = np.random.default_rng(seed)
    u, v = twin.random(6), twin.random(6)
    for i in range(6):
        overlap = registration.overlap[i]
        on_neighbour = v[i] * (1.0 + overlap) < overlap
        assert foreign[i] == on_neighbour
        if on_neighbour:
            expected = pieces.content[registration.neighbour[i]]
        elif i in (1, 4):
            share = {1: 0.3, 4: 0.8}[i]
            expected = np.full(2, 2.0 if u[i] < share else 1.0)
        else:
            expected = pieces.content[i]
        assert np.array_equal(content[i], expected)
