"""Reads bucket families from parsed TOML, with a sentence about the first thing that does not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from core.errors import BadProfile
from core.profiles.family import AUTOMATIC, FORMS, Family, Recompression, RetentionRule
from core.profiles.fields import Fields


def read_families(say: Fields, data: Mapping[str, object]) -> tuple[Family, ...]:
    """All families, each with a name of its own. Raises `BadProfile`."""
    families = tuple(read_family(say, part) for part in say.parts(data, "families"))
    often = [name for name, count in Counter(family.name for family in families).items() if count > 1]
    if often:
        hint = "Write all that holds for it in one [[families]]."
        raise BadProfile(f"In the {say.what}, more than one family is called “{often[0]}”.", hint)
    return families


def shared_buckets(families: Sequence[Family]) -> Iterator[str]:
    """A sentence about each bucket that more than one family names, as the rules of only one of them hold there."""
    names = {family.name: family for family in families}
    claims: dict[str, list[Family]] = {}
    for family in families:
        for name in dict.fromkeys(family.buckets or (family.name,)):
            claims.setdefault(name, []).append(family)
    for name, claiming in claims.items():
        stem = name.rpartition("-")[0]  # it may be the overflow bucket of another family, too
        overflowing = [names[stem]] if stem in names and names[stem].overflows_into(name) else []
        both = list(dict.fromkeys([*claiming, *overflowing]))
        if len(both) > 1:
            first, other, *_ = sorted(both, key=families.index)
            yield (
                f"The bucket {name} belongs to the families {first.name} and {other.name}; what {first.name} says"
                " holds there. Leave it to one of them."
            )


def idle_rules(families: Sequence[Family]) -> Iterator[str]:
    """A sentence about each rule that is for no folder: the family's own age would hold where another was meant."""
    for family in families:
        for rule in family.rules:
            if rule.prefix.startswith("/"):
                meant = rule.prefix.lstrip("/")
                yield (
                    f"A rule of the family {family.name} is for “{rule.prefix}”, and folders in a bucket begin without"
                    f" a slash, so it holds for nothing. Write “{meant}”."
                )


def read_family(say: Fields, part: Mapping[str, object]) -> Family:
    """One family. Raises `BadProfile`."""
    name = say.text(part, "name", "")
    if not name:
        raise BadProfile(f"A family of the {say.what} has no name.", 'For example: name = "patient-images".')
    say = Fields(f"family “{name}” of the {say.what}")
    default = Family(name)
    days = part.get("retention_days")
    family = Family(
        name=name,
        buckets=say.words(part, "buckets"),
        capacity_bytes=int(say.number(part, "capacity_bytes", default.capacity_bytes, low=1)),
        cleanup_at=_threshold(say, part, "cleanup_at", default.cleanup_at),
        overflow_at=_threshold(say, part, "overflow_at", default.overflow_at),
        retention_days=None if days is None else int(say.number(part, "retention_days", 0, low=1)),
        region=say.text(part, "region", ""),
        rules=tuple(_rule(say, one) for one in say.parts(part, "rules")),
        retention_share=say.number(part, "retention_share", 0, low=0, high=1) if "retention_share" in part else None,
        automatic=_automatic(say, part, default),
        recompress=_recompression(say, part),
    )
    if family.cleanup_at > family.overflow_at:
        raise BadProfile(
            f"In the {say.what}, cleanup_at ({family.cleanup_at:g}) is above overflow_at ({family.overflow_at:g}).",
            "A bucket is cleaned up first and overflows after that: cleanup_at = 0.85 and overflow_at = 0.95.",
        )
    return family


def _threshold(say: Fields, part: Mapping[str, object], key: str, default: float) -> float:
    found = say.number(part, key, default, low=0, high=1)
    if found == 0:
        raise BadProfile(f"In the {say.what}, “{key}” is 0: every bucket would be over it.", "Write a share above 0.")
    return found


def _rule(say: Fields, part: Mapping[str, object]) -> RetentionRule:
    if "days" not in part:
        raise BadProfile(f"A rule of the {say.what} lacks “days”.", 'For example: { days = 90, prefix = "scans/" }.')
    return RetentionRule(
        int(say.number(part, "days", 1, low=1)), say.text(part, "prefix", ""), say.words(part, "types")
    )


def _automatic(say: Fields, part: Mapping[str, object], default: Family) -> frozenset[str]:
    if "automatic" not in part:
        return default.automatic
    found = frozenset(say.words(part, "automatic"))
    if unknown := sorted(found.difference(AUTOMATIC)):
        raise BadProfile(f"In the {say.what}, automatic names “{unknown[0]}”.", f"Any of: {', '.join(AUTOMATIC)}.")
    if "apply" in found and "plan" not in found:
        raise BadProfile(
            f"In the {say.what}, automatic lets plans be applied that nobody makes.", "Write “plan” beside “apply”."
        )
    return found


def _recompression(say: Fields, part: Mapping[str, object]) -> Recompression | None:
    if "recompress" not in part:
        return None
    say_more, told, default = Fields(f"recompress of the {say.what}"), say.part(part, "recompress"), Recompression()
    form = say_more.text(told, "form", default.form)
    if form not in FORMS:
        raise BadProfile(f"In the {say_more.what}, form is “{form}”.", f"One of: {', '.join(FORMS)}.")
    return Recompression(
        form=form,
        quality=int(say_more.number(told, "quality", default.quality, low=1, high=100)),
        above_bytes=int(say_more.number(told, "above_bytes", default.above_bytes, low=0)),
        keep_originals=say_more.flag(told, "keep_originals"),
        drop_position=say_more.flag(told, "drop_position"),
    )
