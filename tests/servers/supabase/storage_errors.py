"""What the Storage API answers when it cannot do as asked: mostly HTTP 400, the real code in the body (facts.md E3)."""

from __future__ import annotations

import json

import psycopg
from starlette.responses import Response

RLS = "new row violates row-level security policy"


class StorageError(Exception):
    """One refusal of the Storage API."""

    def __init__(self, status: int, error: str, code: str, message: str, *, http: int = 400) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.code = code
        self.message = message
        self.http = http

    def response(self) -> Response:
        """The four-part body; storage3 reads the first three."""
        body = {"statusCode": str(self.status), "error": self.error, "message": self.message, "code": self.code}
        return Response(json.dumps(body, separators=(",", ":")), self.http, media_type="application/json")


def no_such_bucket() -> StorageError:
    """The bucket is not there, or somebody may not know of it."""
    return StorageError(404, "Bucket not found", "NoSuchBucket", "Bucket not found")


def no_such_key() -> StorageError:
    """The object is not there, or somebody may not know of it."""
    return StorageError(404, "not_found", "NoSuchKey", "Object not found")


def duplicate(code: str) -> StorageError:
    """There is one already; `code` is KeyAlreadyExists, ResourceAlreadyExists or BucketAlreadyExists."""
    return StorageError(409, "Duplicate", code, "The resource already exists")


def bucket_not_empty() -> StorageError:
    """A bucket with objects in it is not deleted."""
    message = "The bucket you tried to delete is not empty"
    return StorageError(409, "ResourceNotEmpty", "ResourceNotEmpty", message)


def bucket_too_full() -> StorageError:
    """A bucket with too many objects is not emptied."""
    message = "Unable to empty the bucket because it contains too many objects"
    return StorageError(409, "InvalidRequest", "InvalidRequest", message)


def too_large(what: str = "object") -> StorageError:
    """Over the limit of the bucket, of a plain upload, or of the project."""
    message = f"The {what} exceeded the maximum allowed size"
    return StorageError(413, "Payload too large", "EntityTooLarge", message)


def wrong_type(mime_type: str) -> StorageError:
    """Not among the bucket's mime types."""
    return StorageError(415, "invalid_mime_type", "InvalidMimeType", f"mime type {mime_type} is not supported")


def denied(message: str) -> StorageError:
    """A policy, or the token, does not allow it."""
    return StorageError(403, "Unauthorized", "AccessDenied", message)


def invalid_key(key: str) -> StorageError:
    """A character that no key may have, or no character at all."""
    return StorageError(400, "InvalidKey", "InvalidKey", f"Invalid key: {key}")


def invalid_bucket_name() -> StorageError:
    """A character that no bucket's name may have, or too many of them, or none."""
    return StorageError(400, "Invalid Input", "InvalidBucketName", "Bucket name invalid")


def invalid_request(message: str) -> StorageError:
    """The request is not of the form that the route wants."""
    return StorageError(400, "Error", "InvalidRequest", message)


def invalid_parameter(message: str) -> StorageError:
    """A value that the form allows and the service does not."""
    return StorageError(400, "InvalidParameter", "InvalidParameter", message)


def too_many(limit: int) -> StorageError:
    """Over the hard limit of a request for many objects (facts.md E5)."""
    message = f"Bulk object requests are limited to {limit} objects per request."
    return StorageError(400, "InvalidRequest", "InvalidRequest", message)


def body_too_large() -> StorageError:
    """More than 1 MiB of JSON; its HTTP status is the real one."""
    return StorageError(413, "FastifyError", "EntityTooLarge", "Request body is too large", http=413)


def range_not_satisfiable() -> StorageError:
    """A range past the end; its HTTP status is the real one."""
    return StorageError(416, "invalid_range", "InvalidRange", "invalid range provided", http=416)


def internal() -> StorageError:
    """What nobody thought of."""
    return StorageError(500, "Internal", "InternalError", "Internal Server Error", http=500)


def from_database(error: psycopg.Error, *, existing: str = "ResourceAlreadyExists") -> StorageError:
    """What a refusal of the database becomes."""
    state = error.sqlstate or ""
    message = error.diag.message_primary or str(error)
    if state == "42501":
        return denied(RLS if "row-level security" in message else message)
    if state == "23505":
        return duplicate(existing)
    if state == "23503":
        return StorageError(404, "InvalidRequest", "InvalidRequest", "The related resource does not exist")
    if state == "55P03":
        return StorageError(423, "ResourceLocked", "ResourceLocked", "The resource is locked")
    if state == "57014":
        message = "The connection to the database timed out"
        return StorageError(544, "DatabaseTimeout", "DatabaseTimeout", message, http=544)
    if state == "22P02":
        return invalid_parameter(message)
    return StorageError(500, "DatabaseError", "DatabaseError", f"database error, code: {state}", http=500)
