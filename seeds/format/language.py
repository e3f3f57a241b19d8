"""Texts of a seed that pages show, in English and in Chinese."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field

from seeds.format.quantity import Name, SeedPart, Text

Language = Literal["en", "zh"]
# Excluded from dumps, hence from the digests made of them: nothing is computed from these texts.
PageText = Annotated[Text | None, Field(exclude=True)]
_PAGE_LINE = re.compile(
    r"^[ \t]*(?:\w+\.)*(?:(?:title|description)_zh|operator_action(?:_zh)?)[ \t]*=.*\n?", re.MULTILINE
)


class TitledPart(SeedPart):
    """Part of a seed with a title, and optionally the same title in Chinese."""

    title: Text
    title_zh: PageText = None

    def title_in(self, language: Language) -> str:
        """Return the title in a language, or in the other one if it is not stated in this one."""
        return _text(self.title, self.title_zh, language)


class NamedPart(SeedPart):
    """Part of a seed whose title is its name, and optionally a title in Chinese."""

    name: Name
    title_zh: PageText = None

    def title_in(self, language: Language) -> str:
        """Return the title in a language; the name if none is stated."""
        return _text(self.name, self.title_zh, language)


class DescribedPart(SeedPart):
    """Part of a seed with a description, and optionally the same description in Chinese."""

    description: Text
    description_zh: PageText = None

    def description_in(self, language: Language) -> str:
        """Return the description in a language, or in the other one if it is not stated in this one."""
        return _text(self.description, self.description_zh, language)


class ActionPart(SeedPart):
    """Part of a seed with an action of an operator, and optionally the same text in Chinese."""

    operator_action: PageText = None
    operator_action_zh: PageText = None

    def action_in(self, language: Language) -> str:
        """Return the action in a language, or in the other one; empty if none is stated."""
        return _text(self.operator_action or "", self.operator_action_zh, language)


def without_page_texts(text: str) -> str:
    """Return a seed's file without the lines that state a text of pages alone."""
    return _PAGE_LINE.sub("", text)


def _text(stated: str, chinese: str | None, language: Language) -> str:
    return chinese if language == "zh" and chinese is not None else stated
