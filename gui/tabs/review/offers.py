"""Which repairs of rows the sources of a profile allow: none is offered that its plan would refuse."""

from __future__ import annotations

from core.models import Finding, Repair
from core.profiles import Profile


def fits(profile: Profile, finding: Finding, repair: Repair) -> bool:
    """Whether a repair can be asked for a finding, as far as the mapping of its table tells."""
    of_table = [source for source in profile.sources if source.table == finding.table]
    if repair is Repair.MARK_ERROR:
        return any(source.status_column is not None for source in of_table)
    if repair is Repair.DELETE:
        return any(source.describes for source in of_table)
    return True


def usual_for_rows(profile: Profile) -> Repair | None:
    """What a clean-up does to every row without file; None where that depends on the row's source, or is nothing."""
    described = [source for source in profile.sources if source.describes]
    if not described:
        return None
    if all(source.status_column is not None for source in described):
        return Repair.MARK_ERROR
    return Repair.DELETE if all(source.status_column is None for source in described) else None
