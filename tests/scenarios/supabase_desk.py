"""A Supabase project with the tables of the presets, on the loopback server, and short words for working on it."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from core.apply import apply
from core.clients.supabase.catalog import SupabaseCatalog
from core.clients.supabase.patience import Patience
from core.clients.supabase.probe import probe
from core.clients.supabase.session import Session
from core.clients.supabase.store import SupabaseStore
from core.connection import Connection
from core.engine import Engine
from core.inventory import ScanReport
from core.models import FindingFilter, Kind, PlanHead, Repair, Run, Selection
from core.profiles import Profile, ReferenceColumn, Safety, Source, Supabase
from core.undo import undo
from core.workspace import Workspace
from tests.core.supabase.scripted import SHORT, Token
from tests.servers.project import SupabaseProject

OLD = timedelta(days=30)
SCHEMA = """
create type progress as enum ('pending', 'completed', 'error');
create table shop_images (
    id uuid primary key default gen_random_uuid(), part text not null, storage_path text not null, signed_url text,
    url_expires_at timestamptz, uploaded_at timestamptz not null default now(), details jsonb not null default '{}');
create table pictures (
    id uuid primary key default gen_random_uuid(), bucket_id text not null, storage_path text not null,
    file_size bigint, metadata_status progress not null default 'pending', collections text[] not null default '{}',
    weight numeric, thumb bytea, changed_at timestamptz not null default now(),
    twice bigint generated always as (file_size * 2) stored, uploaded_at timestamptz not null default now());
create table picture_patients (
    id bigint generated always as identity primary key,
    picture uuid not null references pictures (id) on delete cascade, patient text not null, unique (picture, patient));
create table covers (name text primary key, picture uuid references pictures (id) on delete set null);
create table assets (id integer primary key, title text, gallery text[]);
create table pages (slug text primary key, body text);
create function touch() returns trigger language plpgsql as $$ begin new.changed_at = now(); return new; end $$;
create trigger touched before update on pictures for each row execute function touch();
grant all on all tables in schema public to anon, authenticated, service_role;
"""
PARTS = Source(
    name="shop_images",
    table="shop_images",
    key=("id",),
    columns=(ReferenceColumn("storage_path", "path"),),
    describes=True,
    bucket="parts",
    url_column="signed_url",
    expires_column="url_expires_at",
    time_column="uploaded_at",
)
PICTURES = Source(
    name="pictures",
    table="pictures",
    key=("id",),
    columns=(ReferenceColumn("storage_path", "path"),),
    describes=True,
    bucket_column="bucket_id",
    status_column="metadata_status",
    size_column="file_size",
    time_column="uploaded_at",
)
ASSETS = Source(
    name="assets", table="assets", key=("id",), columns=(ReferenceColumn("gallery", "array"),), bucket="parts"
)
TABLES = ("shop_images", "pictures", "picture_patients", "covers", "assets", "pages")


class SupabaseDesk:
    """The program on a project: an engine that can be closed and opened again."""

    def __init__(self, project: SupabaseProject, folder: Path, *sources: Source, **safety: object) -> None:
        self.project = project
        self.folder = folder
        self.tokens = Token(key=project.service_key)
        self.profile = Profile(
            "test",
            "supabase",
            sources=sources or (PARTS, PICTURES, ASSETS),
            safety=Safety(archive_folder=folder / "archive", **safety),  # type: ignore[arg-type]
            supabase=Supabase(project.url),
        )
        self._engine: Engine | None = None

    async def engine(self) -> Engine:
        """The engine, opened once."""
        if self._engine is None:
            folder, patience = Path(tempfile.gettempdir()), Patience(**SHORT)  # type: ignore[arg-type]
            session = await Session.open(self.project.url, self.tokens, folder=folder, patience=patience)
            allowed = await probe(session, [source.table for source in self.profile.sources])
            workspace = await Workspace.open(self.folder / "workspace", self.profile.project)
            opened = Connection(SupabaseStore(session, allowed), SupabaseCatalog(session, allowed))
            self._engine = Engine(self.profile, workspace, opened)
        return self._engine

    async def close(self) -> None:
        """Closes the program; the next use opens it again."""
        if self._engine is not None:
            await self._engine.close()
            self._engine = None

    def safety(self, **changes: object) -> None:
        """Changes the profile's safety, before the engine is opened."""
        self.profile = replace(self.profile, safety=replace(self.profile.safety, **changes))  # type: ignore[arg-type]

    async def scan(self) -> ScanReport:
        """Scans, lets two days pass and scans again: rows without a time of their own age from the first scan."""
        engine = await self.engine()
        await engine.scan()
        self.project.settings.clock_seconds += 2 * 86_400
        return await engine.scan()

    async def findings(self, kind: Kind) -> dict[str, str]:
        """The state of each finding of a kind, by key."""
        engine = await self.engine()
        findings = engine.browse.findings
        page = await findings.page(await findings.numbers(FindingFilter(kinds=(kind,))))
        return {finding.key: finding.state.value for finding in page}

    async def plan(self, *kinds: Kind, repair: Repair | None = None) -> tuple[PlanHead, Path]:
        """A plan for the open findings of these kinds, or of all."""
        engine = await self.engine()
        return await engine.plan_cleanup(Selection(FindingFilter(kinds=kinds)), repair)

    async def clean(self, *kinds: Kind, repair: Repair | None = None) -> Run:
        """Plans and applies."""
        _, path = await self.plan(*kinds, repair=repair)
        return await self.apply(path)

    async def apply(self, path: Path, **options: object) -> Run:
        """Applies a plan, without patience and whatever share it takes."""
        engine = await self.engine()
        return await apply(
            engine.workspace,
            engine.store,
            engine.catalog,
            self.profile,
            path,
            allow_share=1.0,
            pauses=(),
            **options,  # type: ignore[arg-type]
        )

    async def undo(self, run: Run, **options: object) -> Run:
        """Undoes a run."""
        engine = await self.engine()
        return await undo(
            engine.workspace,
            engine.store,
            engine.catalog,
            self.profile,
            run.run_id,
            pauses=(),
            **options,  # type: ignore[arg-type]
        )

    async def reasons(self, run: Run) -> list[str]:
        """Why steps of a run ended otherwise than done."""
        engine = await self.engine()
        return [entry.reason for entry in await engine.run_steps(run.run_id, 0, 10_000) if entry.reason]

    def put(self, bucket: str, keys: Iterable[str]) -> None:
        """Old objects; the content of each is its own name, so that no two are equal by chance."""
        for key in keys:
            self.project.put(bucket, key, f"{bucket}/{key}".encode(), "image/png", age=OLD, user_metadata={"by": "Ana"})

    def rows(self, table: str) -> list[str]:
        """Every row of a table, as PostgreSQL prints it."""
        return [str(row) for (row,) in self.project.sql(f"select t::text from {table} t order by 1")]

    def picture(self) -> dict[str, object]:
        """Everything a person would miss: each object's bytes, type and metadata, each row of each table."""
        found: dict[str, object] = {f"table {table}": self.rows(table) for table in TABLES}
        stored = self.project.sql(
            "select bucket_id, name, metadata ->> 'mimetype', metadata ->> 'cacheControl', user_metadata::text"
            " from storage.objects where bucket_id not like 'bucketdesk%' order by 1, 2"
        )
        for bucket, key, *kept in stored:
            content = self.project.content(str(bucket), str(key))
            digest = hashlib.sha256(content).hexdigest() if content is not None else None
            found[f"{bucket}/{key}"] = (digest, *kept)
        return found
