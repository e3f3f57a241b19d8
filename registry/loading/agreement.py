"""Agreement of the champion's seed with the current seed on the names to decide on."""

from registry.versions import RegistryError
from seeds import Seed


def check_names(trained_on: Seed, seed: Seed) -> None:
    """Raise RegistryError if the champion's seed has other classes, bins, elements, defects or grades."""
    for (name, old), new in zip(_names(trained_on).items(), _names(seed).values(), strict=True):
        if old != new:
            raise RegistryError(
                f"{seed.process.name}: the champion was trained with another seed and cannot be judged: its {name} are "
                f"{', '.join(old) or 'none'}; expected {', '.join(new) or 'none'}"
            )


def _names(seed: Seed) -> dict[str, list[str]]:
    return {
        "classes": list(seed.classes),
        "bins": [one.name for one in seed.bins],
        "elements": [column.name for column in seed.elements],
        "defects": list(seed.defects),
        "grades": [grade.name for grade in seed.grades],
    }
