"""Comparison of two seeds in the parts on which requests, responses and decisions depend."""

from __future__ import annotations

from seeds import Grade, Seed
from seeds.format.tasks.sorting import SD_OF


def differing(one: Seed, other: Seed) -> list[str]:
    """Return the parts in which two seeds differ, of those on which responses and decisions depend."""
    return sorted(_units(one) ^ _units(other))


def _units(seed: Seed) -> set[str]:
    """Return the parts of a seed on which requests and responses depend."""
    inputs = {f"input {column.name} [{column.unit}]" for column in seed.stated_inputs}
    derived = {f"target {name} [{target.unit}]" for name, target in seed.derived.items()}
    own = {f"target {column.name} [{column.unit or ', '.join(seed.classes)}]" for column in seed.primaries}
    process = {f"process {seed.process.name}", f"process type {seed.process_type}"}
    facts = {f"equipment {name} {one.value} {one.unit}" for name, one in seed.equipment.items()}
    return inputs | derived | own | facts | _decisions(seed) | process


def _decisions(seed: Seed) -> set[str]:
    """Return the parts of a seed on which decisions depend; empty if its process neither sorts nor grades."""
    message = {f"target {column.name} [{column.unit}]" for column in seed.elements}
    if seed.sorting is not None:
        message |= _of_sorting(seed)
    if seed.quality is not None:
        message |= _of_grading(seed)
    return message


def _of_sorting(seed: Seed) -> set[str]:
    rules = seed.sorting_rules
    message = {f"sorting mass {rules.mass}", f"sorting other_class {rules.other_class}"}
    message |= {f"bins {', '.join(one.name + ' (rest)' * one.rest for one in seed.bins)}"}
    for name in ("lot_mass", "confidence"):
        message.add(f"sorting {name} {getattr(rules, name).value:g}")
    message.add(f"sorting calibration_confidence {rules.sure:g}")
    message.add(f"sorting co_ejection {rules.carried_along:g}")
    for one in seed.bins:
        message |= {f"bin {one.name}: {label} {value:g} {one.unit}" for label, value in one.value.items()}
        message |= {f"bin {one.name}: {name} <= {q.value:g} {q.unit}" for name, q in one.limits.items()}
        message |= {f"bin {one.name}: {SD_OF} {name} <= {q.value:g} {q.unit}" for name, q in one.sd_limits.items()}
    return message


def _of_grading(seed: Seed) -> set[str]:
    rules = seed.quality_rules
    message = {f"quality defects {', '.join(rules.defects)}", f"quality intended {rules.intended}"}
    message |= {f"grades {', '.join(grade.name for grade in seed.grades)}"}
    for name in ("lot_mass", "assay_cost", "claim_cost", "alpha", "confidence"):
        message.add(f"quality {name} {getattr(rules, name).value:g}")
    return message.union(*map(_of_grade, seed.grades))


def _of_grade(grade: Grade) -> set[str]:
    message = {f"grade {grade.name}: {grade.value.value:g} $/t"}
    limits = [(name, limit) for name, limit in grade.limits.items()]
    limits += [(f"{one.name} = {' + '.join(one.of)}", one) for one in grade.sums]
    for name, limit in limits:
        for bound, is_highest in limit.bounds:
            message.add(f"grade {grade.name}: {name} {'<=' if is_highest else '>='} {bound:g} {limit.unit}")
    return message
