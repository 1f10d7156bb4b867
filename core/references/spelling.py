"""How one key can be spelt: the folded form that spellings share, and the forms that a column may hold."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote, unquote

from core.references.locations import is_absolute

_PLAIN = re.compile(r"[a-z0-9_.\-/ ()=,;:@!*'&$~]*")
_KEY_SAFE = "/!*'()&$@=;:+,~"
"""What `encodeURI` leaves alone, beside letters, digits and `-_.`."""


def fold(key: str) -> str:
    """The form that keys share when they differ only in letter case, Unicode form, leading slashes, `+` for space,
    backslashes for slashes, or percent-encoding (however often). Folding a folded key changes nothing."""
    if _PLAIN.fullmatch(key) and not key.startswith("/"):
        return key
    while True:
        folded = unquote(key, errors="surrogateescape") if "%" in key else key
        folded = folded.replace("+", " ").replace("\\", "/").lstrip("/")
        if not folded.isascii():
            folded = unicodedata.normalize("NFC", unicodedata.normalize("NFD", folded).casefold())
        else:
            folded = folded.lower()
        if folded == key:
            return folded
        key = folded


def near_folds(bucket: str, text: str) -> set[str]:
    """The folded keys of `bucket` that a reference which names nothing exactly may have meant. An absolute path may
    have meant a key that it ends in: libraries move, and web addresses begin with folders of their own."""
    folded = fold(text)
    forms = {folded}
    if is_absolute(text):
        parts = folded.split("/")
        forms.update("/".join(parts[n:]) for n in range(1, len(parts) if len(parts) == 2 else len(parts) - 1))
    prefix = fold(bucket) + "/"
    if folded.startswith(prefix):
        forms.add(folded.removeprefix(prefix))
    if ".." in folded or "./" in folded or "//" in folded:
        whole = posixpath.normpath(folded).lstrip("/")
        forms.update({whole} - {"."})
    return forms - {""}


def spellings(bucket: str, key: str, holds: str, prefixes: Iterable[str] = ()) -> tuple[str, ...]:
    """Every value by which a `path` or `bucket_path` column could name this key: itself, percent-encoded, in the other
    Unicode forms, with a leading slash or `./`, and behind its own bucket's name or one of `prefixes` (wrong ones)."""
    forms = dict.fromkeys(
        encoded
        for form in (key, unicodedata.normalize("NFC", key), unicodedata.normalize("NFD", key))
        for encoded in _encoded(form)
    )
    own = [f"{start}{form}" for form in forms for start in ("", "/", "./")]
    behind = [
        f"{start}{name}/{form}" for name in dict.fromkeys((bucket, *prefixes)) for form in forms for start in ("", "/")
    ]
    if holds == "bucket_path":
        # Here the bucket is part of the value, and a wrong prefix stands behind it.
        doubled = [f"{start}{bucket}/{value.lstrip('/')}" for value in behind for start in ("", "/")]
        behind = [v for v in behind if v.lstrip("/").startswith(f"{bucket}/")]
        return tuple(dict.fromkeys((*behind, *doubled)))
    return tuple(dict.fromkeys((*own, *behind)))


def _encoded(key: str) -> tuple[str, ...]:
    if any("\ud800" <= c <= "\udfff" for c in key):
        return (key,)
    component = quote(key, safe="/")
    return (key, component, quote(key, safe=_KEY_SAFE), quote(key, safe="/").replace("%20", "+"), _lower_hex(component))


def _lower_hex(encoded: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda m: m[0].lower(), encoded)
