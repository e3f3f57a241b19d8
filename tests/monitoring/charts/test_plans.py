"""Plans of ISO 2859-1 cell by cell, their operating characteristic, and the switching rules."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from monitoring.charts.plans import (
    AQLS,
    DISCONTINUED,
    LETTERS,
    LEVELS,
    NORMAL,
    REDUCED,
    TIGHTENED,
    AcceptanceError,
    SamplingPlan,
    Switching,
    code_letter,
    letter_plan,
    single_plan,
)

# GB/T 2828.1-2012 (identical with ISO 2859-1:1999), tables 2-A, 2-B and 2-C with their arrows followed: a line a code
# letter, a cell an AQL from 0.065 to 6.5, the letter and acceptance number of the plan. Typed from a public
# transcription of the standard's pages; normal and tightened agree with MIL-STD-105E as well.
TABLE_2A = """
A L0 K0 J0 H0 G0 F0 E0 D0 C0 B0 A0
B L0 K0 J0 H0 G0 F0 E0 D0 C0 B0 A0
C L0 K0 J0 H0 G0 F0 E0 D0 C0 B0 D1
D L0 K0 J0 H0 G0 F0 E0 D0 C0 E1 D1
E L0 K0 J0 H0 G0 F0 E0 D0 F1 E1 E2
F L0 K0 J0 H0 G0 F0 E0 G1 F1 F2 F3
G L0 K0 J0 H0 G0 F0 H1 G1 G2 G3 G5
H L0 K0 J0 H0 G0 J1 H1 H2 H3 H5 H7
J L0 K0 J0 H0 K1 J1 J2 J3 J5 J7 J10
K L0 K0 J0 L1 K1 K2 K3 K5 K7 K10 K14
L L0 K0 M1 L1 L2 L3 L5 L7 L10 L14 L21
M L0 N1 M1 M2 M3 M5 M7 M10 M14 M21 L21
N P1 N1 N2 N3 N5 N7 N10 N14 N21 M21 L21
P P1 P2 P3 P5 P7 P10 P14 P21 N21 M21 L21
Q Q2 Q3 Q5 Q7 Q10 Q14 Q21 P21 N21 M21 L21
R R3 R5 R7 R10 R14 R21 Q21 P21 N21 M21 L21
"""
TABLE_2B = """
A M0 L0 K0 J0 H0 G0 F0 E0 D0 C0 B0
B M0 L0 K0 J0 H0 G0 F0 E0 D0 C0 B0
C M0 L0 K0 J0 H0 G0 F0 E0 D0 C0 E1
D M0 L0 K0 J0 H0 G0 F0 E0 D0 F1 E1
E M0 L0 K0 J0 H0 G0 F0 E0 G1 F1 E1
F M0 L0 K0 J0 H0 G0 F0 H1 G1 F1 F2
G M0 L0 K0 J0 H0 G0 J1 H1 G1 G2 G3
H M0 L0 K0 J0 H0 K1 J1 H1 H2 H3 H5
J M0 L0 K0 J0 L1 K1 J1 J2 J3 J5 J8
K M0 L0 K0 M1 L1 K1 K2 K3 K5 K8 K12
L M0 L0 N1 M1 L1 L2 L3 L5 L8 L12 L18
M M0 P1 N1 M1 M2 M3 M5 M8 M12 M18 L18
N Q1 P1 N1 N2 N3 N5 N8 N12 N18 M18 L18
P Q1 P1 P2 P3 P5 P8 P12 P18 N18 M18 L18
Q Q1 Q2 Q3 Q5 Q8 Q12 Q18 P18 N18 M18 L18
R R2 R3 R5 R8 R12 R18 Q18 P18 N18 M18 L18
"""
TABLE_2C = """
A L0 K0 J0 H0 G0 F0 E0 D0 C0 B0 A0
B L0 K0 J0 H0 G0 F0 E0 D0 C0 B0 A0
C L0 K0 J0 H0 G0 F0 E0 D0 C0 B0 E1
D L0 K0 J0 H0 G0 F0 E0 D0 C0 F1 E1
E L0 K0 J0 H0 G0 F0 E0 D0 G1 F1 E1
F L0 K0 J0 H0 G0 F0 E0 H1 G1 F1 F2
G L0 K0 J0 H0 G0 F0 J1 H1 G1 G2 G3
H L0 K0 J0 H0 G0 K1 J1 H1 H2 H3 H5
J L0 K0 J0 H0 L1 K1 J1 J2 J3 J5 J6
K L0 K0 J0 M1 L1 K1 K2 K3 K5 K6 K8
L L0 K0 N1 M1 L1 L2 L3 L5 L6 L8 L10
M L0 P1 N1 M1 M2 M3 M5 M6 M8 M10 L10
N Q1 P1 N1 N2 N3 N5 N6 N8 N10 M10 L10
P Q1 P1 P2 P3 P5 P6 P8 P10 N10 M10 L10
Q Q1 Q2 Q3 Q5 Q6 Q8 Q10 P10 N10 M10 L10
R R2 R3 R5 R6 R8 R10 Q10 P10 N10 M10 L10
"""
SIZES = dict(
    zip("ABCDEFGHJKLMNPQR", (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000), strict=True)
)
REDUCED_SIZES = dict(
    zip("ABCDEFGHJKLMNPQR", (2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800), strict=True)
)


@pytest.mark.parametrize(
    ("severity", "table", "sizes"),
    [(NORMAL, TABLE_2A, SIZES), (TIGHTENED, TABLE_2B, SIZES), (REDUCED, TABLE_2C, REDUCED_SIZES)],
)
def test_every_plan_is_that_of_the_standard(severity, table, sizes) -> None:
    lines = [line.split() for line in table.split("\n") if line]
    assert "".join(line[0] for line in lines) == LETTERS
    for letter, *cells in lines:
        for aql, cell in zip(AQLS, cells, strict=True):
            plan = letter_plan(letter, aql, severity)
            assert (plan.letter, plan.size, plan.accept) == (cell[0], sizes[cell[0]], int(cell[1:])), (letter, aql)


@pytest.mark.parametrize(
    ("lot_size", "letters"),
    [
        (2, "AAAAAAB"),
        (8, "AAAAAAB"),
        (9, "AAAAABC"),
        (25, "AABBBCD"),
        (50, "ABBCCDE"),
        (90, "BBCCCEF"),
        (150, "BBCDDFG"),
        (280, "BCDEEGH"),
        (500, "BCDEFHJ"),
        (501, "CCEFGJK"),
        (1200, "CCEFGJK"),
        (3200, "CDEGHKL"),
        (10_000, "CDFGJLM"),
        (35_000, "CDFHKMN"),
        (150_000, "DEGJLNP"),
        (500_000, "DEGJMPQ"),
        (500_001, "DEHKNQR"),
        (10**9, "DEHKNQR"),
    ],
)
def test_code_letters_are_those_of_the_standard(lot_size, letters) -> None:
    assert "".join(code_letter(lot_size, level) for level in LEVELS) == letters


def test_the_plan_of_a_lot_of_a_thousand() -> None:
    assert [single_plan(1000, aql).accept for aql in (0.65, 1.0, 1.5)] == [1, 2, 3]
    assert single_plan(1000, 1.0) == SamplingPlan("J", 80, 2)
    assert single_plan(1000, 1.0, severity=TIGHTENED) == SamplingPlan("J", 80, 1)
    assert single_plan(1000, 1.0, severity=REDUCED) == SamplingPlan("J", 32, 1)
    assert single_plan(1000, 1.0, level="S-2") == SamplingPlan("E", 13, 0)


def test_a_lot_that_is_smaller_than_its_sample_is_inspected_whole() -> None:
    assert single_plan(10, 0.65) == SamplingPlan("F", 10, 0)


def test_a_stricter_severity_never_accepts_more() -> None:
    shares = np.linspace(0.0, 0.2, 41)
    for letter in LETTERS:
        for aql in AQLS:
            tightened, normal, reduced = (
                letter_plan(letter, aql, severity).acceptance_probability(shares)
                for severity in (TIGHTENED, NORMAL, REDUCED)
            )
            assert (tightened <= normal + 1e-12).all()
            assert (normal <= reduced + 0.05).all()


# Qualities [%] that plans of code letter J accept with 95 % and with 10 %, as the standard's tables for J state them.
@pytest.mark.parametrize(
    ("accept", "mostly", "hardly"),
    [(0, 0.0641, 2.84), (1, 0.446, 4.78), (2, 1.03, 6.52), (3, 1.73, 8.16), (5, 3.32, 11.3)],
)
def test_operating_characteristic_of_code_letter_j(accept, mostly, hardly) -> None:
    plan = SamplingPlan("J", 80, accept)
    for quality, probability in ((mostly, 0.95), (hardly, 0.10)):
        result = brentq(lambda p, expected=probability: float(plan.acceptance_probability(p)) - expected, 1e-6, 0.5)
        assert 100 * result == pytest.approx(quality, rel=0.006)


def test_operating_characteristic_by_hand() -> None:
    # (1 - p)^n + n p (1 - p)^(n - 1) with n 80 and p 0.65 %.
    result = SamplingPlan("J", 80, 1).acceptance_probability(0.0065)
    assert float(result) == pytest.approx(0.9935**80 + 80 * 0.0065 * 0.9935**79, rel=1e-9)
    # Two of ten items, three of them nonconforming: 7/10 * 6/9.
    assert float(SamplingPlan("A", 2, 0).lot_acceptance_probability(3, 10)) == pytest.approx(42 / 90, rel=1e-9)


def test_a_whole_lot_decides_itself_and_a_large_one_is_a_running_production() -> None:
    assert SamplingPlan("F", 10, 0).lot_acceptance_probability([0, 1], 10).tolist() == [1.0, 0.0]
    plan = SamplingPlan("J", 80, 2)
    large = plan.lot_acceptance_probability([20_000], 1_000_000)
    np.testing.assert_allclose(large, plan.acceptance_probability([0.02]), rtol=1e-3)


def after(lots: str, state: Switching | None = None, plan: SamplingPlan | None = None) -> Switching:
    """State after lots: + accepted, also one step tighter; o accepted, not one step tighter; - not accepted."""
    state = state or Switching()
    for lot in lots:
        state = state.after(lot != "-", plan or SamplingPlan("J", 80, 1), lot == "+")
    return state


def test_two_of_five_lots_tighten_and_five_accepted_ones_relax() -> None:
    assert after("-+++-").severity == TIGHTENED
    assert after("--").severity == TIGHTENED
    assert after("-++++-").severity == NORMAL
    tightened = after("--")
    assert after("++++", tightened).severity == TIGHTENED
    assert after("+++++", tightened).severity == NORMAL
    assert after("+++-++++", tightened).severity == TIGHTENED
    assert after("+++-+++++", tightened) == Switching()


def test_five_lots_not_accepted_under_tightened_inspection_end_it() -> None:
    tightened = after("--")
    assert after("-+-++-++-", tightened).severity == TIGHTENED
    ended = after("-+-++-++--", tightened)
    assert ended.severity == DISCONTINUED
    with pytest.raises(AcceptanceError, match="inspection was discontinued"):
        after("+", ended)


def test_score_of_small_acceptance_numbers_asks_for_fifteen_lots() -> None:
    assert after("o" * 14).severity == NORMAL
    assert after("o" * 14).score == 28
    assert after("o" * 15).severity == REDUCED
    assert after("o" * 14 + "-").score == 0


def test_score_of_larger_acceptance_numbers_asks_for_ten_lots_that_were_better() -> None:
    plan = SamplingPlan("J", 80, 2)
    assert after("+" * 9, plan=plan).score == 27
    assert after("+" * 10, plan=plan).severity == REDUCED
    assert after("+" * 9 + "o", plan=plan) == Switching(NORMAL, 0, (True,) * 5)


def test_one_lot_not_accepted_ends_reduced_inspection() -> None:
    reduced = Switching(REDUCED)
    assert after("oo++", reduced).severity == REDUCED
    assert after("-", reduced) == Switching()


def test_supply_at_the_acceptance_limit_stays_under_normal_inspection_and_a_worse_one_does_not() -> None:
    rng = np.random.default_rng(1)

    def share_tightened(quality: float) -> float:
        state, lots = Switching(), []
        for _ in range(4000):
            plan = single_plan(1000, 1.0, severity=NORMAL if state.severity == REDUCED else state.severity)
            result = rng.binomial(plan.size, quality)
            state = state.after(bool(result <= plan.accept), plan, bool(result <= 1))
            state = Switching(TIGHTENED) if state.severity == DISCONTINUED else state
            lots.append(state.severity == TIGHTENED)
        return math.fsum(lots) / len(lots)

    assert share_tightened(0.005) < 0.05
    assert share_tightened(0.04) > 0.8


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: code_letter(1), "lot size: expected 2 or more, got 1"),
        (lambda: code_letter(100, "IV"), "level: expected one of S-1, .*, got 'IV'"),
        (lambda: single_plan(100, 2.0), "AQL: expected one of 0.065, .*, got 2"),
        (
            lambda: single_plan(100, 1.0, severity="strict"),
            "severity: expected one of normal, tightened, reduced, got 'strict'",
        ),
        (lambda: letter_plan("I", 1.0), "code letter: expected one of .*, got 'I'"),
        (lambda: SamplingPlan("J", 80, 2).lot_acceptance_probability(3, 50), "at least the sample's 80, got 50"),
    ],
)
def test_what_the_tables_do_not_hold_is_refused(call, match) -> None:
    with pytest.raises(AcceptanceError, match=match):
        call()
