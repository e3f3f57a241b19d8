"""Whether a champion learnt with a seed of the same elements, defects and grades."""

from models.quality.model import QualityModel
from registry.versions import RegistryError
from seeds import Seed


def check_names(champion: QualityModel, seed: Seed) -> None:
    """RegistryError where a champion learnt with a seed of other elements, defects or grades."""
    for name, old, new in zip(("elements", "defects", "grades"), _names(champion.seed), _names(seed), strict=True):
        if old != new:
            raise RegistryError(
                f"{seed.process.name}: the champion learnt with another seed and cannot be judged: its {name} are "
                f"{', '.join(old) or 'none'}; expected {', '.join(new) or 'none'}"
            )


def _names(seed: Seed) -> tuple[list[str], list[str], list[str]]:
    return [column.name for column in seed.elements], list(seed.defects), [grade.name for grade in seed.grades]
