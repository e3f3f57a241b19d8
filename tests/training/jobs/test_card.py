"""A whole card, word by word, of a task that stands in for a real one."""

from types import SimpleNamespace

import pytest

from training.core.gate import GateCondition, Gated
from training.jobs import card as cards
from training.jobs.card import model_card

GATED = Gated((GateCondition("gain", False, "-1 %", "more than 0 %"),))

TASK = SimpleNamespace(
    card=SimpleNamespace(
        row=lambda seed: "a day",
        heading=lambda seed: "y [%]",
        rows_used=lambda data, parts: ["480 rows", "learnt: 300", "judged: 60"],
        sections=lambda candidates, chosen, data, parts: ["## Candidates", "", *candidates, chosen.name, ""],
        limits=("It predicts.", "It is no law."),
    ),
    parts=(SimpleNamespace(section=lambda model, data, parts: ["## Set-points", "", f"of {parts}", ""]),),
)
CARD = """\
# Made-up cells with a known linear law

Process `toy_cells`, one row a day. Predicted: y [%].

## Data

- 480 rows
- rejected by the contract: 3 rows (listed in `rejected.csv`); without a label: 5
- table `sha256:t`, seed `{digest}`
- learnt: 300
- judged: 60

## Candidates

bar
line
line

## Set-points

of parts

## Gate before champion

Refused: it was not made champion.

- not kept: gain: -1 %; expected more than 0 %

## Inputs

| input | unit | role | training minimum | maximum | description |
|---|---|---|---|---|---|
| `previous_y` | % | before | 85.123 | 95 | efficiency of the period before, in hand |
| `x_set` | kA | setpoint | 7 | 13.5 | set-point of x |
| `z` | V | during | 2.5 | 5.25 | measured z |

## Assumed, and limits

- 1 of the seed's 8 stated sources are assumptions and 0 are what plants usually do; neither is a reference.
- It predicts.
- It is no law.
{simulated}
Made by nonferrous 1.2.3, commit {commit}.
"""
SIMULATED = (
    "- The data are simulated. Figures show that the method recovers a known truth. They are neither evidence about a "
    "plant nor a claim about savings.\n"
)


@pytest.mark.parametrize(("commit", "shown"), [(None, "unknown"), ("abc", "abc")])
@pytest.mark.parametrize(("truth", "simulated"), [(None, ""), ("a truth", SIMULATED)])
def test_a_card_holds_process_data_candidates_inputs_and_limits(toy_seed, monkeypatch, commit, shown, truth, simulated):
    monkeypatch.setattr(cards, "task_of", lambda seed: TASK)
    model = SimpleNamespace(
        ranges=[(85.12345, 95.0), (7.0, 13.5), (2.5, 5.25)], info={"package_version": "1.2.3", "git_commit": commit}
    )
    facts = {"rejected_rows": 3, "unlabelled_rows": 5, "data_digest": "sha256:t"}
    data = SimpleNamespace(seed=toy_seed, facts=facts, truth=truth, cautions=(), lacks=())
    chosen = SimpleNamespace(name="line", model=model)
    expected = CARD.format(digest=toy_seed.digest, commit=shown, simulated=simulated)
    assert model_card({"bar": None, "line": chosen}, chosen, data, "parts", GATED) == expected
    data.cautions, data.lacks = ("not used: <b>op_1*</b>",), ("no value at all: tapped",)
    message = (
        "- judged: 60\n- warning: not used: \\<b\\>op\\_1\\*\\</b\\>\n\n"
        "What this table lacks:\n\n- no value at all: tapped\n"
    )
    with_more = expected.replace("- judged: 60\n", message)
    assert model_card({"bar": None, "line": chosen}, chosen, data, "parts", GATED) == with_more
