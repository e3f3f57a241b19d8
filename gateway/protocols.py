"""Protocols of a plant: which addresses a map needs, and the tags of a seed that states none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.errors import GatewayError
from gateway.mqtt.broker import Broker
from gateway.opcua.session import Access
from gateway.tag_map import form_of, live_columns
from seeds import Seed
from seeds.format.tags import COLUMN, UNIT, NodeTag, read_destination, read_tag

GROUP = "nonferrous"
"""Group of Sparkplug, and first level of JSON topics, of simulated plants and of results."""


@dataclass(frozen=True)
class PlantAddresses:
    """Addresses of a plant; at least one.

    Attributes
    ----------
    access : Access or None
        OPC UA server and identity.
    broker : Broker or None
        MQTT broker and credentials.
    """

    access: Access | None = None
    broker: Broker | None = None

    def __str__(self) -> str:
        return " and ".join(
            str(one) for one in (None if self.access is None else self.access.url, self.broker) if one is not None
        )


def plant_prefix(process: str) -> str:
    """Prefix of the JSON topics of a simulated plant."""
    return f"{GROUP}/plant/{process}"


def _default_tags(seed: Seed, *, is_json: bool) -> dict[str, str]:
    """Keys of [gateway] that a seed does not state, as the simulated plant publishes to a broker."""
    name, stated = seed.process.name, seed.gateway.model_fields_set
    if is_json:
        form, results = f"mqtt:{plant_prefix(name)}/{UNIT}/{COLUMN}", f"mqtt:{GROUP}/results/{name}"
    else:
        form, results = f"sparkplug:{GROUP}/{name}/{UNIT}/{COLUMN}", f"sparkplug:{GROUP}/{name}-results"
    label_time = f"{seed.gateway.tag if 'tag' in stated else form}.period"
    defaults = {"tag": form, "label_time": label_time, "results": results}
    return {key: text for key, text in defaults.items() if key not in stated}


def with_tags(seed: Seed, addresses: PlantAddresses, *, is_json: bool = False) -> Seed:
    """Return a seed with the tags that it does not state, for the protocols of a plant.

    Parameters
    ----------
    seed : Seed
        The process.
    addresses : PlantAddresses
        Of the plant.
    is_json : bool
        Whether tags of MQTT that the seed does not state are JSON topics.

    Raises
    ------
    GatewayError
        A tag, or the destination of results, is of a protocol without an address.
    """
    if addresses.access is None:
        settings = seed.gateway.model_copy(update=_default_tags(seed, is_json=is_json))
        seed = seed.model_copy(update={"gateway": settings})
    elif is_json:
        raise GatewayError("--json: expected a plant without an OPC UA server; state the topics in the seed")
    forms = {f"columns.{column.name}.tag": form_of(seed, column) for column in live_columns(seed)}
    if seed.labels:
        forms["gateway.label_time"] = seed.gateway.label_time
    _check_addresses(forms | {"gateway.results": seed.gateway.results}, addresses)
    return seed


def _check_addresses(forms: Mapping[str, str], addresses: PlantAddresses) -> None:
    for place, text in forms.items():
        tag = read_destination(text) if place == "gateway.results" else read_tag(text)
        if isinstance(tag, NodeTag) and addresses.access is None:
            raise GatewayError(f"{place}: got '{text}': expected the address of its OPC UA server as well")
        if not isinstance(tag, NodeTag) and addresses.broker is None:
            raise GatewayError(f"{place}: got '{text}': expected the address of its MQTT broker as well")
