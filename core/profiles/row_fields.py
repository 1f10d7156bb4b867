"""What a column of a row can be filled with when folders are uploaded, and which columns are filled by their names."""

from __future__ import annotations

from collections.abc import Mapping

OF_FOLDERS: Mapping[str, str] = {
    "folder": "the folder's name",
    "path": "its whole path on this computer",
    "relative": "its path below the scanned one",
    "parent": "the name of the folder above it",
    "root": "the name of the scanned folder",
    "computer": "the name of this computer",
    "destination": "the name of the destination",
    "batch": "the name of the batch",
    "date": "when it was uploaded",
    "created": "when its row was made; it stays when the folder goes up again",
    "status": "the outcome that its stats.json names",
    "stats": "its stats.json; stats.a.b for a part of it, stats.a.0 for an element of a list",
    "stats_note": "why its stats.json could not be read",
    "bucket": "the bucket of its files; the first where they are in several",
    "image_count": "how many images it has",
    "file_count": "how many files of it are stored",
    "bytes": "how many bytes these are",
    "image_paths": "the keys of its images, a list",
    "image_bucket_paths": "their buckets and keys, a list",
    "file_paths": "the keys of all its stored files, a list",
    "file_bucket_paths": "their buckets and keys, a list",
    "files": "its stored files with name, bucket, key, bytes and hash, as JSON",
}
"""Fields of a row for a folder."""
OF_IMAGES: Mapping[str, str] = {
    "name": "the file's name",
    "stem": "its name without its ending",
    "ending": "its ending, with the dot",
    "key": "its key",
    "bucket": "its bucket",
    "bucket_path": "its bucket and key",
    "url": "its public address, where the storage has such",
    "bytes": "how many bytes it has",
    "type": "its content type",
    "sha256": "the hash of its content",
    "width": "its width in pixels",
    "height": "its height in pixels",
    **{name: about for name, about in OF_FOLDERS.items() if name not in ("bucket", "bytes", "files")},
}
"""Fields of a row for an image."""
WORDS = "="
"""How a field begins that is the very words that stand in the column, for every row the same."""

USUAL_OF_FOLDERS: Mapping[str, str] = {
    "folder_name": "folder",
    "folder_path": "path",
    "relative_path": "relative",
    "computer": "computer",
    "batch_name": "batch",
    "bucket": "bucket",
    "bucket_name": "bucket",
    "test_status": "status",
    "status": "status",
    "stats": "stats",
    "stats_json": "stats",
    "test_data": "stats",
    "image_count": "image_count",
    "file_count": "file_count",
    "total_bytes": "bytes",
    "image_paths": "image_paths",
    "created_at": "created",
    "uploaded_at": "date",
}
"""Columns that are filled, where a table has them, when nobody says which are: the `device_test` preset."""
USUAL_OF_IMAGES: Mapping[str, str] = {
    "name": "name",
    "file_name": "name",
    "filename": "name",
    "path": "key",
    "storage_path": "key",
    "bucket": "bucket",
    "bucket_name": "bucket",
    "file_size": "bytes",
    "size_bytes": "bytes",
    "mime_type": "type",
    "content_type": "type",
    "sha256": "sha256",
    "width": "width",
    "height": "height",
    "folder_name": "folder",
    "folder_path": "path",
    "created_at": "created",
    "uploaded_at": "date",
}
"""The same for images."""


def is_known(field: str, fields: Mapping[str, str]) -> bool:
    """Whether something can be put in for this."""
    return field in fields or (field.startswith((WORDS, "stats.")) and field != "stats.")
