"""Write the generated pages of the reference: `python -m documentation`."""

from documentation.pages import PAGES, REFERENCE

for name, page in PAGES.items():
    (REFERENCE / name).write_text(page(), encoding="utf-8")
