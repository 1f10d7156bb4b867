"""`stats.json` may hold any JSON; what a table cannot hold has a reason."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.uploads.scanning import stats
from core.uploads.scanning.stats import read_stats
from tests.core.uploads.trees import put

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=ANY_JSON, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_any_json_is_read(tmp_path: Path, data: object, encoding: str) -> None:
    path = put(tmp_path / "stats.json", json.dumps(data, ensure_ascii=False).encode(encoding))
    found = read_stats(path)
    assert (found.data, found.reason) == (data, "")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ('{"status": "PASS", "result": "no"}', "PASS"),
        ('{"Test_Status": 3}', "3"),
        ('{"result": false}', "failed"),
        ('{"status": null, "result": "ok"}', "ok"),
        ('{"status": {"deep": 1}}', None),
        ('["status", "PASS"]', None),
        ("7", None),
    ],
)
def test_the_outcome_of_a_test_is_found(tmp_path: Path, text: str, status: str | None) -> None:
    found = read_stats(put(tmp_path / "stats.json", text.encode()))
    assert (found.status, found.reason) == (status, "")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"{", "is no JSON"),
        (b'{"a": 1} trailing', "is no JSON"),
        (b'{"name": "M\xfcller"}', "no text in UTF-8"),
        (b'{"a": NaN}', "has NaN"),
        (b"1e999", "that no table takes"),
        (b'["\\u0000"]', "that no table takes"),
        (b'{"\\ud800": 1}', "that no table takes"),
        (b"9" * 5000, "of thousands of digits"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_a_table_cannot_hold_has_a_reason(tmp_path: Path, raw: bytes, why: str) -> None:
    found = read_stats(put(tmp_path / "stats.json", raw))
    assert why in found.reason and found.data is None and found.status is None


def test_what_is_missing_huge_or_no_file_has_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "There is no stats.json" in read_stats(tmp_path / "stats.json").reason
    os.mkfifo(tmp_path / "pipe")
    assert "is no file" in read_stats(tmp_path / "pipe").reason
    assert read_stats(tmp_path).reason
    monkeypatch.setattr(stats, "LIMIT_BYTES", 1 << 20)
    with put(tmp_path / "stats.json").open("r+b") as file:
        file.truncate(5 << 30)
    assert "larger than 1 MB" in read_stats(tmp_path / "stats.json").reason
