"""The log tells what happened and opens no door to whoever reads it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.log import Masked, log_file, mask, start_log

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJ1cmwiOiJhL2IifQ.c2lnbmF0dXJl"
SIGNED = f"https://abc.supabase.co/storage/v1/object/sign/cms-images/a%20b.jpg?token={TOKEN}&download=1"


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    logger = logging.getLogger()
    before, level, raising = list(logger.handlers), logger.level, logging.raiseExceptions
    yield logger
    for handler in [h for h in logger.handlers if h not in before]:
        logger.removeHandler(handler)
        handler.close()
    logger.setLevel(level)
    logging.raiseExceptions = raising


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"GET {SIGNED} 200", TOKEN),
        (f"key {TOKEN}", TOKEN),
        ("Authorization: Bearer abcdef1234567890", "abcdef1234567890"),
        ("apikey=sb_secret_abc_DEF-123", "sb_secret_abc_DEF-123"),
        ("postgresql://postgres:s3cr3t@db.abc.supabase.co/postgres", "s3cr3t"),
        ("CLOUDINARY_URL=cloudinary://123456789:aBcDeF@demo", "aBcDeF"),
        ("https://res.cloudinary.com/demo/image/upload/s--AbCdEfGh--/v1/x.jpg", "AbCdEfGh"),
        ('{"api_secret": "abcdef", "page": 3}', "abcdef"),
        ("https://h/x?X-Amz-Signature=00ff00ff&X-Amz-Expires=60", "00ff00ff"),
        ("password=hunter2;host=x", "hunter2"),
    ],
)
def test_a_secret_is_masked_wherever_it_stands(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in mask(text)


def test_what_is_no_secret_stays_readable() -> None:
    text = "Moved cms-images/heroes/dawn-00034.png (412 KB) to quarantine; https://abc.supabase.co/a?download=1"
    assert mask(text) == text
    assert mask(f"GET {SIGNED} 200").startswith(
        "GET https://abc.supabase.co/storage/v1/object/sign/cms-images/a%20b.jpg?"
    )


def test_a_secret_from_the_environment_is_masked_even_where_nothing_tells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUCKETDESK_POSTGRES_PASSWORD", "correct horse")
    assert "correct horse" not in mask("it was correct horse again")


def test_arguments_and_tracebacks_are_masked_too() -> None:
    try:
        raise ValueError(f"no answer from {SIGNED}")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "asked for %s", (SIGNED,), info)
    Masked().filter(record)
    written = logging.Formatter("%(message)s").format(record)
    assert TOKEN not in written
    assert "asked for https" in written
    assert "ValueError: no answer" in written


def test_the_log_is_a_file_of_ours_that_is_made_with_the_first_line(root: logging.Logger, home: Path) -> None:
    start_log()
    start_log()
    assert not log_file().exists()
    logging.getLogger("core").warning("link %s", SIGNED)
    written = log_file().read_text("utf-8")
    assert written.count("link https") == 1
    assert TOKEN not in written
    assert log_file().is_relative_to(home)


def test_a_log_that_cannot_be_written_stops_nothing(root: logging.Logger, home: Path) -> None:
    (home / "logs").write_text("in the way")
    start_log()
    logging.getLogger("core").warning("nobody reads this")
