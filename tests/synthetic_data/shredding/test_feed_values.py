"""Feeds worked out again from the same random numbers: campaigns, shares, what the gate declares."""

import numpy as np

NAMES = ("nmc111", "nmc532", "nmc622", "nmc811", "lco", "lmo", "lfp")


def campaigns(draws):
    """Numbers that each campaign holds, lot by lot, and lots since it began."""
    first, then = draws["gate"].standard_normal((18, 3)), draws["gate.go"]
    u, drawn = then.random((3, 120)), then.standard_normal((18, 3, 120))
    held, lots = np.empty((18, 3, 120)), np.empty((3, 120))
    for unit in range(3):
        now, since = first[:, unit], 0.0
        for t in range(120):
            since += 1.0
            if u[unit, t] < 1.0 / 6.0:
                now, since = drawn[:, unit, t], 0.0
            held[:, unit, t], lots[unit, t] = now, since
    return dict(zip(NAMES, held[:7], strict=True)), held[7:], lots, then


def test_campaigns_hold_what_was_drawn_when_they_began(lines, draws):
    held, others, lots, _ = campaigns(draws)
    np.testing.assert_array_equal(lines.feed.shown["campaign_lots"], lots)
    np.testing.assert_array_equal(lines.feed.level["lfp"], held["lfp"])
    np.testing.assert_array_equal(lines.feed.level["cr"], others[10])


def test_shares_of_cathodes_and_what_is_declared_of_them(lines, draws):
    held, others, _, stream = campaigns(draws)
    n, p, market = stream.standard_normal((6, 3, 120)), lines.p, lines.supply.market
    lfp = 0.018 * np.exp(0.45 * held["lfp"] + 0.15 * market["lfp"] + 0.25 * n[0])
    lco, lmo = 0.028 * np.exp(0.6 * held["lco"]), 0.012 * np.exp(0.6 * held["lmo"])
    weights = {
        name: typical * np.exp(0.9 * held[name])
        for name, typical in zip(NAMES[:4], (0.05, 0.33, 0.36, 0.26), strict=True)
    }
    weights["nmc811"] = weights["nmc811"] * np.exp(0.15 * market["nickel"])
    remaining = 1.0 - np.minimum(lfp, 0.2) - np.minimum(lco, 0.2) - np.minimum(lmo, 0.2)
    right = 1.0 - lines.faults.strength["batch"]
    whole = sum(weights.values())
    for name, weight in weights.items():
        np.testing.assert_allclose(lines.feed.shares[name], remaining * weight / whole * right, rtol=1e-9, err_msg=name)
    np.testing.assert_allclose(
        lines.feed.shares["lfp"], np.minimum(lfp, 0.2) * right + lines.faults.strength["batch"], rtol=1e-9
    )
    np.testing.assert_allclose(lines.feed.shown["feed_share_lfp"], np.minimum(lfp, 0.2) * np.exp(0.2 * n[1]), rtol=1e-9)
    np.testing.assert_allclose(sum(lines.feed.shares.values()), 1.0, rtol=1e-12)
    scrap = np.clip(0.25 + 0.15 * others[0], 0.0, 0.9)
    np.testing.assert_allclose(lines.feed.scrap, scrap, rtol=1e-12)
    np.testing.assert_allclose(lines.feed.shown["feed_scrap_share"], scrap * np.exp(p.scrap_error * n[3]), rtol=1e-9)
