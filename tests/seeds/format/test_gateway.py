"""Live tags of columns and the settings of the gateway."""

from collections.abc import Callable
from pathlib import Path

import pytest

from seeds import Seed, SeedError, load, names
from seeds.format.loader import parse
from seeds.format.tags import MetricTag, NodeTag, TopicTag, filled, read_tag

Z = 'name = "z"\nrole = "during"'


@pytest.fixture
def changed(toy_seed: Seed, tmp_path: Path) -> Callable[..., Seed]:
    """Toy seed with lines of [gateway], and lines of the column z."""

    def made(gateway: str | None = None, column: str = "", other: str = "") -> Seed:
        text = toy_seed.text
        if gateway is not None:
            text = text.replace("[references]", f"[gateway]\n{gateway}\n\n[references]", 1)
        text = text.replace(Z, f"{Z}\n{column}", 1)
        text = text.replace('name = "tapped"', f'name = "tapped"\n{other}', 1)
        return parse(text, tmp_path / "toy_cells.toml")

    return made


def faults(changed: Callable[..., Seed], **how: str) -> list[str]:
    with pytest.raises(SeedError) as caught:
        changed(**how)
    return list(caught.value.faults)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("nsu=urn:plant:potline;s=P001.Temperature", NodeTag("urn:plant:potline", "s", "P001.Temperature")),
        ("nsu=http://werk.de/线;s=槽.{unit}; x=1", NodeTag("http://werk.de/线", "s", "槽.{unit}; x=1")),
        ("nsu=urn:a;i=4294967295", NodeTag("urn:a", "i", "4294967295")),
        (
            "nsu=urn:a;g=0b1d2c3e-0000-4000-8000-000000000001",
            NodeTag("urn:a", "g", "0b1d2c3e-0000-4000-8000-000000000001"),
        ),
        ("nsu=urn:a;b=AQID", NodeTag("urn:a", "b", "AQID")),
        (
            "sparkplug:smelter/line1/{unit}/Bath/Temperature",
            MetricTag("smelter", "line1", "{unit}", "Bath/Temperature"),
        ),
        ("sparkplug:smelter/line1//{unit}", MetricTag("smelter", "line1", "", "{unit}")),
        ("mqtt:smelter/{unit}/bath.temperature", TopicTag("smelter/{unit}/bath.temperature")),
    ],
)
def test_a_tag_is_read_in_its_parts(text: str, tag: object) -> None:
    assert read_tag(text) == tag


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ns=2;s=P001", "the namespace by its URI"),
        ("nsu=urn:a", "expected nsu=URI;s=ID"),
        ("nsu=;s=a", "expected nsu=URI;s=ID"),
        ("nsu=urn:a;s=", "expected nsu=URI;s=ID"),
        ("nsu=urn:a;i=4294967296", "a number from 0 to 4294967295"),
        ("nsu=urn:a;i=-1", "a number from 0 to 4294967295"),
        ("nsu=urn:a;i={unit}", "an identifier of text"),
        ("nsu=urn:a;g=12", "a GUID"),
        ("nsu=urn:a;b=A", "base64"),
        ("nsu=urn:a;s={pot}", "got {pot}"),
        ("sparkplug:a/b/c", "GROUP/NODE/DEVICE/METRIC"),
        ("sparkplug:a//c/d", "only DEVICE may be empty"),
        ("sparkplug:+/b/c/d", "without + or #"),
        ("mqtt:", "mqtt:TOPIC without + or #"),
        ("mqtt:a/+/b", "mqtt:TOPIC without + or #"),
        ("Bath temp.", "expected nsu=URI;s=ID, sparkplug:"),
    ],
)
def test_a_malformed_tag_states_the_form(text: str, expected: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        read_tag(text)
    assert expected in str(caught.value)


def test_placeholders_are_filled() -> None:
    assert filled("nsu=urn:a;s={unit}.{column}.{unit}", "槽 1", "z") == "nsu=urn:a;s=槽 1.z.槽 1"


def test_a_seed_without_gateway_has_the_tags_of_the_simulated_plant(toy_seed: Seed) -> None:
    assert toy_seed.gateway.tag == "nsu=urn:nonferrous:plant;s={unit}.{column}"
    assert toy_seed.gateway.results == "nsu=urn:nonferrous:plant;s=Results"
    assert all(load(name).gateway == toy_seed.gateway for name in names())


def test_all_that_a_gateway_may_say(changed) -> None:
    seed = changed(
        'endpoint = "opc.tcp://10.0.0.5:4840/plant"\npublishing = { value = 500, unit = "s" }\n'
        'tag = "nsu=urn:p;s={unit}/{column}"\nlabel_time = "nsu=urn:p;s={unit}/{column}/of"\n'
        'every = { value = 1, unit = "d" }\npredict = { value = 1, unit = "h" }\n'
        'results = "nsu=urn:p;s=AI"\nunits = ["P1", "槽2"]',
        'tag = "nsu=urn:p;s={unit}.Z"\nscale = 0.001\nstatistic = "max"\nrefresh = { value = 1, unit = "h" }',
    )
    assert seed.gateway.units == ["P1", "槽2"]
    assert seed.column("z").refresh is not None


@pytest.mark.parametrize(
    "lines",
    [
        'broker = "mqtts://10.0.0.5:8883"\ntag = "sparkplug:a/b/{unit}/{column}"\nresults = "sparkplug:a/AI"',
        'broker = "mqtt://127.0.0.1"\ntag = "mqtt:smelter/line1/{unit}/{column}"\nresults = "mqtt:smelter/AI"',
        'endpoint = "opc.tcp://10.0.0.5:4840"\nbroker = "mqtts://10.0.0.5"\nresults = "mqtt:smelter/AI"',
    ],
    ids=["sparkplug", "json", "results of a server at a broker"],
)
def test_a_plant_may_have_a_broker(changed, lines: str) -> None:
    assert changed(lines).gateway.broker is not None


def test_shared_tags_and_statistics_of_one_tag_are_allowed(changed) -> None:
    shared = 'tag = "nsu=urn:p;s=Line.Z"'
    assert changed(column=shared).column("z").tag == "nsu=urn:p;s=Line.Z"
    every = 'every = { value = 1, unit = "d" }'
    changed(every, f'{shared}\nstatistic = "mean"', f'{shared}\nstatistic = "sd"')


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"column": 'tag = "ns=2;s=Z"'}, "columns.z.tag: got 'ns=2;s=Z': expected the namespace by its URI"),
        ({"column": 'tag = "nsu=urn:p;s={cell}"'}, "columns.z.tag: got 'nsu=urn:p;s={cell}': expected no placeholder"),
        (
            {"column": 'tag = "nsu=urn:nonferrous:plant;s={unit}.tapped"'},
            "columns.tapped.tag: got 'nsu=urn:nonferrous:plant;s={unit}.{column}': expected another node than that of "
            "column z",
        ),
        (
            {"column": 'tag = "nsu=urn:p;s=Z"', "other": 'tag = "nsu=urn:p;s=Z"'},
            "columns.tapped.tag: got 'nsu=urn:p;s=Z': expected another than that of column z",
        ),
        ({"gateway": 'endpoint = "http://a"'}, "gateway.endpoint: got 'http://a': expected an address such as opc.tcp"),
        ({"gateway": 'endpoint = "mqtt://a"'}, "state a broker of MQTT as `broker`"),
        ({"gateway": 'broker = "mqtt://u:p@a"'}, "expected an address without a password"),
        ({"gateway": 'broker = "opc.tcp://a"'}, "gateway.broker: got 'opc.tcp://a': expected an address such as mqtts"),
        ({"gateway": 'endpoint = "opc.tcp://a:70000"'}, "gateway.endpoint: got 'opc.tcp://a:70000'"),
        ({"gateway": 'tag = "nsu=urn:p;s={unit}"'}, "expected a tag with {column}"),
        ({"gateway": 'results = "nsu=urn:p;s={unit}"'}, "gateway.results: got 'nsu=urn:p;s={unit}': expected a desti"),
        ({"gateway": 'results = "sparkplug:a/b/c"'}, "expected sparkplug:GROUP/NODE without + or #"),
        ({"gateway": 'results = "mqtt:a/#"'}, "expected mqtt:TOPIC without + or #"),
        ({"gateway": 'results = "mqtt:spBv1.0/a"'}, "expected a topic that does not begin with $SYS or $share"),
        (
            {"gateway": 'tag = "mqtt:a/{unit}/{column}"\nresults = "mqtt:a/b"'},
            "gateway.results: got 'mqtt:a/b': column period_start is read there, tag 'mqtt:a/{unit}/{column}'",
        ),
        (
            {"gateway": 'results = "sparkplug:a/b"', "column": 'tag = "sparkplug:a/{unit}//Z"'},
            "gateway.results: got 'sparkplug:a/b': column z is read there",
        ),
        ({"gateway": 'every = { value = 30, unit = "d" }'}, "gateway.every: got 30 days, 0:00:00: expected samples"),
        ({"gateway": 'units = ["a", "a"]'}, "gateway.units: got ['a', 'a']: expected each unit once"),
        ({"gateway": 'publishing = { value = 0, unit = "s" }'}, "gateway.publishing.value: got 0"),
        ({"gateway": "publishing = 1"}, "gateway.publishing: got 1"),
        ({"gateway": "colour = 1"}, "gateway.colour: unknown key"),
    ],
)
def test_errors_of_tags_and_settings_name_their_place(changed, how: dict[str, str], expected: str) -> None:
    assert expected in "\n".join(faults(changed, **how))


def test_made_columns_and_units_have_no_live_value(changed, toy_seed: Seed, tmp_path: Path) -> None:
    text = toy_seed.text.replace('role = "key"', 'role = "key"\ntag = "nsu=urn:p;s=U"', 1)
    text = text.replace('name = "previous_y"', 'name = "previous_y"\nrefresh = { value = 1, unit = "s" }', 1)
    with pytest.raises(SeedError) as caught:
        parse(text, tmp_path / "toy_cells.toml")
    lines = "\n".join(caught.value.faults)
    assert "columns.unit.tag: got 'nsu=urn:p;s=U': expected a heading" in lines
    assert "columns.previous_y.refresh: belongs to a column with a live value" in lines


def test_processes_without_time_or_with_pieces_have_no_gateway(tmp_path: Path) -> None:
    text = load("aluminium_scrap").text.replace("[references]", "[gateway]\n\n[references]", 1)
    with pytest.raises(SeedError, match="a sorter sends each piece"):
        parse(text, tmp_path / "aluminium_scrap.toml")
    timeless = [name for name in names() if load(name).time is None]
    for name in timeless:
        text = load(name).text.replace("[references]", "[gateway]\n\n[references]", 1)
        with pytest.raises(SeedError, match="expected a column of role time"):
            parse(text, tmp_path / f"{name}.toml")
    assert timeless
