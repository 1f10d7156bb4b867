"""What pyproject.toml allows and what requirements/*.txt pin are two lists; they must agree."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "requirements").glob("*.txt"))


def _pins(path: Path) -> list[Requirement]:
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def _versions(*paths: Path) -> dict[str, str]:
    return {canonicalize_name(pin.name): next(iter(pin.specifier)).version for path in paths for pin in _pins(path)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_requirement_is_one_exact_version_and_no_address(path: Path) -> None:
    pins = _pins(path)
    assert pins
    assert all([one.operator for one in pin.specifier] == ["=="] and not pin.url for pin in pins)


def test_a_package_has_the_same_version_in_every_file() -> None:
    versions: dict[str, set[str]] = {}
    for path in FILES:
        for name, version in _versions(path).items():
            versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_every_declared_dependency_is_pinned_to_a_version_that_it_allows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    pinned = _versions(*FILES)
    for dependency in map(Requirement, declared):
        assert dependency.specifier.contains(pinned[canonicalize_name(dependency.name)]), str(dependency)
