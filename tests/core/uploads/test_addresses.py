"""Whatever bucket a file went to, the row of its folder leads to it and to nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.models import Column, Table
from core.profiles import Profile, ReferenceColumn, RowMapping, Source
from core.profiles.key_template import Home
from core.references import Resolver
from core.uploads.tables.addresses import FREE, names_in
from core.uploads.tables.mapping import Mapped, of_folders, of_images
from core.uploads.tables.row_values import Folder, Placed, folder_values, image_values

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
BUCKETS = ("devices", "devices-1")
STORED = tuple(Placed(f"{n}.jpg", bucket, f"a b/{n}+.jpg", 7, "ab" * 32, True) for n, bucket in enumerate(BUCKETS))
FOLDER = Folder("/tree/a b", Home("tree", "a b", "night", AT), "devices", STORED, None, AT)


def _table(*columns: str) -> Table:
    made = (Column(name, "text", True, False, True, name == "id") for name in ("id", *columns))
    return Table("device_test", tuple(made), ("id",), (), False)


def _profile(**where: str) -> Profile:
    columns = (ReferenceColumn("image_paths", "array"), ReferenceColumn("storage_path", "path"))
    return Profile("p", "local", sources=(Source("s", "device_test", ("id",), columns, **where),))  # type: ignore[arg-type]


def _named(profile: Profile, mapped: Mapped, row: dict[str, object]) -> list[tuple[str | None, str]]:
    """The objects that a scan understands a row to name."""
    source, resolver = profile.sources[0], Resolver(BUCKETS, {})
    filled = {column.name for column, _ in mapped.columns}
    columns = [one for one in source.columns if one.name in filled]
    bucket = str(row["bucket"]) if "bucket" in filled else None
    found = [one for column in columns for one in resolver.read(source, column, str(row[column.name]), bucket)]
    assert not [one for one in found if one.problem]
    return [(one.bucket, one.key) for one in found if not one.form]


@pytest.mark.parametrize(
    ("where", "columns"),
    [
        ({"bucket": "devices"}, ("folder_path", "image_paths")),
        ({"bucket": "devices-1"}, ("folder_path", "image_paths")),
        ({"bucket_column": "bucket"}, ("folder_path", "image_paths", "bucket")),
        ({"bucket_column": "home"}, ("folder_path", "image_paths")),
    ],
)
def test_a_folder_that_is_spread_over_buckets_names_each_file_where_it_is(
    where: dict[str, str], columns: tuple[str, ...]
) -> None:
    profile = _profile(**where)
    mapped = of_folders(RowMapping("device_test", key=("id",)), _table(*columns), service=False)
    row = dict(mapped.row(folder_values(FOLDER, names_in(profile, mapped))))
    assert _named(profile, mapped, row) == [(one.bucket, one.key) for one in STORED]


@pytest.mark.parametrize("where", [{"bucket": "devices"}, {"bucket_column": "bucket"}])
def test_an_image_of_another_bucket_names_it(where: dict[str, str]) -> None:
    profile = _profile(**where)
    mapped = of_images(
        RowMapping("device_test", (("storage_path", "key"), ("bucket", "bucket")), ("id",)),
        _table("storage_path", "bucket"),
        service=False,
    )
    rows = image_values(FOLDER, mapped.fields(), lambda *_: None, names_in(profile, mapped))
    named = [_named(profile, mapped, dict(mapped.row(values))) for values in rows.values()]
    assert named == [[(one.bucket, one.key)] for one in STORED]


def test_keys_stay_as_they_are_where_they_lead_to_the_file() -> None:
    mapped = of_folders(RowMapping("device_test", key=("id",)), _table("folder_path", "image_paths"), service=False)
    names = names_in(_profile(bucket="devices"), mapped)
    assert names.name("devices", "a/1.jpg", "devices") == "a/1.jpg"
    assert names_in(Profile("p", "local"), mapped) == FREE
    assert FREE.name("devices-1", "a/1.jpg", "devices") == "a/1.jpg"
