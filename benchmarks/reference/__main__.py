"""Write the generated pages of the reference: `python -m benchmarks.reference`."""

from benchmarks.reference.pages import PAGES, REFERENCE

for name, page in PAGES.items():
    (REFERENCE / name).write_text(page(), encoding="utf-8")
