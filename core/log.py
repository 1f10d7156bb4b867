"""Where the log goes and what never gets into it: keys, tokens, passwords and signed URLs are masked."""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import re
from pathlib import Path
from urllib.parse import quote

from core import places

MASK = "…"
_CHATTERS = ("httpx", "httpcore", "hpack", "aiohttp", "urllib3", "keyring", "PIL")
"""Libraries that tell of every request: of work on many thousands of objects nothing else would be left in the log."""
_LARGEST_BYTES = 2_000_000
_OLDER_FILES = 2
_SECRET_NAMES = re.compile(r"(KEY|SECRET|PASSWORD|TOKEN|CLOUDINARY_URL|DB_URL|CONNECTION_STRING)$")
_SERVICES = ("BUCKETDESK_", "SUPABASE_", "CLOUDINARY_")
_NAMES = r"(?:api[_-]?key|apikey|api[_-]?secret|password|passwd|pwd|passphrase|secret|token|service[_-]role[_-]key)"
_PATTERNS = (
    # JSON web tokens, wherever they stand: Supabase's keys and the tokens of its signed URLs are such
    re.compile(r"()(?<![A-Za-z0-9])eyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?"),
    re.compile(r"()(?<![A-Za-z0-9])sb_(?:secret|publishable)_[\w-]+"),
    # the password in scheme://user:password@host, which may hold an @ or a / that nobody encoded
    re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@\"'<>]*:)[^\s\"'<>]+(?=@[^\s@\"'<>]*)"),
    re.compile(r"(?i)([?&](?:[\w-]*token|signature|x-amz-\w+|api_key|apikey|key)=)[^&\s\"'<>]+"),
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)[\w.~+/=-]{6,}"),
    # name = "value" in JSON, TOML, libpq's keywords, headers and reprs; a value in quotes may hold anything
    re.compile(rf"(?i)({_NAMES}[\"']?\s*[:=]\s*\")(?:[^\"\\]|\\.)+"),
    re.compile(rf"(?i)({_NAMES}[\"']?\s*[:=]\s*')(?:[^'\\]|\\.)+"),
    re.compile(rf"(?i)({_NAMES}[\"']?\s*[:=]\s*)(?![\"'])[^\s,;&)]+"),
    # Cloudinary's signed deliveries
    re.compile(r"()\bs--[\w-]{6,}--"),
)
_SHORTEST_CONCEALED = 6
"""A shorter value would be found in words that have nothing to do with it."""
_concealed: set[str] = set()


def conceal(secret: str) -> None:
    """From now on this value is masked wherever it stands, in whatever form."""
    if len(secret) >= _SHORTEST_CONCEALED:
        _concealed.update({secret, quote(secret, safe=""), json.dumps(secret)[1:-1], repr(secret)[1:-1]})


def mask(text: str) -> str:
    """The text with everything in it that opens a door replaced by “…”."""
    for name, value in os.environ.items():
        if len(value) >= 8 and name.startswith(_SERVICES) and _SECRET_NAMES.search(name):
            text = text.replace(value, MASK)
    for value in sorted(_concealed, key=len, reverse=True):
        text = text.replace(value, MASK)
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<1>{MASK}", text)
    return text


class Masked(logging.Filter):
    """Masks a record for good, its traceback included, before any handler writes it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every record through, changed."""
        record.msg = mask(record.getMessage())
        record.args = ()
        if record.exc_info:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
            record.exc_info = None
        if record.exc_text:
            record.exc_text = mask(record.exc_text)
        return True


def log_file() -> Path:
    """Where the log is written."""
    return places.home() / "logs" / "bucketdesk.log"


def start_log(level: int = logging.INFO) -> None:
    """Sends everything that is logged to the log file, which is made with the first line and kept small. Where it
    cannot be written, nothing is logged: the log is no reason to stop."""
    path = log_file()
    root = logging.getLogger()
    if any(getattr(handler, "baseFilename", None) == str(path.absolute()) for handler in root.handlers):
        return
    logging.raiseExceptions = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = logging.handlers.RotatingFileHandler(
            path,
            maxBytes=_LARGEST_BYTES,
            backupCount=_OLDER_FILES,
            encoding="utf-8",
            errors="backslashreplace",
            delay=True,
        )
    except OSError:
        handler_or_none: logging.Handler = logging.NullHandler()
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        handler_or_none = handler
    handler_or_none.addFilter(Masked())
    root.addHandler(handler_or_none)
    for name in _CHATTERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    root.setLevel(level)
