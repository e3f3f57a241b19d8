"""The X-ray head with its equations written out."""

import numpy as np
import pytest

from physics.sorting.fluorescence_head import Head, Tube
from synthetic_data.sensors import colour, fluorescence
from synthetic_data.sensors.fluorescence import LINES, HeadResponse, Light
from synthetic_data.sorter.feed import SURFACES

near = np.testing.assert_allclose
SINE = 0.5**0.5
BELT = {"c": 80.0, "h": 9.0, "o": 11.0}
SOIL = {"o": 50.0, "si": 28.0, "al": 8.0, "ca": 4.0, "c": 10.0}
LAYERS = {
    "painted": ({"ti": 15.6, "o": 32.6, "c": 45.9, "h": 5.9}, 1.42),
    "powder_coated": ({"ti": 15.6, "o": 32.6, "c": 45.9, "h": 5.9}, 1.42),
    "plated": ({"ni": 75.0, "cu": 22.0, "cr": 3.0}, 8.9),
    "tinned": ({"sn": 100.0}, 7.3),
}


@pytest.fixture(scope="module")
def sight(heavy_scrap):
    return HeadResponse.of(heavy_scrap.plan, heavy_scrap.materials)


@pytest.fixture(scope="module")
def head(heavy_scrap, sight):
    """The head that the sight stands for."""
    value = heavy_scrap.plan.plant.value
    edges = np.array([4.0, 8.98, 9.66, 13.04, 16.0, 20.0, 20.4, 29.2, 36.0, 50.0])
    tube = Tube(value("tube_voltage"), {"al": 0.27 * value("tube_filter")}, value("tube_lines"))
    return Head.of(sight.head.elements, LINES, edges, tube, 30.0)


def scattered(head, contents):
    whole, below = head.scattered(contents, SINE, SINE)
    return np.column_stack([head.rhodium(contents, SINE, SINE), below, whole])


def row(head, contents):
    return np.array([[contents.get(element, 0.0) for element in head.elements]])


def test_lines_lead_with_those_of_the_windows():
    assert [element for element, _ in LINES] == "ti cr mn fe ni cu zn pb pb mo sn sb bi bi".split()
    assert {line for element, line in LINES if element in ("pb", "bi")} == {"La", "Lb"}


def test_tables_of_the_sight(heavy_scrap, sight, head):
    m = heavy_scrap.materials
    assert head.elements[: len(m.elements)] == m.elements
    assert {*BELT, *SOIL, "ti", "ni", "cu", "cr", "sn", "bi"} <= set(head.elements)
    typical = np.zeros((len(m.names), len(head.elements)))
    for i in range(len(m.names)):
        for j in range(len(m.elements)):
            if j != m.balance[i]:
                low, high = m.low[i, j], m.high[i, j]
                typical[i, j] = 0.5 * (low + high) if low > 0.0 else 0.35 * high
        typical[i, m.balance[i]] = max(100.0 - typical[i].sum(), 0.0)
    near(sight.amplified, 1.0 + head.enhancement(typical, SINE).T, rtol=1e-9)
    near(sight.scattered, scattered(head, typical).T, rtol=1e-9)
    near(sight.soil, 0.01 * row(head, SOIL)[0] @ head.attenuation_out, rtol=1e-9)
    belt = row(head, BELT)
    near(sight.belt, np.concatenate([head.emitted(belt, SINE, SINE)[0], scattered(head, belt)[0]]), rtol=1e-9)
    copper = head.emitted(row(head, {"cu": 100.0}), SINE, SINE).sum()
    assert sight.copper == pytest.approx(1.168 * copper, rel=1e-9)
    assert sight.element("cu") == head.elements.index("cu")


def test_light_from_each_piece(heavy_scrap, sight, head):
    h, s, p, lot, r, n = (
        heavy_scrap,
        heavy_scrap.pieces,
        heavy_scrap.p,
        heavy_scrap.lot,
        heavy_scrap.registration,
        heavy_scrap.n,
    )
    cover = colour.cover(s, np.random.default_rng(1))
    output = np.random.default_rng(2).uniform(0.7, 1.1, n)
    result = fluorescence.light(s, h.form, r, sight, cover, output, np.random.default_rng(3))
    rng, count = np.random.default_rng(3), len(LINES)
    tilt = np.exp(np.clip(p.tilt_sd[lot] * rng.standard_normal(n), -0.35, 0.35))
    come, outgoing = SINE * tilt, SINE / tilt
    content = np.zeros((n, len(head.elements)))
    content[:, : s.content.shape[1]] = s.content
    joined = s.composites
    content[joined.piece, : s.content.shape[1]] = joined.first_content
    for element, most in (("fe", p.dirt_iron), ("zn", p.dirt_zinc), ("pb", p.dirt_lead)):
        content[:, head.elements.index(element)] += 2.0 * most[lot] * s.dirt * rng.random(n)

    def photons(content, material, come, outgoing_sine):
        lines = head.emitted(content, come, outgoing_sine).T * sight.amplified[:, material]
        return np.vstack([lines, sight.scattered[:, material] * (2.0 / SINE) / (1.0 / come + 1.0 / outgoing_sine)])

    seen, names = photons(content, s.material, come, outgoing), np.array(SURFACES)[s.surface]
    rows = np.flatnonzero(cover)
    layer, mass = np.zeros((len(rows), len(head.elements))), np.zeros(len(rows))
    for k, piece in enumerate(rows):
        held, density = LAYERS[names[piece]]
        for element, part in held.items():
            layer[k, head.elements.index(element)] = part
        mass[k] = density * s.layer[piece] * 1e-4
    soldered = (rng.random(len(rows)) < p.solder_share[lot[rows]]) & (names[rows] == "tinned")
    assert soldered.any()
    lead = np.where(soldered, p.solder_lead[lot[rows]], 0.0)
    layer[:, head.elements.index("pb")] += lead
    layer[:, head.elements.index("sn")] -= lead
    coated = (
        head.coated(content[rows], layer, mass, come[rows], outgoing[rows]).T * sight.amplified[:, s.material[rows]]
    )
    seen[:count, rows] = (1.0 - cover[rows]) * seen[:count, rows] + cover[rows] * coated
    two = joined.piece
    spread = p.composite_sight_sd[lot[two]] * rng.standard_normal(len(two))
    share = np.clip(joined.second_share + spread, 0.0, 1.0)
    second = np.zeros((len(two), len(head.elements)))
    second[:, : s.content.shape[1]] = joined.second_content
    seen[:, two] = (1.0 - share) * seen[:, two] + share * photons(second, joined.second, come[two], outgoing[two])
    seen[:count] *= np.exp(-np.outer(sight.soil / SINE, 1.5e-4 * p.dirt_layer[lot] * s.dirt))
    z = rng.standard_normal((count, n), dtype=np.float32).astype(float)
    drops = p.lead_heterogeneity[lot] * (1.0 - 0.01 * content[:, head.elements.index("pb")])
    uneven = np.tile(p.heterogeneity[lot], (count, 1))
    uneven[[7, 8]] += drops
    seen[:count] *= np.exp(uneven * z)
    reach = np.exp(-np.maximum(s.neighbour_gap, 0.0) / p.stray_range[lot])
    stray = 2.0 * p.stray_share[lot] * reach * rng.random(n)
    foreign = r.overlap * s.area[r.neighbour]
    part = stray + (1.0 - stray) * foreign / (s.area + foreign)
    overlapping = part > 0.003
    neighbour_share = np.where(overlapping, part, 0.0)
    seen = (1.0 - neighbour_share) * seen + neighbour_share * seen[:, r.neighbour]
    height = np.minimum(h.form.height, 0.5 * p.gap[lot])
    offset = 0.5 * p.detector_pitch[lot] * rng.random(n) / (p.gap[lot] - height)
    close = (p.gap[lot] / (p.gap[lot] - height)) ** 2 / (1.0 + offset**2) ** 2
    filled = 1.0 - np.exp(-s.area / p.spot_area[lot])
    rate = p.copper_rate[lot] * output / sight.copper
    seen = rate * (filled * close * seen + (1.0 - filled) * sight.belt[:, np.newaxis])
    near(result.lines, seen[:count], rtol=2e-5)
    near(result.scatter, seen[count : count + 2], rtol=1e-9)
    near(result.background, seen[count + 2 : 2 * count + 2], rtol=1e-9)
    near(result.continuum, seen[-1], rtol=1e-9)


def test_all_photons():
    light = Light(np.full((2, 3), 10.0), np.full((2, 3), 4.0), np.zeros((2, 3)), np.full(3, 5.0))
    near(light.total, np.full(3, 1.168 * 20.0 + 8.0 + 5.0), rtol=1e-12)
