"""Every text with a plural has both English forms, and the compiled file holds them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from PySide6.QtCore import QTranslator

GUI = Path(__file__).parents[2] / "gui"
COMPILED = files("resources") / "translations" / "bucketdesk_en.qm"


def _plurals() -> Iterator[tuple[str, str]]:
    """(context, text) of every text with %Ln or %n in the window's sources."""
    for path in sorted(GUI.rglob("*.py")):
        yield from _plurals_of(ast.parse(path.read_text("utf-8")), "")


def _plurals_of(node: ast.AST, context: str) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        inside = child.name if isinstance(child, ast.ClassDef) else context
        if isinstance(child, ast.Call):
            words = [a.value for a in child.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            name = child.func.attr if isinstance(child.func, ast.Attribute) else getattr(child.func, "id", "")
            if name == "tr" and words and ("%Ln" in words[0] or "%n" in words[0]):
                yield inside, words[0]
            elif name == "translate" and len(words) > 1 and ("%Ln" in words[1] or "%n" in words[1]):
                yield words[0], words[1]
        yield from _plurals_of(child, inside)


@pytest.mark.parametrize(("context", "text"), sorted(set(_plurals())))
def test_a_text_with_a_number_has_a_singular_and_a_plural(context: str, text: str) -> None:
    translator = QTranslator()
    assert translator.load(str(COMPILED)), "run: pyside6-lrelease resources/translations/bucketdesk_en.ts"
    one, two = translator.translate(context, text, "", 1), translator.translate(context, text, "", 2)
    assert one and two, f"write both forms of “{text}” ({context}) into resources/translations/bucketdesk_en.ts"
    assert "(s)" not in one + two
    assert one != two or "(s)" not in text
