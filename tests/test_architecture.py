"""The rules between the folders that no type checker sees; `broken` lists the places that break one."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_CONNECT = ("core/engine.py", "core/practice.py", "core/practice/")
STARTS_TASKS = {"create_task", "ensure_future", "run_coroutine_threadsafe", "TaskGroup", "asyncSlot", "asyncClose"}
NESTED_LOOPS = {
    "QMessageBox": {"question", "information", "warning", "critical", "about", "aboutQt"},
    "QFileDialog": {"getOpenFileName", "getOpenFileNames", "getSaveFileName", "getExistingDirectory", "getOpenFileUrl"},
    "QInputDialog": {"getText", "getInt", "getDouble", "getItem", "getMultiLineText"},
    "QColorDialog": {"getColor"},
    "QFontDialog": {"getFont"},
}
EMPTY_WORDS = {"manager", "helper", "helpers", "handler", "util", "utils", "common", "misc", "base"}

IMPORT_ALL_OF_CORE = """
import importlib, json, pkgutil, sys
import core
names = sorted(found.name for found in pkgutil.walk_packages(core.__path__, "core."))
for name in names:
    importlib.import_module(name)
foreign = {"PySide6", "shiboken6", "qasync", "qtpy", "qtawesome", "gui"}
print(json.dumps({"modules": names, "foreign": sorted(foreign & {name.partition(".")[0] for name in sys.modules})}))
"""


def _sources(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def _broken(folders: tuple[str, ...], is_broken: Callable[[str, ast.AST], bool]) -> list[str]:
    return [
        f"{name}:{getattr(node, 'lineno', 1)}"
        for name, tree in _sources(*folders)
        for node in ast.walk(tree)
        if is_broken(name, node)
    ]


def _imports(node: ast.AST) -> list[str]:
    """The full names that an import statement brings: `from core import clients` brings `core.clients`."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def _called(node: ast.AST) -> tuple[str, str]:
    """What a call calls, as (owner, name): `a.b.exec()` gives ("b", "exec"), `exec()` gives ("", "exec")."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        owner = node.func.value
        return (owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")), node.func.attr
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return "", node.func.id
    return "", ""


def test_every_module_of_core_imports_without_qt_and_without_the_window() -> None:
    command = [sys.executable, "-c", IMPORT_ALL_OF_CORE]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 0, answer.stderr
    seen = json.loads(answer.stdout)
    assert seen["foreign"] == []
    assert "core.errors" in seen["modules"]


def test_core_never_imports_the_window() -> None:
    def is_broken(name: str, node: ast.AST) -> bool:
        return any(found.split(".")[0] in ("gui", "PySide6", "qasync", "qtawesome") for found in _imports(node))

    assert _broken(("core",), is_broken) == []


def test_only_the_engine_and_the_practice_project_know_the_clients() -> None:
    def is_broken(name: str, node: ast.AST) -> bool:
        if name.startswith(("core/clients/", *MAY_CONNECT)):
            return False
        return any(f"{found}.".startswith("core.clients.") for found in _imports(node))

    assert _broken(("core", "gui"), is_broken) == []


def test_in_the_window_only_jobs_creates_tasks() -> None:
    def is_broken(name: str, node: ast.AST) -> bool:
        decorated = getattr(node, "decorator_list", [])
        names = {_called(node)[1], *(getattr(d, "id", "") for d in decorated), *(_called(d)[1] for d in decorated)}
        return name != "gui/jobs.py" and bool(names & STARTS_TASKS)

    assert _broken(("gui",), is_broken) == []


def test_nothing_opens_a_nested_event_loop() -> None:
    def is_broken(name: str, node: ast.AST) -> bool:
        owner, called = _called(node)
        opens_menu = called in ("exec", "exec_") and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        return opens_menu or called in NESTED_LOOPS.get(owner, ()) or (owner, called) == ("qasync", "run")

    assert _broken(("core", "gui", "tests", "bench"), is_broken) == []


def test_no_file_has_more_than_400_lines() -> None:
    paths = [path for folder in ("core", "gui", "resources", "tests", "bench") for path in (ROOT / folder).rglob("*.*")]
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in paths
        if path.suffix in (".py", ".sql")
    }
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_every_module_says_what_lives_in_it() -> None:
    silent = [name for name, tree in _sources("core", "gui", "bench") if tree.body and not ast.get_docstring(tree)]
    assert silent == []


def test_nothing_is_called_by_an_empty_word() -> None:
    def words(name: str) -> set[str]:
        spaced = "".join(f" {letter}" if letter.isupper() else letter for letter in name)
        return set(spaced.replace("_", " ").lower().split())

    modules = [name for name, _ in _sources("core", "gui") if words(Path(name).stem) & EMPTY_WORDS]
    classes = [
        f"{name}:{node.lineno} {node.name}"
        for name, tree in _sources("core", "gui")
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and words(node.name) & EMPTY_WORDS
    ]
    assert modules + classes == []


def test_only_the_clients_deal_in_values_of_any_type() -> None:
    def is_broken(name: str, node: ast.AST) -> bool:
        return not name.startswith("core/clients/") and "typing.Any" in _imports(node)

    assert _broken(("core", "gui"), is_broken) == []


def test_no_merge_was_left_half_done() -> None:
    folders = (ROOT / name for name in ("core", "gui", "resources", "requirements", "tests", "bench", ".ci"))
    paths = [*ROOT.glob("*.*"), ROOT / "Makefile", *(path for folder in folders for path in folder.rglob("*"))]
    texts = [path for path in paths if path.suffix in ("", ".md", ".py", ".sh", ".sql", ".toml", ".txt", ".svg", ".ts")]
    marks = tuple(sign * 7 + " " for sign in "<>")
    left = [
        path.relative_to(ROOT).as_posix()
        for path in texts
        if path.is_file() and any(line.startswith(marks) for line in path.read_text(encoding="utf-8").splitlines())
    ]
    assert left == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("dialog.exec()", ("dialog", "exec")),
        ("QtWidgets.QMessageBox.question(None, 'a')", ("QMessageBox", "question")),
        ("create_task(work())", ("", "create_task")),
        ("1 + 1", ("", "")),
    ],
)
def test_calls_are_recognised(source: str, expected: tuple[str, str]) -> None:
    expression = ast.parse(source, mode="eval").body
    assert _called(expression) == expected
