"""Names of grades, their limits and columns in the language of a report."""

from __future__ import annotations

from reporting.languages import DEFAULT
from reporting.wording import Wording
from seeds import Seed
from seeds.format.tasks.quality import ContentSum, Grade


def grade_name(grade: Grade, say: Wording) -> str:
    """Return the name of a grade, in another language than English its title."""
    return grade.name if say.language == DEFAULT else grade.title_in(say.language)


def column_name(seed: Seed, name: str, say: Wording) -> str:
    """Return the name of a column, in another language than English its description."""
    return name if say.language == DEFAULT else seed.column(name).description_in(say.language)


def limit_name(grade: Grade, name: str, say: Wording) -> str:
    """Return the name of a grade's limit, in another language than English the title of a sum."""
    return next((one.title_in(say.language) for one in grade.sums if one.name == name), name)


def sum_name(total: ContentSum, say: Wording) -> str:
    """Return the name of a sum as such, in another language than English its title."""
    title = total.title_in(say.language)
    return say("sum %(name)s", name=title) if title == total.name else title
