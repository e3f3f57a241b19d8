"""Former fields of requests; a request that has one is rejected with the present one."""

RENAMED = {
    "quality": "data_quality",
    "owed": "metal_target",
    "stops": "allow_stops",
    "negative_prices": "allow_negative_prices",
    "accept_shift": "accept_label_shift",
    "if_drifted": "only_if_due",
    "carbon_price": "carbon_price_direct",
}
PARTS = {"explain": "explanation", "energy": "energy"}
"""Former fields that requested a part of a response, with the word of `include` that does."""
