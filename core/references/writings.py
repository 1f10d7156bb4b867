"""Finds what is named inside writings: HTML, Markdown and plain text, JSON, and arrays in two notations."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

_ATTRIBUTE = re.compile(
    r"""(?<![\w:-])(?P<name>src|href|xlink:href|poster|data|data-src|data-original|background|srcset|data-srcset)
    \s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'<>`]+))""",
    re.IGNORECASE | re.VERBOSE,
)
# The lengths are bounded, so that a writing full of openings without ends does not take for ever.
_CSS = re.compile(r"""url\(\s{0,20}(?:"([^"]{0,4096})"|'([^']{0,4096})'|([^)\s"']{0,4096}))\s{0,20}\)""", re.IGNORECASE)
_SOUND = re.compile(r"\[sound:([^\]]{1,1024})\]")
_URL = re.compile(r"""(?:https?://|file:/|//res\.cloudinary\.com/)(?:(?!,https?://)[^\s<>"\\])+""", re.IGNORECASE)
_BARE_STORAGE = re.compile(r"""(?<![\w.:/-])/storage/v1/(?:object|render/image|s3)/[^\s<>"\\]+""")
_MARKDOWN = re.compile(
    r"""(?P<image>!?)\[[^\]\n]{0,1000}\]\(\s*(?:<(?P<angled>[^>\n]*)>|(?P<bare>(?:[^\s()]|\([^\s()]*\))+))[^)\n]{0,500}\)"""
)
_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n]{1,1000}\]:[ \t]*(?:<([^>\n]*)>|(\S+))", re.MULTILINE)
_TRAILING = ".,;:!?)]}'*_|`"
_FILE_ENDINGS = (
    "jpg", "jpeg", "jpe", "png", "gif", "bmp", "webp", "svg", "tif", "tiff", "avif", "heic", "heif", "jxl", "ico",
    "psd", "eps", "raw", "dng", "apng", "jfif", "mp4", "m4v", "mov", "webm", "avi", "mkv", "mpg", "mpeg", "ogv",
    "mp3", "m4a", "wav", "flac", "ogg", "oga", "opus", "aac", "3gp", "pdf", "doc", "docx", "odt", "rtf", "xls",
    "xlsx", "ods", "csv", "tsv", "ppt", "pptx", "odp", "txt", "md", "html", "htm", "xml", "json", "zip", "gz", "tar",
    "7z", "rar", "woff", "woff2", "ttf", "otf", "glb", "gltf", "obj", "stl", "usdz", "epub", "vtt", "srt",
)  # fmt: skip
"""What files end in; other endings may as well be those of a sentence, a number or a web address."""
LONGEST_KEY = 1024
"""No key is longer than this in UTF-8, so no longer value can be one."""


def names_in_html(text: str) -> Iterator[tuple[str, ...]]:
    """Each src, href and their like, in order; a tuple holds the readings of one place, the likeliest first."""
    for match in _ATTRIBUTE.finditer(text):
        value = html.unescape(match["double"] or match["single"] or match["bare"] or "").strip()
        if not value:
            continue
        if match["name"].lower().endswith("srcset"):
            yield from ((entry,) for entry in _srcset(value))
        else:
            yield (value,)
    for match in _CSS.finditer(text):
        if value := html.unescape(match[1] or match[2] or match[3] or "").strip():
            yield (value,)
    for match in _SOUND.finditer(text):
        yield tuple(dict.fromkeys((html.unescape(match[1]), match[1])))


def _srcset(value: str) -> Iterator[str]:
    for entry in re.split(r",\s+|,(?=\S+\s+[\d.]+[wx])", value):
        if words := entry.split():
            yield words[0].rstrip(",")


def names_in_text(text: str) -> Iterator[tuple[str, ...]]:
    """Each URL, Markdown target and (where there are tags) HTML attribute, like `names_in_html`."""
    seen: set[str] = set()
    for value, is_image in _markdown(text):
        if is_image or "://" in value or is_path_like(value):
            seen.add(value)
            yield (value,)
    if "<" in text or "url(" in text or "[sound:" in text:
        for readings in names_in_html(text):
            if readings[0] not in seen:
                seen.update(readings)
                yield readings
    for readings in urls_in(text):
        if not seen.intersection(readings):
            yield readings


def links_in_text(text: str) -> Iterator[str]:
    """Markdown targets that may be pages as well as files: they name an object only if there is one."""
    for value, is_image in _markdown(text):
        if not (is_image or "://" in value or is_path_like(value)):
            yield value


def _markdown(text: str) -> Iterator[tuple[str, bool]]:
    if "](" in text:
        for match in _MARKDOWN.finditer(text):
            if value := html.unescape(match["angled"] or match["bare"] or "").strip():
                yield value, bool(match["image"])
    if "]:" in text:
        for match in _DEFINITION.finditer(text):
            if value := html.unescape(match[1] or match[2] or "").strip():
                yield value, False


def urls_in(text: str) -> Iterator[tuple[str, ...]]:
    """Each URL that stands in running text. Where it ends cannot be told from punctuation, so several readings."""
    if "/" not in text:
        return
    for pattern in (_URL, _BARE_STORAGE):
        for match in pattern.finditer(text):
            whole = html.unescape(match[0])
            trimmed = whole.rstrip(_TRAILING)
            cut = re.split(r"[)'\]]", whole, maxsplit=1)[0]
            yield tuple(dict.fromkeys((trimmed, whole, cut)))


def words_in(text: str) -> set[str]:
    """Everything in a writing that looks like a path, in whatever notation it stands there."""
    if "." not in text:
        return set()
    pieces = {piece.strip() for piece in _QUOTES.split(text)}
    words = {word for piece in pieces for word in _SPACES.split(piece)}
    return {html.unescape(word) for word in pieces | words if is_path_like(word)}


_QUOTES = re.compile(r"""["'<>\[\](){}|\x00-\x1f]+""")
_SPACES = re.compile(r"[\s=:,;]+")


def texts_in_json(text: str) -> list[str] | None:
    """Every string value in a JSON document, in order; None when it is not JSON."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    found: list[str] = []
    waiting = [data]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, list):
            waiting.extend(reversed(item))
        elif isinstance(item, dict):
            waiting.extend(reversed(list(item.values())))
    return found


def is_path_like(text: str) -> bool:
    """Whether a string on its own looks like a path: one line with the ending of a file, that fits into a key."""
    ending = text.rpartition(".")[2].lower()
    return ending in _FILE_ENDINGS and "." in text and "\n" not in text and len(text) <= LONGEST_KEY


def elements(text: str) -> list[object]:
    """The elements of an array cell: a JSON array, a Postgres array in its text form, or one plain value."""
    stripped = text.strip()
    if stripped.startswith("["):
        try:
            data = json.loads(stripped)
        except (ValueError, RecursionError):
            return [text]
        return _flat(data)
    if stripped.startswith("{") and stripped.endswith("}"):
        within = texts_in_json(stripped)
        return _postgres(stripped) if within is None else list(within)
    if stripped.startswith('"'):
        try:
            return [json.loads(stripped)]
        except ValueError:
            return [text]
    return [text]


def _flat(data: object) -> list[object]:
    return [inner for item in data for inner in _flat(item)] if isinstance(data, list) else [data]


def _postgres(text: str) -> list[object]:
    found: list[object] = []
    for match in re.finditer(r'"((?:[^"\\]|\\.)*)"|([^,{}"]+)|(?<=[,{])(?=[,}])', text):
        if match[1] is not None:
            found.append(re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL))
        elif match[2] is not None:
            word = match[2].strip()
            found.append(None if word.upper() == "NULL" else word)
    return found
