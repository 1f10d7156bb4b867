"""Opening a project, and everything that can be done to it: the one door for window and command line."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Literal, TextIO

from core import apply as apply_runs
from core import (
    cleanup,
    doubts,
    export,
    inventory,
    keeps,
    pictures,
    places,
    plan_summary,
    plans,
    profiles,
    purge,
    read_only,
    retention,
    runs,
    secrets,
    suggest,
    undo,
)
from core.browse import Browse
from core.capabilities import Capabilities
from core.capacity.breakdown import read_breakdown
from core.capacity.measuring import measure, measure_after
from core.capacity.models import Alert, Breakdown, Capacity
from core.capacity.models import Sample as UseSample
from core.capacity.outlook import Outlook
from core.capacity.samples import history
from core.capacity.usage import read_capacity
from core.changes import Change, Changes
from core.clients import open_profile
from core.connection import Connection, Project
from core.database_setup import Database
from core.errors import NotAllowed, NotFound, Usage
from core.families import Families
from core.findings import settled
from core.inventory import ScanReport
from core.models import PlanHead, Repair, Run, Selection, Step
from core.monitor import Monitor, record
from core.monitor.looking import Looking
from core.pictures import Picture
from core.plan_summary import PlanSummary
from core.ports import Catalog, ObjectStore
from core.practice import practice_profile
from core.profiles import Profile
from core.progress import Report, silent
from core.references.resolver import Resolver, resolver_of
from core.retention import BucketTaking
from core.retention.queue import conclude, note_queue, prepare
from core.runs import Entry, Trouble
from core.secrets import Secrets
from core.sign_in import SignInState
from core.status import Status, read_status
from core.suggest import Sample
from core.workspace import Workspace, system_now


def find_profile(name: str) -> Profile:
    """The practice project's profile, or one that somebody made. Raises `NotFound`, `BadProfile`."""
    return practice_profile() if name == profiles.PRACTICE else profiles.load(name)


async def connect(profile: Profile) -> tuple[ObjectStore, Catalog]:
    """The storage and catalog of a profile, which need not be written yet. Raises `CoreError`."""
    opened = await open_connection(profile)
    return opened.store, opened.catalog


async def open_connection(profile: Profile, kept: Secrets | None = None) -> Connection:
    """The same, and for a project of a service what only such a one has. The secrets are those of this process, what
    was put there is found, written profile or not; or those in `kept`. Raises `CoreError`."""
    return await open_profile(profile, kept or secrets.of_this_process())


async def open_database(profile: Profile, address: str = "", kept: Secrets | None = None) -> Database:
    """A direct connection to the project's Postgres: the profile's, or another address. The password is the address's
    own or one of the secrets, those of this process unless others are `kept`. The caller closes it. Raises `Usage`
    without an address, `CoreError`."""
    from core.clients.postgres import Postgres

    address = address or (profile.supabase.postgres if profile.supabase else "")
    if not address:
        hint = 'Add postgres = "postgresql://…" to it, or run the SQL in the project\'s SQL editor.'
        raise Usage(f"The profile “{profile.name}” names no direct Postgres connection.", hint)
    password = await (kept or secrets.of_this_process()).get(profile.name, secrets.POSTGRES_PASSWORD)
    return await Postgres.open(address, password or "")


async def open_engine(profile: Profile) -> Engine:
    """Opens a project; nothing is written to its storage or catalog. Raises `CoreError`."""
    opened = await open_connection(profile)
    try:
        workspace = await Workspace.open(places.workspace(profile.name), profile.project)
    except BaseException:
        await opened.close()
        raise
    return Engine(profile, workspace, opened)


class Engine:
    """One open project. Every method may raise `CoreError`; `changes` says what kind of thing changed."""

    def __init__(self, profile: Profile, workspace: Workspace, opened: Connection) -> None:
        self.profile = profile
        self.workspace = workspace
        self.store = opened.store
        self.catalog = opened.catalog
        self.project = opened.project
        self.changes = Changes()
        self._opened = opened
        if self.project is not None:
            self.project.on_sign_in_change(lambda: self.changes.say(Change.SIGN_IN))
        self.browse = Browse(workspace)
        self._outlook = Outlook()
        self.families = Families(workspace, opened.store, opened.catalog, profile, self.changes)
        self._looking = Looking(workspace, profile, opened.store, self._outlook)
        self.monitor = Monitor(self)
        self._decoders = ThreadPoolExecutor(1, "picture")  # one: decoding must leave the window its share

    @property
    def notices(self) -> tuple[str, ...]:
        """What opening the workspace had to put right, what the profile says that nobody understands, and how the
        project was opened."""
        return (*self.workspace.notices, *self.profile.notices, *self._opened.notices)

    @property
    def obstacle(self) -> str:
        """Why this person may change nothing in this project, a sentence; '' where nothing is known against it."""
        return read_only.refusal(self.profile.name).message if self.profile.read_only else self._opened.obstacle

    async def capabilities(self) -> Capabilities | None:
        """What the project lets this person do, asked anew; None for a folder and a file, which let them do all."""
        return None if self.project is None else await self.project.capabilities()

    def sign_in_state(self) -> SignInState | None:
        """As whom, and until when; None where nobody signs in. `Change.SIGN_IN` says that it is another one."""
        return None if self.project is None else self.project.sign_in_state()

    async def sign_in(self, password: str) -> None:
        """Signs in anew with the password of the profile's person. Raises `NotAllowed`, `Unavailable`, `Usage`."""
        await self._service().sign_in(password)

    async def sign_out(self) -> None:
        """Ends the session and forgets the password. Raises `Unavailable`, `Usage`."""
        await self._service().sign_out()

    async def scan(self, buckets: Sequence[str] = (), *, report: Report = silent) -> ScanReport:
        """Reads storage and catalog into the inventory and finds what disagrees."""
        try:
            return await inventory.scan(self.store, self.catalog, self.workspace, self.profile, buckets, report)
        finally:
            self.changes.say(Change.INVENTORY | Change.FINDINGS | Change.CAPACITY)

    async def status(self) -> Status:
        """Where the project stands, and what to do next."""
        return await read_status(self.workspace, self.profile)

    async def capacity(self) -> Capacity:
        """Where every bucket stands, as it was measured last; `measure` looks again."""
        return await read_capacity(self.workspace, self.profile, await self.store.buckets(), self._outlook)

    async def measure(self) -> None:
        """One light round: notes what every bucket holds now. Raises `NotFound` where a service has nothing that
        counts: then only a scan tells."""
        try:
            await measure(self.workspace, self.profile, self.store)
        finally:
            self.changes.say(Change.CAPACITY)

    async def look(self) -> Capacity:
        """Measures with one call, while the buckets stay the same, and says where each stands. Raises `NotFound` where
        a service has nothing that counts."""
        found = await self._looking.look()
        if self._looking.is_news:
            self.changes.say(Change.CAPACITY)
        return found

    async def alerts(self) -> tuple[Alert, ...]:
        """What monitoring told and still holds, the worst first."""
        return await record.standing_alerts(self.workspace, self.profile.project)

    async def past_alerts(self, limit: int = 200) -> tuple[Alert, ...]:
        """What monitoring told and is over, the last first."""
        return await record.past_alerts(self.workspace, self.profile.project, limit)

    async def acknowledge(self, *ids: str) -> tuple[Alert, ...]:
        """Notes that somebody has seen these alerts: they stay quiet until they end or get worse. Raises `NotFound`."""
        try:
            return await record.acknowledge(self.workspace, self.profile.project, ids, system_now())
        finally:
            self.changes.say(Change.ALERTS)

    async def bucket_history(self, bucket: str, since: datetime) -> tuple[UseSample, ...]:
        """What a bucket held from then on, oldest first."""
        return await history(self.workspace, self.profile.project, bucket, since)

    async def breakdown(self, bucket: str, folder: str = "") -> Breakdown:
        """What a bucket, or a folder of any depth in it, is made of, as the last scan saw it."""
        return await read_breakdown(self.workspace, bucket, folder)

    async def keep(self, selection: Selection, reason: str) -> int:
        """Marks the things that the selected findings are about as kept; how many findings that settles."""
        try:
            return await keeps.keep(self.workspace, selection, reason)
        finally:
            self.changes.say(Change.FINDINGS)

    async def unkeep(self, selection: Selection) -> int:
        """Takes keep marks back."""
        try:
            return await keeps.unkeep(self.workspace, selection)
        finally:
            self.changes.say(Change.FINDINGS)

    async def accept_source(self, name: str) -> None:
        """The person has seen samples of a doubted source and accepts it as it is."""
        try:
            await doubts.accept(self.workspace, name)
        finally:
            self.changes.say(Change.FINDINGS)

    async def plan_cleanup(
        self,
        selection: Selection,
        repair: Repair | None = None,
        path: Path | None = None,
        *,
        report: Report = silent,
    ) -> tuple[PlanHead, Path]:
        """Plans the repair of the selected open findings into a file; writes nothing else."""
        target = path or await self._plan_path()
        head = await cleanup.plan_cleanup(
            self.workspace, self.catalog, self.store, self.profile, selection, repair, target, report
        )
        return head, target

    async def plan_retention(
        self,
        buckets: Sequence[str] | None = None,
        until_share: float | None = None,
        destination: str = "archive",
        path: Path | None = None,
        *,
        rules_alone: bool = False,
        report: Report = silent,
    ) -> tuple[PlanHead, Path]:
        """Plans to remove what is over age in these buckets (None: all), with the rows that go along, into a file;
        writes nothing else. `until_share`: oldest first, only until a bucket is down to this share of its capacity.
        `destination`: `archive` or `quarantine`. `rules_alone`: without what the database asks for."""
        target = path or await self._plan_path()
        wish = retention.Wish(tuple(buckets or ()), until_share, destination, rules_alone)
        unseen = () if rules_alone else await note_queue(self.workspace, self.project)
        head = await retention.plan_retention(
            self.workspace, self.catalog, self.store, self.profile, wish, target, report, unseen
        )
        return head, target

    async def takings(self, path: Path) -> tuple[BucketTaking, ...]:
        """What a retention plan takes of each bucket: objects, bytes, rows that go along."""
        return await retention.takings(path)

    async def plan_purge(
        self, run_ids: Sequence[str] = (), path: Path | None = None, *, report: Report = silent
    ) -> tuple[PlanHead, Path]:
        """Plans the final removal of what runs left in the quarantine (all runs, or these)."""
        target = path or await self._plan_path()
        head = await purge.plan_purge(self.workspace, self.store, self.profile, run_ids, target, report)
        return head, target

    async def summarize(self, path: Path) -> PlanSummary:
        """What a plan would do, in numbers and a sample."""
        return await plan_summary.summarize(path)

    async def read_steps(self, path: Path, start: int = 0, limit: int = 200) -> tuple[Step, ...]:
        """A page of a plan's steps."""
        return await plans.read_steps(path, start, limit)

    async def export_plan(self, path: Path, out: Path | TextIO, form: Literal["csv", "sql"]) -> PlanHead:
        """Writes a plan as CSV or SQL, to a file or an open text stream."""
        return await export.export_plan(path, out, form, postgres=self.profile.kind == profiles.SUPABASE)

    async def apply(
        self,
        path: Path,
        *,
        allow_share: float | None = None,
        accept_sources: Sequence[str] = (),
        confirm: str | None = None,
        report: Report = silent,
    ) -> Run:
        """Applies a plan of this desk, or goes on with it; one without steps makes no run, and has no `run_id`."""
        self._check_role()
        await prepare(self.workspace, self.project, path)
        try:
            run = await apply_runs.apply(
                self.workspace,
                self.store,
                self.catalog,
                self.profile,
                path,
                allow_share=allow_share,
                accept_sources=accept_sources,
                confirm=confirm,
                report=report,
            )
            if not run.run_id:
                return run
            await settled.note_run(self.workspace, run.run_id)
            await measure_after(self.workspace, self.profile, self.store)
            await conclude(self.workspace, self.project, run)
            return run
        finally:
            self.changes.say(Change.RUNS | Change.FINDINGS | Change.INVENTORY | Change.CAPACITY)

    async def undo(self, run_id: str, *, report: Report = silent) -> Run:
        """Puts back what a run changed, overwriting nothing."""
        self._check_role()
        try:
            run = await undo.undo(self.workspace, self.store, self.catalog, self.profile, run_id, report=report)
            await settled.note_run(self.workspace, run.undo_of)
            await measure_after(self.workspace, self.profile, self.store)
            return run
        finally:
            self.changes.say(Change.RUNS | Change.FINDINGS | Change.INVENTORY | Change.CAPACITY)

    async def check_undoable(self, run_id: str) -> None:
        """Raises what `undo` would before it changes anything, as far as that can be told: `NotFound`, `Usage`."""
        self._check_role()
        await undo.check(self.workspace, self.store, self.profile, run_id)

    async def runs(self) -> tuple[Run, ...]:
        """All runs, newest first."""
        return await runs.runs(self.workspace)

    async def run_steps(self, run_id: str, start: int = 0, limit: int = 200) -> tuple[Entry, ...]:
        """A page of a run's steps, with how each ended."""
        return await runs.run_steps(self.workspace, run_id, start, limit)

    async def run_troubles(self, run_id: str) -> tuple[Trouble, ...]:
        """Why steps of a run ended otherwise than done, the most frequent reasons."""
        return await runs.troubles(self.workspace, run_id)

    async def source_samples(self, name: str) -> tuple[Sample, ...]:
        """A few values of a source and what they name, for the person who has to judge its mapping."""
        source = next((s for s in self.profile.sources if s.name == name), None)
        if source is None:
            raise NotFound(f"The profile has no source named “{name}”.")
        found = await suggest.resolve(self.store, self.catalog, source, await self.resolver())
        return found.samples

    async def resolver(self) -> Resolver:
        """What reads references, knowing this project's buckets."""
        buckets = [bucket.name for bucket in await self.store.buckets()]
        return resolver_of(self.profile, buckets)

    async def picture(self, bucket: str, key: str, side: int) -> Picture:
        """A preview of an object, at most `side` pixels on its longer side. Raises `NoPreview`, `NotFound`."""
        data = await self.store.read(bucket, key, pictures.LIMIT_BYTES + 1)
        return await asyncio.get_running_loop().run_in_executor(self._decoders, pictures.decode, data, side)

    async def close(self) -> None:
        """Lets go of storage, catalog and workspace."""
        await asyncio.to_thread(self._decoders.shutdown, wait=True, cancel_futures=True)
        await self._opened.close()
        await self.workspace.close()

    def _check_role(self) -> None:
        if self._opened.obstacle:
            raise NotAllowed(self._opened.obstacle, "Sign in as an administrator, or let the profile use a secret key.")

    def _service(self) -> Project:
        if self.project is None:
            raise Usage("Nobody signs in to a folder.")
        return self.project

    async def _plan_path(self) -> Path:
        folder = self.workspace.folder / "plans"
        await asyncio.to_thread(folder.mkdir, exist_ok=True)
        return folder / f"{uuid.uuid4().hex[:12]}.jsonl"
