"""How the dialog calls what a column holds, where a bucket comes from, and how a mapping fares."""

from __future__ import annotations

from core.profiles import HOLDS, Source
from core.suggest import Suggestion
from gui import words
from gui.translation import QT_TRANSLATE_NOOP, translate

_CONTEXT = "ProfileWords"
_HOLDS = {
    "path": QT_TRANSLATE_NOOP("ProfileWords", "a path in the bucket"),
    "bucket_path": QT_TRANSLATE_NOOP("ProfileWords", "bucket and path"),
    "url": QT_TRANSLATE_NOOP("ProfileWords", "a URL"),
    "array": QT_TRANSLATE_NOOP("ProfileWords", "an array of these"),
    "text": QT_TRANSLATE_NOOP("ProfileWords", "text or Markdown"),
    "json": QT_TRANSLATE_NOOP("ProfileWords", "JSON"),
    "html": QT_TRANSLATE_NOOP("ProfileWords", "HTML"),
}
assert tuple(_HOLDS) == HOLDS


def holds(name: str) -> str:
    """What a column holds, in words."""
    return translate(_CONTEXT, _HOLDS[name])


def columns(source: Source) -> str:
    """The table with the columns that name files."""
    return f"{source.table} · {', '.join(column.name for column in source.columns)}"


def home(source: Source) -> str:
    """Where the bucket comes from."""
    if all(column.holds in ("bucket_path", "url") for column in source.columns):
        return translate(_CONTEXT, "in the value")
    if source.bucket_column is not None:
        return translate(_CONTEXT, "column %1").replace("%1", source.bucket_column)
    return source.bucket or translate(_CONTEXT, "only full URLs")


def meaning(source: Source) -> str:
    """Whether rows describe objects or mention them."""
    return translate(_CONTEXT, "describes") if source.describes else translate(_CONTEXT, "mentions")


def fare(found: Suggestion | Exception | None) -> tuple[str, str, str]:
    """Icon, words and tone for how a mapping fares; None while that is being looked at."""
    if found is None:
        return "hourglass", translate(_CONTEXT, "looking…"), "muted"
    if isinstance(found, Exception):
        return "warning-circle", translate(_CONTEXT, "cannot be read"), "danger"
    if not found.looked:
        return "warning-circle", translate(_CONTEXT, "nothing named"), "danger"
    if not found.resolved:
        return "warning-circle", translate(_CONTEXT, "none found"), "danger"
    of = translate(_CONTEXT, "%1 of %2 found").replace("%1", words.number(found.resolved))
    of = of.replace("%2", words.number(found.looked))
    return ("check-circle", of, "good") if found.resolved * 2 >= found.looked else ("warning", of, "warning")


def verdict(found: Suggestion | Exception | None) -> tuple[str, str]:
    """A sentence about how a mapping fares, and its tone."""
    if found is None:
        return translate(_CONTEXT, "Looking at the first rows…"), "muted"
    if isinstance(found, Exception):
        return "", "danger"
    rows = translate(_CONTEXT, "%Ln row(s)", "", found.rows)
    if not found.looked:
        text = translate(_CONTEXT, "In the first %1, no value names anything this way. Check column and kind.")
        return text.replace("%1", rows), "danger"
    if not found.resolved:
        text = translate(
            _CONTEXT,
            "None of these names a file that is there. Check column, kind and bucket: with a wrong mapping "
            "every file looks as if nobody needed it.",
        )
        return text, "danger"
    text = translate(_CONTEXT, "In the first %1, %2 of %3 named files are there.")
    text = text.replace("%1", rows).replace("%2", words.number(found.resolved))
    text = text.replace("%3", words.number(found.looked))
    if found.resolved * 2 < found.looked:
        return text + " " + translate(_CONTEXT, "A scan will doubt this source until you accept it."), "warning"
    return text, "good"
