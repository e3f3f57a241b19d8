"""Names of units: one spelling of what is the same text, and what a person takes for the same."""

from __future__ import annotations

import unicodedata

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-"))

# Letters of other alphabets that look like a Latin one, and signs that are taken for each other, after Unicode's
# technical standard 39; a letter stands for all that look like it.
_LOOKALIKES = str.maketrans(
    dict(zip("АВЕЅІЈКМНОРСТХУавеѕіјкмнорстху", "ABESIJKMHOPCTXYabesijkmhopctxy", strict=True))
    | dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορτυχ", "ABEZHIKMNOPTYXaikvoptux", strict=True))
    | {"ԁ": "d", "һ": "h", "ԛ": "q", "ԝ": "w", "ӏ": "l", "ı": "i"}
)


def unit_name(text: str) -> str:
    """A name as it is kept: without spaces around it and signs without a width, letters in one form.

    Letters of full or half width are the usual ones, and composed letters are one sign. What a plant may really have
    side by side, such as 'a1' and 'A1', stays as it is.
    """
    if text.isascii():
        return text.strip()
    shown = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    signs = (_of_usual_width(sign) for sign in unicodedata.normalize("NFC", shown))
    return "".join(signs).strip()


def _of_usual_width(sign: str) -> str:
    """A letter of full or half width as the usual one."""
    is_wide = unicodedata.decomposition(sign).startswith(("<wide>", "<narrow>"))
    return unicodedata.normalize("NFKC", sign) if is_wide else sign


def looks(name: str) -> str:
    """Return a name without easily missed differences: case, spaces, kinds of dashes, look-alike letters."""
    if not name.isascii():
        name = unicodedata.normalize("NFKC", unit_name(name)).translate(_DASHES).translate(_LOOKALIKES)
    return "".join(name.casefold().split())


def with_code_points(name: str) -> str:
    """A name in quotes, and the code point of each sign in it that is not ASCII."""
    points = ", ".join(f"U+{ord(sign):04X}" for sign in dict.fromkeys(name) if not sign.isascii())
    return f"'{name}' ({points})" if points else f"'{name}'"
