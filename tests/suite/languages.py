"""Seeds without any Chinese text, and with one of its own for each title, description and sum."""

import re
from pathlib import Path

from seeds import Seed
from seeds.format.loader import parse

STATED = re.compile(r"^(title|description) = .*\n", re.MULTILINE)
SUM = re.compile(r"^\[\[grades\.sums\]\]\n", re.MULTILINE)
CHINESE = re.compile(r"^(title|description)_zh = .*\n", re.MULTILINE)


def without_and_with_chinese(seed: Seed) -> tuple[Seed, Seed]:
    """The seed without its Chinese texts, and with other ones; its file has Unix line ends."""
    path, plain = Path(f"{seed.process.name}.toml"), CHINESE.sub("", seed.text)
    chinese = STATED.sub(lambda line: f'{line[0]}{line[1]}_zh = "第{line.start()}项"\n', plain)
    chinese = SUM.sub(lambda line: f'{line[0]}title_zh = "总和{line.start()}"\n', chinese)
    return parse(plain, path), parse(chinese, path)
