"""Scripts of other authors, each with its licence and the digest of the released file."""

import hashlib
from pathlib import Path

import pytest

from dashboard import assets

ROOT = Path(__file__).parents[2]
FILES = {
    "dashboard/static/vendor/htmx.min.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
    "dashboard/static/vendor/hx-sse.min.js": "18ef2761356ec1fe0bb6d92612315b37517a7c1e9856b661c5ae81fef239d103",
    "dashboard/static/vendor/uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    "dashboard/static/vendor/uPlot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
    "tests/suite/axe/axe.min.js": "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c",
}
"""htmx 4.0.1 (Zero-Clause BSD) with its extension for server-sent events, uPlot 1.6.32 (MIT), axe-core 4.14.1 (MPL)."""
LICENCES = {
    "dashboard/static/vendor/htmx.LICENSE.txt": "Zero-Clause BSD",
    "dashboard/static/vendor/uPlot.LICENSE.txt": "The MIT License",
    "tests/suite/axe/LICENSE.txt": "Mozilla Public License Version 2.0",
    "tests/suite/axe/LICENSE-3RD-PARTY.txt": "MIT",
}
FIRST_LOAD = 250_000  # bytes


@pytest.mark.parametrize("name", list(FILES), ids=lambda name: Path(name).name)
def test_a_script_is_the_released_one(name):
    assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == FILES[name]


@pytest.mark.parametrize("name", list(LICENCES), ids=lambda name: Path(name).name)
def test_a_script_comes_with_its_licence(name):
    text = " ".join((ROOT / name).read_text(encoding="utf-8").split())
    assert LICENCES[name].lower().replace(",", "") in text.lower().replace(",", "")


def test_every_vendored_file_has_a_digest_or_is_a_licence():
    folders = ("dashboard/static/vendor", "tests/suite/axe")
    files = {path.relative_to(ROOT).as_posix() for folder in folders for path in (ROOT / folder).iterdir()}
    assert files == {*FILES, *LICENCES}


def test_all_scripts_and_styles_leave_room_for_the_content_of_a_page():
    size = sum(len(one.content) for name, one in assets.known().items() if not name.endswith(".txt"))
    assert size < FIRST_LOAD / 2
