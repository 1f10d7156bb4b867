"""Single files that are dropped onto a tab, or chosen in a dialog, go up into a family, wherever there is room."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData

from core.capacity.models import BucketUse
from core.profiles import Family, Profile
from core.progress import Report
from gui.desk import Desk
from gui.dialogs import Choice, Question, choose_files, confirm, finished
from gui.families.choice_dialog import FamilyChoice
from gui.jobs import Ending, NextStep
from gui.runs import undo_run
from gui.translation import translate

if TYPE_CHECKING:
    from core.single_upload import Uploaded, UploadReport

_MOST_SENTENCES = 5


def paths_in(data: QMimeData) -> tuple[Path, ...]:
    """The files and folders of this computer that are dragged; nothing where something else is among them."""
    if not data.hasUrls() or not all(url.isLocalFile() for url in data.urls()):
        return ()
    return tuple(Path(url.toLocalFile()) for url in data.urls())


def files_in(data: QMimeData) -> tuple[Path, ...]:
    """The same of files alone; nothing where a folder is among them."""
    paths = paths_in(data)
    return paths if all(path.is_file() for path in paths) else ()


def why_no_upload(desk: Desk) -> str:
    """Why nothing can be uploaded, a sentence; '' where it may be tried. Staff may upload who may change nothing else:
    only a profile that is for looking forbids it here."""
    profile = desk.engine.profile if desk.engine is not None else None
    return desk.actions.why_no_writing if profile is not None and profile.read_only else ""


def clear_family(profile: Profile, use: BucketUse | None) -> Family | None:
    """The family that is meant without asking: that of the chosen bucket, or the only one there is."""
    if use is not None and use.family:
        return next((family for family in profile.families if family.name == use.family), None)
    return profile.families[0] if use is None and len(profile.families) == 1 else None


async def choose_and_upload(desk: Desk, use: BucketUse | None) -> None:
    """Asks for files, then uploads them."""
    paths = await choose_files(desk.window, translate("Dropping", "Choose the files to upload"))
    if paths:
        await upload(desk, paths, use)


async def upload(desk: Desk, paths: Sequence[Path], use: BucketUse | None) -> None:
    """Uploads files into the family of the chosen bucket; asks for the family only where that is not clear, and for the
    profile's name in production."""
    engine = desk.engine
    if engine is None:
        return
    if why := why_no_upload(desk):
        desk.banners.put("dropped", why, "warning")
        return
    profile = engine.profile
    if not profile.families:
        text = translate("Dropping", "This profile has no family of buckets yet, so nothing says where files go.")
        steps = (NextStep(translate("Dropping", "Families…"), desk.actions["edit_family"].trigger),)
        desk.banners.put("dropped", text, "warning", steps)
        return
    family = clear_family(profile, use)
    if family is None:
        asked = FamilyChoice(profile.families, len(paths), desk.window)
        if not await finished(asked):
            return
        family = asked.family
    if profile.production and not await confirm(desk.window, _question(profile, family, len(paths))):
        return
    start(desk, family, tuple(paths))


def _question(profile: Profile, family: Family, count: int) -> Question:
    title = translate("Dropping", "Upload %Ln file(s) into %1?", "", count).replace("%1", family.name)
    text = translate("Dropping", "Each goes into the bucket of the family that has most room; nothing is overwritten.")
    return Question(title, text, (Choice("go", translate("Dropping", "Upload")),), typed_name=profile.name)


def start(desk: Desk, family: Family, paths: tuple[Path, ...]) -> None:
    """Uploads files into a family as a job, without asking anything."""
    engine = desk.engine
    assert engine is not None

    async def work(report: Report) -> UploadReport:
        return await engine.families.upload_files(paths, family.name, report=report)

    title = translate("Dropping", "Upload %Ln file(s) into %1", "", len(paths)).replace("%1", family.name)
    desk.jobs.start(title, work, then=lambda done: _ending(desk, done))


def _ending(desk: Desk, done: UploadReport) -> Ending:
    """Where the files are now; each that is nowhere is told with its reason."""
    lost = [one for one in done.files if not one.stored]
    if lost:
        sentences = [f"{one.path.name}: {one.sentence}" for one in lost[:_MOST_SENTENCES]]
        if len(lost) > _MOST_SENTENCES:
            sentences.append(
                translate("Dropping", "… and %Ln more; History has all of them", "", len(lost) - len(sentences))
            )
        desk.banners.put("dropped", "\n".join(sentences), "danger")
    elif len(done.files) == 1:
        desk.banners.put("dropped", done.files[0].sentence, "good")
    else:
        desk.banners.take("dropped")
    back = [NextStep(translate("Dropping", "Undo"), lambda: undo_run(desk, done.run))] if done.run.undoable else []
    return Ending(places(done.files, done.new_buckets), "danger" if lost else "good", tuple(back))


def places(files: Sequence[Uploaded], new_buckets: Sequence[str]) -> str:
    """ "3 in patient-images, 1 in patient-images-1 (new) · 2 failed": what is where."""
    counts: dict[str, int] = {}
    for one in files:
        if one.stored:
            counts[one.bucket] = counts.get(one.bucket, 0) + 1
    new = translate("Dropping", "new")
    said = [
        translate("Dropping", "%Ln file(s) in %1", "", count).replace(
            "%1", f"{name} ({new})" if name in new_buckets else name
        )
        for name, count in sorted(counts.items())
    ]
    failed = sum(not one.stored for one in files)
    parts = [", ".join(said), translate("Dropping", "%Ln not stored", "", failed) if failed else ""]
    return " · ".join(part for part in parts if part)
