"""Parameters of simulated plants: what is in force when, and what a seed lacks."""

import copy
import datetime as dt

import numpy as np
import pytest

import seeds
from seeds import Quantity
from seeds.format.plant import Regime
from synthetic_data import simulate
from synthetic_data.cast_house.parameters import CastHouseParameters
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.parameters import (
    ABOVE_0,
    ONE_OR_MORE,
    SHARE,
    SHARE_ABOVE_0,
    SHARE_BELOW_1,
    ArrayParameters,
    CountArray,
    PartialShareFloat,
    PositiveArray,
    PositiveShareArray,
    ScalarParameters,
    ShareArray,
    ShareFloat,
    periods_alike,
    regime_events,
    regimes_begun,
)
from synthetic_data.engine.plan import SimulationError
from synthetic_data.plant import fault_strengths, unit_faults
from synthetic_data.potline.parameters import PotlineParameters
from tests.synthetic_data.stated import SIMULATED, with_parameters


def without(seed, *names):
    parameters = {name: value for name, value in seed.plant.parameters.items() if name not in names}
    return seed.model_copy(update={"plant": seed.plant.model_copy(update={"parameters": parameters})})


def regime(name, start, **changes):
    change = {one: Quantity(value=value, unit="1", source="assumed: a test") for one, value in changes.items()}
    return Regime(start=start, name=name, description="a test", change=change)


def with_regimes(seed, *regimes):
    return seed.model_copy(update={"plant": seed.plant.model_copy(update={"regimes": list(regimes)})})


# ---------------------------------------------------------------- what a seed lacks


@pytest.mark.parametrize("process", SIMULATED)
def test_every_parameter_of_a_seed_is_needed_and_missed_by_name(process):
    seed = seeds.load(process)
    for name, one in seed.plant.parameters.items():
        with pytest.raises(SimulationError) as raised:
            plan_run(without(seed, name))
        fact = f'equipment.{name}: missing: expected {{ value = ..., unit = "{one.unit}", source = "..." }}'
        parameter = f"plant.parameters: {name} missing: expected an entry in [plant.parameters] for each"
        assert str(raised.value) == f"{process}: {fact if name in seed.equipment else parameter}"


@pytest.mark.parametrize("process", SIMULATED)
def test_all_that_are_missing_are_named_at_once(process):
    seed = seeds.load(process)
    first, *_, last = sorted(seed.plant.parameters.keys() - seed.equipment.keys())
    with pytest.raises(SimulationError, match=rf"{process}: plant\.parameters: {first}, {last} missing"):
        plan_run(without(seed, first, last))


def test_missing_parameters_and_changes_of_unknown_ones_are_named_together():
    seed = with_regimes(seeds.load("copper_cathode"), regime("odd", dt.date(2021, 1, 1), no_such=1.0))
    with pytest.raises(SimulationError) as raised:
        plan_run(without(seed, "bleed"))
    missing, unknown = str(raised.value).splitlines()
    assert missing.startswith("copper_cathode: plant.parameters: bleed missing")
    assert unknown == "plant.regimes.odd: changes no_such, unknown in plant.parameters"


def test_a_plant_that_lacks_a_parameter_leaves_no_folder(tmp_path):
    with pytest.raises(SimulationError, match="noise_floor missing"):
        simulate(without(seeds.load("aluminium_reduction"), "noise_floor"), tmp_path / "plant")
    assert not (tmp_path / "plant").exists()


def test_reading_what_is_not_there_names_process_and_parameter():
    parameters = ScalarParameters("toy", {"there": 2.0})
    assert parameters.there == parameters["there"] == 2.0
    expected = r"^toy: plant\.parameters: absent missing: expected an entry in \[plant\.parameters\] for each$"
    with pytest.raises(SimulationError, match=expected):
        _ = parameters.absent
    with pytest.raises(SimulationError, match=expected):
        _ = parameters["absent"]


def test_parameters_can_be_copied():
    parameters = copy.deepcopy(ScalarParameters("toy", {"there": 2.0}))
    assert parameters.there == 2.0
    with pytest.raises(SimulationError, match="toy: "):
        _ = parameters.absent


# ---------------------------------------------------------------- names


class Some(ArrayParameters):
    one: float


class More(Some):
    two: float


def test_names_are_those_that_a_class_and_its_parents_annotate():
    assert Some.names() == ("one",)
    assert More.names() == ("one", "two")


class WithFaults(Some):
    others = unit_faults.parameters_of(("leak",))


class WithMoreFaults(WithFaults):
    three: float
    others = fault_strengths.parameters_of(("slip",))


def test_names_of_faults_are_those_of_their_kinds_and_of_the_parents_kinds():
    leak = ("leak_rate", "leak_short", "leak_long", "leak_seen_early", "leak_seen_late")
    assert WithFaults.names() == ("one", *leak)
    slip = ("slip_rate", "slip_short", "slip_long", "slip_least", "slip_most")
    assert WithMoreFaults.names() == ("one", "three", *leak, *slip)


def test_parameters_of_a_fault_are_read_by_their_names():
    values = WithFaults("toy", dict.fromkeys(WithFaults.names(), 2.0))
    assert values["leak_seen_late"] == 2.0
    with pytest.raises(SimulationError, match=r"^toy: plant\.parameters: leak_least missing"):
        _ = values["leak_least"]


def test_a_view_reads_the_same_arrays():
    values = np.arange(3.0)
    view = ArrayParameters("toy", {"one": values, "three": values + 1.0}).view(Some)
    assert isinstance(view, Some)
    assert view.one is values
    with pytest.raises(SimulationError, match=r"toy: plant\.parameters: two missing"):
        _ = view["two"]


def test_each_of_several_names_stands_beside_units_and_periods():
    one, three = np.arange(3.0), np.arange(3.0) + 7.0
    result = ArrayParameters("toy", {"limit_a": one, "limit_b": three, "digit_a": three}).each("limit", ("b", "a"))
    assert result.tolist() == [[three.tolist()], [one.tolist()]]
    with pytest.raises(SimulationError, match=r"toy: plant\.parameters: digit_b missing"):
        ArrayParameters("toy", {"digit_a": one}).each("digit", "ab")


# ---------------------------------------------------------------- what values must be


class Limited(Some):
    two: PositiveArray
    three: CountArray
    four: ShareArray


class Shares(ScalarParameters):
    five: ShareFloat
    six: PositiveShareArray
    seven: PartialShareFloat


def test_limits_are_those_that_a_class_and_its_parents_annotate():
    assert Limited.limits() == {"two": ABOVE_0, "three": ONE_OR_MORE, "four": SHARE}
    assert Limited.names() == ("one", "two", "three", "four")
    assert Shares.limits() == {"five": SHARE, "six": SHARE_ABOVE_0, "seven": SHARE_BELOW_1}


@pytest.mark.parametrize("value", [0.0, -2.5])
def test_values_that_cannot_be_are_refused_all_at_once(value):
    seed = with_parameters(seeds.load("heavy_scrap"), belt_speed=value, mass_gsd_zorba=value, detectors=value)
    with pytest.raises(SimulationError) as raised:
        plan_run(seed)
    assert set(str(raised.value).splitlines()) == {
        f"heavy_scrap: plant.parameters.belt_speed: got {value:g}: expected above 0",
        f"heavy_scrap: plant.parameters.mass_gsd_zorba: got {value:g}: expected above 0",
        f"heavy_scrap: plant.parameters.detectors: got {value:g}: expected 1 or more",
    }


@pytest.mark.parametrize("value", [-0.01, 1.001, 15.0])
def test_shares_that_are_no_parts_of_a_whole_are_refused_all_at_once(value):
    seed = with_parameters(
        seeds.load("heavy_scrap"), late_share=value, feed_share_zorba=value, fill_high=value, tile_missed=value
    )
    with pytest.raises(SimulationError) as raised:
        plan_run(seed)
    refused = [line for line in str(raised.value).splitlines() if "a range that rises" not in line]
    assert sorted(refused) == [
        f"heavy_scrap: plant.parameters.feed_share_zorba: got {value:g}: expected 0 to 1",
        f"heavy_scrap: plant.parameters.fill_high: got {value:g}: expected above 0 and at most 1",
        f"heavy_scrap: plant.parameters.late_share: got {value:g}: expected 0 to 1",
        f"heavy_scrap: plant.parameters.tile_missed: got {value:g}: expected 0 or more and below 1",
    ]


@pytest.mark.parametrize(("value", "refused"), [(0.0, {"fill_high"}), (1.0, {"tile_missed"})])
def test_ends_of_a_share_belong_to_it_where_nothing_is_divided_by_them(value, refused):
    seed = with_parameters(
        seeds.load("heavy_scrap"), fill_low=0.0, late_share=value, fill_high=value, tile_missed=value
    )
    with pytest.raises(SimulationError) as raised:
        plan_run(seed)
    assert {line.split(":")[1] for line in str(raised.value).splitlines()} == {
        f" plant.parameters.{name}" for name in refused
    }


@pytest.mark.parametrize("name", ["nickel_wanted", "start_ni", "start_fe"])
def test_a_content_may_be_none_and_not_less(name):
    seed = seeds.load("copper_cathode")
    plan_run(with_parameters(seed, **{name: 0.0}))
    expected = rf"copper_cathode: plant\.parameters\.{name}: got -0\.01: expected 0 or more"
    with pytest.raises(SimulationError, match=expected):
        plan_run(with_parameters(seed, **{name: -0.01}))


def test_half_a_piece_is_no_lot():
    seed = with_parameters(seeds.load("heavy_scrap"), pieces_per_lot=0.5)
    with pytest.raises(SimulationError, match=r"plant\.parameters\.pieces_per_lot: got 0\.5: expected 1 or more"):
        plan_run(seed)


def test_a_range_that_is_upside_down_is_refused_where_it_is_stated():
    seed = seeds.load("aluminium_scrap")
    expected = r"{}: got dirt_share_low 0\.9 and dirt_share_high 0\.\d+: expected a range that rises"
    with pytest.raises(SimulationError, match=expected.format(r"aluminium_scrap: plant\.parameters")):
        plan_run(with_parameters(seed, dirt_share_low=0.9))
    with pytest.raises(SimulationError, match=expected.format(r"aluminium_scrap: plant\.regimes\.mud")):
        plan_run(with_regimes(seed, regime("mud", seed.plant.start, dirt_share_low=0.9)))


def test_a_regime_may_not_bring_what_cannot_be():
    seed = seeds.load("aluminium_scrap")
    with pytest.raises(SimulationError, match=r"plant\.regimes\.still\.laser_service: got 0: expected above 0"):
        plan_run(with_regimes(seed, regime("still", seed.plant.start, laser_service=0.0)))
    with pytest.raises(
        SimulationError, match=r"plant\.regimes\.percent\.oil_loss: got 25: expected 0 or more and below 1"
    ):
        plan_run(with_regimes(seed, regime("percent", seed.plant.start, oil_loss=25.0)))


# ---------------------------------------------------------------- regimes


@pytest.fixture(scope="module")
def potline():
    """A potline with two regimes of the same parameters, stated in the order against time."""
    seed = seeds.load("aluminium_reduction")
    start, period = seed.plant.start, seed.period
    later = regime("later", start + 3 * period, loss_factor_sd=0.5)
    earlier = regime("earlier", start + period + dt.timedelta(days=1), loss_factor_sd=0.4, air_burn=60.0)
    return plan_run(with_regimes(seed, later, earlier), units=4, years=seed.plant.years)


def test_a_regime_holds_from_the_first_period_that_starts_on_its_date_or_later(potline):
    typical = PotlineParameters.of(potline.seed)
    result = [PotlineParameters.in_period(potline, period) for period in range(-1, 5)]
    assert [p.loss_factor_sd for p in result] == [*[typical.loss_factor_sd] * 3, 0.4, 0.5, 0.5]
    assert [p.air_burn for p in result] == [*[typical.air_burn] * 3, 60.0, 60.0, 60.0]
    assert {p.noise_floor for p in result} == {typical.noise_floor}


def test_a_regime_begins_once_with_its_first_period(potline):
    started = {period: regimes_begun(potline, period) for period in range(-1, 6)}
    assert {period: [event.kind for event in events] for period, events in started.items() if events} == {
        2: ["regime earlier"],
        3: ["regime later"],
    }
    event = started[2][0]
    assert event.unit is None
    assert event.onset == event.detected == event.end == 2 * potline.period_days


def test_regimes_that_hold_from_the_start_begin_in_no_warm_up(potline):
    early = with_regimes(potline.seed, regime("early", potline.plant.start - dt.timedelta(days=40), air_burn=60.0))
    plan = plan_run(early, units=4, years=potline.plant.years)
    assert [regimes_begun(plan, period) for period in (-3, -2, -1, 0, 1)] == [()] * 5
    assert PotlineParameters.in_period(plan, 0).air_burn == 60.0


@pytest.fixture(scope="module")
def cast_house():
    seed = seeds.load("aluminium_ingot")
    later = regime("later", seed.plant.start + dt.timedelta(days=20), crack_share=0.2)
    earlier = regime("earlier", seed.plant.start + dt.timedelta(days=10), crack_share=0.1)
    never = regime("never", seed.plant.start + dt.timedelta(days=4000), air_mean=30.0)
    before = regime("before", seed.plant.start - dt.timedelta(days=1), air_swing=3.0)
    first = regime("first", seed.plant.start, air_sd=1.0)
    return plan_run(with_regimes(seed, later, earlier, never, before, first))


def test_a_regime_holds_from_the_first_instant_of_its_date(cast_house):
    days = np.array([-1.0, 9.999, 10.0, 15.0, 19.999, 20.0, 30.0])
    p = CastHouseParameters.on_days(cast_house, days)
    typical = cast_house.plant.value("crack_share")
    assert p.crack_share.tolist() == [typical, typical, 0.1, 0.1, 0.1, 0.2, 0.2]
    assert p.air_mean.tolist() == [cast_house.plant.value("air_mean")] * len(days)
    assert p.air_swing.tolist() == [3.0] * len(days)


def test_parameters_have_the_shape_of_the_days(cast_house):
    p = CastHouseParameters.on_days(cast_house, np.zeros((2, 3)))
    assert {p[name].shape for name in CastHouseParameters.names()} == {(2, 3)}


def test_regimes_within_the_run_are_events_of_the_whole_plant(cast_house):
    events = {event.kind: event for event in regime_events(cast_house)}
    assert set(events) == {"regime first", "regime earlier", "regime later"}
    assert {event.unit for event in events.values()} == {None}
    assert events["regime first"].onset == 0.0
    assert events["regime earlier"].onset == 10.0
    assert events["regime later"].detected == events["regime later"].end == 20.0


def test_a_stretch_ends_at_a_regime_at_the_end_of_the_warm_up_and_at_that_of_the_run():
    start = seeds.load("copper_electrorefining").plant.start
    new = regime("new", start + dt.timedelta(days=16), cell_flow=31.0)  # within the third week
    plan = plan_run(with_regimes(seeds.load("copper_electrorefining"), new), units=2, years=10 * 7 / 365.25)
    assert plan.periods == 10
    assert [periods_alike(plan, *requested) for requested in ((0, 26), (3, 26), (3, 4), (-5, 26), (9, 26))] == [
        3,
        7,
        4,
        5,
        1,
    ]
