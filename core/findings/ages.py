"""over_age: an object that is older than its bucket's family keeps such."""

from __future__ import annotations

from collections.abc import Mapping

from core.findings.lost import MEANT
from core.profiles import Family, Profile

_DAY = 24 * 3600 * 1_000_000
_EVER = 1 << 40
"""More days than any clock has microseconds for."""
_TYPE = "lower(trim(substr(type || ';', 1, instr(type || ';', ';') - 1)))"
"""SQL for a content type without its parameters."""
_SQL = f"""SELECT :bucket, key, '', '', '[]', '', NULL, size, type, changed, coalesce(changed, first_seen), version,
        '', {MEANT.format(key="aging.key")}, json_object('days', days)
    FROM (SELECT *, {{days}} AS days FROM objects WHERE listing = :listing) AS aging
    WHERE days < {_EVER} AND coalesce(changed, first_seen) < :now - days * {_DAY}"""


def select(profile: Profile, bucket: str) -> tuple[str, Mapping[str, object]] | None:
    """The statement that finds what a bucket holds over age, and its parameters; None where everything is kept for
    ever. The shortest time of its families counts."""
    families = [family for family in profile.families if family.holds(bucket) and _limits(family)]
    if not families:
        return None
    parameters: dict[str, object] = {}
    days = [_days(family, f"f{number}", parameters) for number, family in enumerate(families)]
    return _SQL.format(days=days[0] if len(days) == 1 else f"min({', '.join(days)})"), parameters


def _limits(family: Family) -> bool:
    return family.retention_days is not None or bool(family.rules)


def _days(family: Family, name: str, parameters: dict[str, object]) -> str:
    """SQL for what `Family.days_for` says, `_EVER` for None."""
    cases = []
    for number, rule in enumerate(family.rules):
        prefix = f"{name}p{number}"
        parameters[prefix] = rule.prefix
        wanted = f"substr(key, 1, length(:{prefix})) = :{prefix}"
        types = []
        for place, one in enumerate(rule.types):
            kind = f"{name}t{number}_{place}"
            is_group = one.endswith("/*")
            parameters[kind] = one[:-1].lower() if is_group else one.lower()
            types.append(f"substr({_TYPE}, 1, length(:{kind})) = :{kind}" if is_group else f"{_TYPE} = :{kind}")
        also = f" AND ({' OR '.join(types)})" if types else ""
        cases.append(f"WHEN {wanted}{also} THEN {rule.days}")
    usual = _EVER if family.retention_days is None else family.retention_days
    return f"CASE {' '.join(cases)} ELSE {usual} END" if cases else str(usual)
