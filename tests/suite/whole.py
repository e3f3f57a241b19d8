"""Requests that include all parts of a response, in all digits."""

from typing import Any

from operations.predictions.payloads import Payloads


def whole(form: Payloads) -> dict[str, Any]:
    """Fields of a request for all parts but slow ones."""
    return {"include": [word for word in form.words if word not in form.slow], "digits": "all"}
