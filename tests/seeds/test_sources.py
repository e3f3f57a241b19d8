"""Where numbers come from: references have their year, and none is older than what it is cited for."""

import csv
import re
from pathlib import Path

import pytest

from seeds import Seed, load, names
from seeds.format.schema import head_of

BANDS = Path(__file__).parents[1] / "bands"
KINDS = {"reference", "practice", "assumed", "computed"}
# What a source may be about, by place and text, and the year from which documents can hold it.
TECHNOLOGIES = {
    "pots of 400 kA": (r"400 kA|P400|line_current|\.(nominal_current|current_band|anodes|anode_face)\b", 2004),
    "low-voltage operation": (r"low[ -]voltage|3\.90?-4\.05|voltage_setpoint|12800-13300", 2005),
    "alumina rich in lithium": (r"\.lif\b|0\.3-5 wt%|low-Li|Li-rich", 2005),
    "pot life and efficiency in China": (r"2300-2700|Chin(a|ese)", 2005),
    "slotted anodes": (r"\bslot", 2000),
    "electricity's emission factor of 2023": (r"grid[_ ](emission_)?factor", 2024),
    "PFC of point-fed prebake pots": (r"PFPB|point-fed|0\.122|0\.097", 2019),
    "global warming potentials of AR5": (r"gwp_|GWP|6630|11100", 2013),
    "comprehensive energy by GB 21346-2022": (r"\bcomprehensive\b", 2022),
    "sorting of pieces by LIBS": (r"libs|LIBS|AUTOSORT|LSS|(cleaning|analysis)_shots|shot_rsd", 2010),
    "sorting by dual-energy X-ray transmission": (r"xrt_|T_low|Twitch|twitch", 2002),
    "X-ray fluorescence on a belt": (r"\brate_|live_time|kcps|X-ray head", 2002),
    "induction spectroscopy of scrap": (r"induction|class error|2-100 kHz", 2005),
    "segregation values of 2020": (r"segregation value", 2020),
    "lead-free brass": (r"C69300|C89833", 2000),
    "current densities above 300 A/m²": (r"230-370|current densities rise", 2000),
}


def of_seed(seed: Seed) -> list[tuple[str, str]]:
    """Place and source of what the seed takes from documents."""
    return [(place, source) for place, source in seed.sources.items() if head_of(source) in seed.references]


def of_bands(process: str) -> list[dict[str, str]]:
    path = BANDS / f"{process}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def year_of(source: str, seed: Seed) -> int | None:
    """Year of the reference that a source names by its key, or of the citation that it begins with; else none."""
    reference = seed.references.get(head_of(source))
    if reference is not None:
        return reference.year
    years = re.findall(r"\b(1[89]\d\d|20\d\d)\b", source.partition(": ")[0])
    return int(years[-1]) if years else None


def too_old(place: str, source: str, seed: Seed) -> list[str]:
    """Technologies that a source is about and that its document cannot know."""
    year = year_of(source, seed)
    return [
        f"{place}: {source}: {name} is of {since}, the document of {year}"
        for name, (pattern, since) in TECHNOLOGIES.items()
        if re.search(pattern, f"{place} {source}") and (year is None or year < since)
    ]


@pytest.mark.parametrize("process", names())
def test_every_reference_has_its_year_in_its_text(process):
    for name, reference in load(process).references.items():
        assert str(reference.year) in reference.text, name


@pytest.mark.parametrize("process", names())
def test_documents_that_a_source_names_anywhere_are_among_the_references(process):
    seed = load(process)
    texts = [*seed.sources.values(), *(row["source"] for row in of_bands(process))]
    named = {key for text in texts for key in re.findall(r"\b[a-z]+(?:_[a-z]+)*_(?:1[89]|20)\d\d\b", text)}
    assert named <= set(seed.references)


@pytest.mark.parametrize("process", names())
def test_no_source_is_older_than_what_it_is_cited_for(process):
    seed = load(process)
    assert [fault for place, source in of_seed(seed) for fault in too_old(place, source, seed)] == []


@pytest.mark.parametrize("process", names())
def test_no_band_is_taken_from_a_document_that_is_older_than_what_it_is_about(process):
    seed = load(process)
    bands = [row for row in of_bands(process) if row["kind"] == "reference"]
    assert [fault for row in bands for fault in too_old(row["statistic"], row["source"], seed)] == []


@pytest.mark.parametrize("process", names())
def test_a_band_of_a_reference_names_it_with_its_year(process):
    seed = load(process)
    for row in of_bands(process):
        assert row["kind"] in KINDS, row["statistic"]
        assert row["source"].strip(), row["statistic"]
        if row["kind"] == "reference":
            assert year_of(row["source"], seed) is not None, row["statistic"]
        else:
            assert head_of(row["source"]) not in seed.references, row["statistic"]


def test_every_simulated_process_has_bands():
    assert {path.stem for path in BANDS.glob("*.csv")} == {name for name in names() if load(name).plant is not None}


@pytest.mark.parametrize(
    ("place", "source", "technology"),
    [
        ("plant.parameters.anodes", "lillebuen_1980: P400", "pots of 400 kA"),
        ("columns.voltage_setpoint", "grjotheim_kvande_1993: 3.90-4.05", "low-voltage operation"),
        ("economics.gwp_cf4", "ipcc_2006: GWP100", "AR5"),
        ("cell voltage mean", "Grjotheim & Kvande 1993: Chinese low voltage 3.90-4.05", "low-voltage operation"),
        ("columns.voltage_setpoint", "an old book: 4.0 V", "low-voltage operation"),
    ],
)
def test_a_document_that_is_too_old_is_noticed(place, source, technology):
    assert any(technology in fault for fault in too_old(place, source, load("aluminium_reduction")))


def test_a_document_of_its_time_is_not():
    seed = load("aluminium_reduction")
    assert too_old("columns.voltage_setpoint", "wong_2019: low-voltage operation", seed) == []
    assert too_old("columns.metal_level", "grjotheim_kvande_1993: 18-28 cm", seed) == []
