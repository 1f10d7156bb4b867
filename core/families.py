"""The buckets of an open project and what can be done to them: by family, one by one, and each step undoable."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from core import bucket_acts, emptying, overflow, recompression_estimate, single_upload, visibility
from core.capacity.measuring import measure_after
from core.changes import Change, Changes
from core.emptying import Emptying
from core.errors import NotFound, Usage
from core.family_members import Member, members
from core.models import Bucket, Run
from core.overflow import NextBucket
from core.ports import BucketLimits, Catalog, ObjectStore
from core.profiles import Family, Profile, Recompression
from core.progress import Report, silent
from core.read_only import check_writable
from core.recompression_estimate import Estimate
from core.single_upload import UploadReport
from core.visibility import Visibility
from core.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Families:
    """What the engine offers of buckets. Every method may raise `CoreError`."""

    workspace: Workspace
    store: ObjectStore
    catalog: Catalog
    profile: Profile
    changes: Changes

    def family(self, name: str) -> Family:
        """A family of the profile by its name, or by the name of one of its buckets; one alone needs no name. Raises
        `NotFound`, `Usage`."""
        known = self.profile.families
        if not name and len(known) == 1:
            return known[0]
        names = ", ".join(family.name for family in known) or "none yet"
        if not name:
            raise Usage("Say which family of buckets is meant.", f"Families of this profile: {names}.")
        found = next((family for family in known if family.name == name), None)
        found = found or self.profile.family_of(name)
        if found is None:
            raise NotFound(f"The profile has no family of buckets named “{name}”.", f"Families: {names}.")
        return found

    async def members(self) -> tuple[Member, ...]:
        """Every bucket with its family, and whether the rights of the project's people hold there."""
        return await members(self.store, self.profile)

    async def make_next(self, family: str, known: Collection[str] | None = None) -> NextBucket:
        """The next bucket of a family, made unless another desk was faster; see `overflow.next_bucket`."""
        try:
            return await overflow.next_bucket(self.workspace, self.store, self.profile, self.family(family), known)
        finally:
            self._say()

    async def make(self, bucket: Bucket) -> Run:
        """Makes a bucket of any name, with these settings, and registers it where a family holds it. Raises
        `AlreadyExists`, `NotAllowed` …"""
        try:
            run = await bucket_acts.create(self.workspace, self.store, self.profile, bucket)
            family = self.profile.family_of(bucket.name)
            if family is not None:
                await self.store.register_bucket(bucket.name, family.name)
            return run
        finally:
            self._say()

    async def register(self, bucket: str) -> bool:
        """Lets the rights of the project's people hold in a bucket; False where the project has no register of them."""
        check_writable(self.profile)
        family = self.profile.family_of(bucket)
        return await self.store.register_bucket(bucket, family.name if family else bucket)

    async def check_settings(self, bucket: str) -> None:
        """Raises what setting this bucket otherwise would, as far as that can be told beforehand: `NotFound`, and
        `Refused` in a project that is only looked at, or whose buckets have no settings."""
        await bucket_acts.check_settings(self.store, self.profile, bucket)

    async def preview_visibility(self, bucket: str, public: bool, *, report: Report = silent) -> Visibility:
        """What would stop working, or stand open, if a bucket were made public or private; changes nothing."""
        return await visibility.preview(self.workspace, self.store, self.catalog, self.profile, bucket, public, report)

    async def set_public(self, bucket: str, public: bool) -> Run:
        """Makes a bucket public or private. Raises `Usage` where it is so already."""
        return await self._update(bucket, public=public)

    async def set_limits(self, bucket: str, limits: BucketLimits) -> Run:
        """Sets which files a bucket takes; what is in it stays. Raises `Usage` where it is set so already."""
        return await self._update(bucket, limits=limits)

    async def _update(self, bucket: str, *, public: bool | None = None, limits: BucketLimits | None = None) -> Run:
        try:
            return await bucket_acts.update(
                self.workspace, self.store, self.profile, bucket, public=public, limits=limits
            )
        finally:
            self._say()

    async def plan_empty(self, bucket: str, path: Path | None = None, *, report: Report = silent) -> Emptying:
        """A plan that moves everything in a bucket to the quarantine; apply it with the bucket's name as `confirm`."""
        if path is None:
            folder = self.workspace.folder / "plans"
            await asyncio.to_thread(folder.mkdir, exist_ok=True)
            path = folder / f"{uuid.uuid4().hex[:12]}.jsonl"
        return await emptying.plan_empty(self.workspace, self.store, self.profile, bucket, path, report)

    async def upload_files(
        self, paths: Sequence[Path], family: str = "", prefix: str = "", *, report: Report = silent
    ) -> UploadReport:
        """Uploads single files into a family, wherever there is room; see `single_upload.upload_files`."""
        wanted = self.family(family)
        try:
            done = await single_upload.upload_files(
                self.workspace, self.store, self.profile, wanted, paths, prefix=prefix, report=report
            )
            await measure_after(self.workspace, self.profile, self.store)
            return done
        finally:
            self._say()

    async def estimate_recompression(self, bucket: str, wanted: Recompression, *, report: Report = silent) -> Estimate:
        """What re-encoding would have saved on the images that a bucket held at the last scan; changes nothing."""
        return await recompression_estimate.estimate(self.workspace, self.store, bucket, wanted, report)

    def _say(self) -> None:
        self.changes.say(Change.RUNS | Change.INVENTORY | Change.CAPACITY)
