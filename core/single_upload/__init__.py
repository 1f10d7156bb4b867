"""Single files go up into a family: to the bucket with room, past full and closed ones, and each once, crash or not."""

from __future__ import annotations

from core.single_upload.records import KIND
from core.single_upload.routed import Uploaded
from core.single_upload.upload import FamilyUploads, ToSend, UploadReport, upload_files

__all__ = ["KIND", "FamilyUploads", "ToSend", "UploadReport", "Uploaded", "upload_files"]
