"""Former names of fields of requests; a request that has one is rejected with the present name."""

RENAMED = {
    "quality": "data_quality",
    "owed": "metal_target",
    "stops": "allow_stops",
    "negative_prices": "allow_negative_prices",
    "accept_shift": "accept_label_shift",
    "if_drifted": "only_if_due",
    "carbon_price": "carbon_price_direct",
}
