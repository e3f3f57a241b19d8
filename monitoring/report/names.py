"""Names of grades and columns in the language of a report."""

from __future__ import annotations

from reporting.languages import DEFAULT
from reporting.wording import Wording
from seeds import Seed
from seeds.format.tasks.quality import Grade


def grade_name(grade: Grade, say: Wording) -> str:
    """Return the name of a grade, in another language than English its title."""
    return grade.name if say.language == DEFAULT else grade.title_in(say.language)


def column_name(seed: Seed, name: str, say: Wording) -> str:
    """Return the name of a column, in another language than English its description."""
    return name if say.language == DEFAULT else seed.column(name).description_in(say.language)
