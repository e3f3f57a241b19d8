"""Seeds in a terminal: what each line says."""

import io

import pytest
from rich.console import Console

from seeds import load, load_all
from seeds.format.listing import described, seeds_table


def printed(*renderables, width=300):
    console = Console(file=io.StringIO(), width=width, no_color=True, highlight=False)
    for one in renderables:
        console.print(one)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


@pytest.fixture(scope="module")
def scrap():
    return printed(*described(load("aluminium_scrap")))


@pytest.fixture(scope="module")
def ingot():
    return printed(*described(load("aluminium_ingot")))


def test_one_line_a_process():
    seeds = load_all()
    lines = printed(seeds_table(seeds, dict.fromkeys(seeds), 300))
    assert next(line.split()[0] for line in lines if line.strip()) == "process"
    rows = {line.split()[0]: line for line in lines if line.split() and line.split()[0] in seeds}
    assert set(rows) == set(seeds)
    for name, seed in seeds.items():
        assert seed.process.title in rows[name]
        counts = rows[name].partition(seed.process.title)[0].split()[-3:]
        assert counts == [str(count) for count in (seed.assumed, seed.practice, len(seed.sources))]
    scrap, pots = seeds["aluminium_scrap"].plant, seeds["aluminium_reduction"].plant
    assert f"{scrap.units} lots, {scrap.years:g} a" in rows["aluminium_scrap"]
    assert f"{pots.units} units, {pots.years:g} a" in rows["aluminium_reduction"]
    assert "own data" in rows["zinc_leach_filter"]


@pytest.mark.parametrize("folder", [None, "guangxi", "广西铝电解"])
@pytest.mark.parametrize("width", [80, 109, 110])
def test_no_name_or_task_is_cut(folder, width):
    seeds = load_all()
    lines = printed(seeds_table(seeds, dict.fromkeys(seeds, folder), width), width=width)
    text = "\n".join(lines)
    assert "…" not in text or width == 110  # a title may be cut
    assert all(seed.process.task in text for seed in seeds.values())
    if folder is None:
        assert all(any(line.split()[:1] == [name] for line in lines) for name in seeds)
    assert "title" in text or width < 110


def test_columns_show_range_and_source(ingot):
    column = load("aluminium_ingot").column("melt_temperature")
    at = next(i for i, line in enumerate(ingot) if line.startswith("melt_temperature "))
    low, high = column.limits
    assert ingot[at].split()[:3] == ["melt_temperature", "setpoint", "°C"]
    assert ingot[at].endswith(f"{low:g} to {high:g}, typically {column.typical.mean:g} ± {column.typical.sd:g}")
    assert ingot[at + 1] == f"    {column.description} ({column.source})"
    key = load("aluminium_ingot").key
    at = next(i for i, line in enumerate(ingot) if line.startswith(f"{key.name} "))
    assert ingot[at].split() == [key.name, "key"]
    assert ingot[at + 1] == f"    {key.description}"
    widest = max(len(one.name) for one in load("aluminium_ingot").columns)
    assert ingot[at].index("key") == widest + 2


def test_classes_and_bins(scrap):
    seed = load("aluminium_scrap")
    assert any(line.endswith(f"one of {', '.join(seed.classes)}") for line in scrap)
    for one in seed.bins:
        at = next(i for i, line in enumerate(scrap) if line.startswith(f"{one.name}  {one.title}:"))
        shown = [f"{name} {limit.value:g} {limit.unit}" for name, limit in one.limits.items()]
        shown += [f"standard deviation of {name} {q.value:g} {q.unit}" for name, q in one.sd_limits.items()]
        limits = ", ".join(shown)
        assert scrap[at] == f"{one.name}  {one.title}: " + (f"at most {limits}" if limits else "no limits")
        economic_value = ", ".join(f"{name} {value:g}" for name, value in one.value.items())
        assert scrap[at + 1] == f"    worth {economic_value} {one.unit} ({one.source})"
    assert any(one.limits for one in seed.bins)
    assert not all(one.limits for one in seed.bins)


def test_grades_and_references(ingot):
    seed = load("aluminium_ingot")
    for grade in seed.grades:
        value = grade.value
        at = ingot.index(f"{grade.name}  {grade.title}: worth {value.value:g} {value.unit} ({value.source})")
        names = [*grade.limits, *(f"{total.name} ({' + '.join(total.of)})" for total in grade.sums)]
        for line, name, limit in zip(ingot[at + 1 :], names, [*grade.limits.values(), *grade.sums], strict=False):
            assert line == f"    {name} at most {limit.value:g} {limit.unit}, {limit.verification} ({limit.source})"
    references = [f"{name}  {one.year}  {one.text}" for name, one in seed.references.items()]
    assert ingot[-len(references) :] == references
    assert ingot[-len(references) - 1] == ""
    assert ingot[0] == f"{seed.process.title} ({seed.process.task})"


def test_norms_show_their_grades_and_how_sure_they_are():
    lines = printed(*described(load("zinc_electrowinning")))
    at = next(i for i, line in enumerate(lines) if line.startswith("gb_ingot_without_residue "))
    assert lines[at].endswith("comprehensive: grade 1 at most 550, 2 at most 660, 3 at most 820 kgce/t")
    shown = " ".join(lines[at + 1 : at + 3])
    assert "GB 25323-2023, zinc concentrate to ingot" in shown
    assert "unverified (gb_25323_2023: " in shown
    assert "outside the boundary 170 kgce/t (assumed: " in shown
