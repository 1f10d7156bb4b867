"""Storage URLs, file URLs and absolute paths: which bucket and key they point at."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

_STORAGE = re.compile(
    r"(?:/storage/v1)?/(?:object|render/image)/(?:public|sign|authenticated|info|upload/sign)/(?P<rest>.+)"
    r"|/storage/v1/(?:object|s3)/(?P<bare>.+)",
    re.DOTALL,
)
_DRIVE = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_IMPLIED_PORTS = {"http": ":80", "https": ":443"}
IGNORED = ("data:", "mailto:", "javascript:", "about:", "blob:", "tel:", "#")
"""What stands in a src or href and names no file anywhere."""


def is_absolute(text: str) -> bool:
    """Whether a path starts at a root, a drive or a share."""
    return text.startswith("/") or _DRIVE.match(text) is not None


def has_scheme(text: str) -> bool:
    """Whether this is a URL rather than a key: `https:…`, `//host/…`; a drive letter is no scheme."""
    return text.startswith("//") or (_SCHEME.match(text) is not None and _DRIVE.match(text) is None and "://" in text)


def storage_path(url: str) -> str | None:
    """`bucket/key`, still encoded, of a storage URL with or without its host; None for any other."""
    path = _path_of(url)
    match = _STORAGE.search(path) if path.startswith("/") else None
    return (match["rest"] or match["bare"]) if match else None


def host_of(url: str) -> str:
    """The host and port of a URL in lower case, '' without one; a port that its scheme implies is left out."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    host = parts.netloc.rpartition("@")[2].lower()
    return host.removesuffix(_IMPLIED_PORTS.get(parts.scheme.lower(), ""))


def is_cloudinary(url: str) -> bool:
    """Whether a URL is one of Cloudinary's delivery URLs."""
    return re.match(r"(?:https?:)?//res\.cloudinary\.com/[^/]+/", url) is not None


def guessed(url: str, buckets: Collection[str]) -> tuple[str, str] | None:
    """(bucket, key) that an address elsewhere may mean, because its path goes on behind the bucket's name: web sites
    serve their uploads so, and nothing says whose site it is. None when it has no such part."""
    parts = unquote(_path_of(url), errors="surrogateescape").split("/")
    for place in range(len(parts) - 2, 0, -1):
        key = "/".join(parts[place + 1 :])
        if parts[place] in buckets and key:
            return parts[place], key
    return None


def _path_of(url: str) -> str:
    # Not urlsplit: a storage key may hold a `#` or `?` raw, and a query never changes what a storage URL names.
    rest = re.sub(r"^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*", "", url)
    return re.split(r"[?#]", rest, maxsplit=1)[0]


def file_path(url: str) -> str | None:
    """The local path that a `file:` URL names; None for any other text."""
    if url[:5].lower() != "file:":
        return None
    path = unquote(re.sub(r"^//(?:localhost)?(?=/)", "", url[5:]), errors="surrogateescape")
    return path[1:] if re.match(r"/[A-Za-z]:[\\/]", path) else path


class Folders:
    """The folders that buckets are kept in, where they are kept in folders: finds the object of an absolute path."""

    def __init__(self, roots: Mapping[str, Path]) -> None:
        self._roots = sorted(
            {(form, bucket) for bucket, root in roots.items() for form in _forms(root)}, key=lambda r: -len(r[0])
        )

    def find(self, path: str) -> tuple[str, str] | None:
        """(bucket, key) of an absolute path below a bucket's folder; None elsewhere."""
        if not self._roots:
            return None
        text = path.replace("\\", "/") if _DRIVE.match(path) else path
        for root, bucket in self._roots:
            if text.startswith(root) and len(text) > len(root):
                return bucket, text[len(root) :]
        return None


def _forms(root: Path) -> Iterable[str]:
    for form in (root.expanduser().absolute(), root.expanduser().resolve()):
        yield form.as_posix().rstrip("/") + "/"
