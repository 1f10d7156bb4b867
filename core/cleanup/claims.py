"""What rows lay claim to: a row is needed while anything that it names is there, or not proven absent."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from core.cleanup.ground import Ground, is_text, key_by
from core.findings.identity import identify
from core.models import Kind, Row, RowKey
from core.references import Reference
from core.references.resolver import PRIMARY
from core.values import encode_key


@dataclass(slots=True)
class Claim:
    """What one row names, read by every source of its table. `why`: it is needed whatever is there. `places`: (bucket,
    key) with the column that names it; `absent`: ids of findings that must say so, with the column."""

    why: str = ""
    places: dict[tuple[str, str], str] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)


def read_claim(ground: Ground, table: str, row: Row, *, may_be_empty: bool) -> Claim:
    """What a row claims, from the row alone. `may_be_empty`: an empty reference does not keep it."""
    claim = Claim()
    for source in (source for source in ground.profile.sources if source.table == table):
        key = key_by(source, row)
        if key is None:
            claim.why = f"the key of source “{source.name}” is not stored in the row"
            return claim
        for column, one in ground.read(source, row):
            if not one.problem:
                claim.places[one.bucket or "", one.key] = column
                if one.form == PRIMARY:
                    claim.absent[_lost(one, table, key, column)] = column
            elif one.form == PRIMARY and not (may_be_empty and not one.key.strip()):
                claim.why = f"what column “{column}” names is not understood ({one.problem})"
    return claim


async def why_needed(ground: Ground, claims: Sequence[Claim]) -> list[str]:
    """For each claim why its row may not go, '' when it may: a reference is not understood, or no open finding says
    that its object is absent (it is there, may be there under another name, or was not there at the scan)."""
    places = {place for claim in claims for place in claim.places if is_text(place[1])}
    there = await ground.listed(places) if places else {}
    ids = {id for claim in claims for id in claim.absent}
    proven = await ground.open_among(ids) if ids else frozenset()
    return [_judge(claim, there, proven) for claim in claims]


def _judge(claim: Claim, there: Container[tuple[str, str]], proven: Container[str]) -> str:
    for place, column in claim.places.items():
        if place in there:
            return f"column “{column}” names an object that is there"
    if claim.why:
        return claim.why
    return next(
        (f"what column “{c}” names is not proven absent" for id, c in claim.absent.items() if id not in proven), ""
    )


def _lost(reference: Reference, table: str, key: RowKey, column: str) -> str:
    """The id that a finding has which says that this reference's object is absent."""
    kind = str(Kind.ROW_WITHOUT_FILE)
    return identify(kind, reference.bucket or "", reference.key, table, encode_key(key), column, reference.element)
