"""Alerts as the journal keeps them: those that stand, who has seen them, and those that are over."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.capacity.alerts import is_news
from core.capacity.levels import ORDER
from core.capacity.models import Alert, Level, Severity
from core.errors import NotFound
from core.workspace import Workspace, from_micros, to_micros

_VALUES = "id, severity, bucket, what, next_step, since, level, acknowledged, ended"
_KEPT = timedelta(days=730)
Change = Callable[[tuple[Alert, ...]], Iterable[Alert]]


@dataclass(frozen=True, slots=True)
class Told:
    """The alerts after a round: `standing`, the worst first; of them, `news` is what nobody was told before; `ended`
    are over since this round."""

    standing: tuple[Alert, ...] = ()
    news: tuple[Alert, ...] = ()
    ended: tuple[Alert, ...] = ()


async def renew(workspace: Workspace, project: str, change: Change, now: datetime) -> Told:
    """Lets `change` make the alerts of this round from those that stand, in a thread, and keeps them. Of several
    programs at once each news is told by one. Raises `WorkspaceError`."""

    def look(c: sqlite3.Connection) -> tuple[Alert, ...] | None:
        standing = read_standing(c, project)
        return standing if set(change(standing)) == set(standing) else None

    unchanged = await workspace.journal.read(look)  # most rounds: nothing is written
    if unchanged is not None:
        return Told(unchanged)
    return await workspace.journal.write(lambda c: _renew(c, project, change, now))


async def standing_alerts(workspace: Workspace, project: str) -> tuple[Alert, ...]:
    """Those that are not over, the worst first."""
    return await workspace.journal.read(lambda c: read_standing(c, project))


async def past_alerts(workspace: Workspace, project: str, limit: int = 200) -> tuple[Alert, ...]:
    """Those that are over, the last one first."""
    sql = f"SELECT {_VALUES} FROM alerts WHERE project = ? AND ended IS NOT NULL ORDER BY ended DESC, n DESC LIMIT ?"
    return await workspace.journal.read(lambda c: tuple(map(_alert, c.execute(sql, (project, limit)))))


async def acknowledge(workspace: Workspace, project: str, ids: Sequence[str], now: datetime) -> tuple[Alert, ...]:
    """Notes that somebody has seen these: they stay quiet until they end or get worse. Gives them as they are now.
    Raises `NotFound`, with nothing noted, when one of them does not stand."""

    def work(c: sqlite3.Connection) -> tuple[Alert, ...]:
        known = {alert.id: alert for alert in read_standing(c, project)}
        if missing := [name for name in ids if name not in known]:
            there = ", ".join(known) or "none"
            raise NotFound(f"There is no alert “{missing[0]}”: it may be over already.", f"Alerts now: {there}.")
        sql = "UPDATE alerts SET acknowledged = coalesce(acknowledged, ?)"
        c.executemany(
            f"{sql} WHERE project = ? AND id = ? AND ended IS NULL", ((to_micros(now), project, one) for one in ids)
        )
        return tuple(replace(known[name], acknowledged=True) for name in dict.fromkeys(ids))

    return await workspace.journal.write(work)


def read_standing(c: sqlite3.Connection, project: str) -> tuple[Alert, ...]:
    """Those that are not over, the worst first; for callers in a transaction of the journal."""
    found = c.execute(f"SELECT {_VALUES} FROM alerts WHERE project = ? AND ended IS NULL", (project,))
    return tuple(sorted(map(_alert, found), key=urgency))


def urgency(alert: Alert) -> tuple[int, int, str, str]:
    """Sorts the worst alert first."""
    return -_SEVERITIES.index(alert.severity), -ORDER.index(alert.level), alert.bucket, alert.id


_SEVERITIES = (Severity.INFO, Severity.WARNING, Severity.URGENT)


def _renew(c: sqlite3.Connection, project: str, change: Change, now: datetime) -> Told:
    before = read_standing(c, project)
    after = tuple(change(before))
    known = {alert.id: alert for alert in before}
    standing = tuple(sorted((alert for alert in after if alert.ended is None), key=urgency))
    ended = tuple(alert for alert in after if alert.ended is not None)
    for alert in ended:
        _end(c, project, alert)
    for alert in standing:
        if alert.id not in known:
            _add(c, project, alert)
        elif alert != known[alert.id]:
            _alter(c, project, alert)
    if ended:
        c.execute("DELETE FROM alerts WHERE project = ? AND ended < ?", (project, to_micros(now - _KEPT)))
    news = tuple(a for a in standing if is_news(a, [known[a.id]] if a.id in known else []))
    return Told(standing, news, ended)


def _end(c: sqlite3.Connection, project: str, alert: Alert) -> None:
    at = to_micros(max(alert.ended or alert.since, alert.since))  # a clock may have been set back meanwhile
    c.execute("UPDATE alerts SET ended = ? WHERE project = ? AND id = ? AND ended IS NULL", (at, project, alert.id))


def _add(c: sqlite3.Connection, project: str, alert: Alert) -> None:
    since = to_micros(alert.since)
    c.execute(
        "INSERT INTO alerts (project, id, severity, level, bucket, what, next_step, since)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (project, alert.id, alert.severity, alert.level, alert.bucket, alert.what, alert.next_step, since),
    )


def _alter(c: sqlite3.Connection, project: str, alert: Alert) -> None:
    c.execute(
        "UPDATE alerts SET severity = ?, level = ?, bucket = ?, what = ?, next_step = ?,"
        " acknowledged = CASE WHEN ? THEN acknowledged END WHERE project = ? AND id = ? AND ended IS NULL",
        (alert.severity, alert.level, alert.bucket, alert.what, alert.next_step, alert.acknowledged, project, alert.id),
    )


def _alert(row: tuple[str, str, str, str, str, int, str, int | None, int | None]) -> Alert:
    id_, severity, bucket, what, next_step, since, level, acknowledged, ended = row
    return Alert(
        id=id_,
        severity=Severity(severity),
        bucket=bucket,
        what=what,
        next_step=next_step,
        since=from_micros(since),
        level=Level(level),
        acknowledged=acknowledged is not None,
        ended=None if ended is None else from_micros(ended),
    )
