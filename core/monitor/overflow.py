"""The next bucket of a family, made by itself when none of those it has takes much more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.capacity.levels import percent
from core.capacity.models import Alert, BucketUse, Level, Severity
from core.errors import CoreError, Unavailable
from core.monitor.acting import Acted, command
from core.monitor.deeds import OVERFLOW, Deed, forget_deed, note_deed, was_undone
from core.monitor.watched import Watched
from core.overflow import NextBucket
from core.profiles import Family

_TOLD_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Overflow:
    """The overflow of one family in one round. `known` are all buckets that were measured, `uses` those of the family;
    `last` is what was done before."""

    project: Watched
    family: Family
    uses: Sequence[BucketUse]
    known: frozenset[str]
    last: Deed | None
    now: datetime

    async def act(self) -> Acted:
        """Makes the next bucket when every writable one of the family has reached its overflow threshold; another desk
        may be faster. What stands against it is an alert, with the missing right and the SQL that would give it. Raises
        `Unavailable`."""
        writable = [use for use in self.uses if use.writable]
        if not writable or any(use.share < self.family.overflow_at for use in writable):
            return await self._with_room()
        if self.last is not None and await was_undone(self.project.workspace, self.last.run_id):
            why = f"the bucket {self.last.about}, made for what comes next, was taken back, so none is made by itself."
            by_hand = command(self.project.profile, "bucket", "create", "--family", self.family.name)
            return self._trouble(why, f"Make room by a clean-up, or make a bucket: {by_hand}")
        try:
            made = await self.project.families.make_next(self.family.name, self.known)
        except Unavailable:
            raise  # a lost network is no news about this family
        except CoreError as exc:
            return self._trouble(f"its next bucket cannot be made. {exc.message}", exc.hint)
        return await self._told(made)

    @property
    def _fullest(self) -> BucketUse:
        return max(self.uses, key=lambda use: use.share)

    async def _told(self, made: NextBucket) -> Acted:
        acted = Acted()
        if made.trouble:
            acted = self._trouble(made.sentence, "Put that right, or make room by a clean-up.")
        if self.last is not None and self.last.about == made.bucket.name and not made.made:
            return acted
        what = f"{made.sentence} “{self._fullest.name}” is {percent(self._fullest.share)} full."
        step = f"Nothing needs to be done. While it is empty, undoing run {made.run_id} takes it back."
        deed = Deed(
            self.family.name,
            OVERFLOW,
            self.now,
            made.bucket.name,
            Severity.INFO,
            what,
            step if made.run_id else "",
            made.run_id,
        )
        await note_deed(self.project.workspace, self.project.profile.project, deed)
        return acted + Acted((deed,), (deed.alert(self._fullest.name),))

    async def _with_room(self) -> Acted:
        """The new bucket is told of for a day, unless it is gone."""
        if self.last is None:
            return Acted()
        if self.last.about in self.known and self.now - self.last.at <= _TOLD_FOR:
            return Acted(alerts=(self.last.alert(self._fullest.name),))
        await forget_deed(self.project.workspace, self.project.profile.project, self.family.name, OVERFLOW)
        return Acted()

    def _trouble(self, why: str, hint: str) -> Acted:
        use = self._fullest
        what = f"“{use.name}” is {percent(use.share)} full: {why}"
        name = f"no-overflow:{self.family.name}"
        alert = Alert(name, Severity.URGENT, use.name, what, hint, self.now, Level.OVERFLOW)
        return Acted(alerts=(alert,))
