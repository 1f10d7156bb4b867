"""How fast uploads may go is asked, kept, and told to whoever uploads."""

from __future__ import annotations

from core.uploads.desk import Uploads
from core.uploads.sending.limits import Limits
from core.uploads.status.listing import Listing
from gui.tabs.uploads.limits_dialog import UploadLimitsDialog
from tests.gui.desks import press, shown
from tests.gui.reviews import Review


async def test_limits_are_set_kept_and_taken_away_again(unscanned: Review) -> None:
    unscanned.window.tabs.go("uploads")
    await unscanned.settle()
    listing = Listing(Uploads(unscanned.real.profile).path)
    unscanned.desk.actions["upload_limits"].trigger()
    dialog = await shown(unscanned.window, UploadLimitsDialog)
    assert dialog.now.text() == "Nothing is uploaded just now."
    assert not dialog.verb_button.isEnabled() and not dialog.bytes_field.isEnabled()
    dialog.bytes_box.setChecked(True)
    dialog.at_once_box.setChecked(True)
    dialog.bytes_field.number.setValue(0)
    assert not dialog.verb_button.isEnabled() and "too slow" in dialog.notice.text.text()
    dialog.bytes_field.show_size(3_000_000)
    dialog.at_once_field.setValue(2)
    await press(dialog, "Set the limits")
    await unscanned.settle()
    assert await listing.limits() == Limits(3_000_000, None, 2)
    unscanned.desk.actions["upload_limits"].trigger()
    again = await shown(unscanned.window, UploadLimitsDialog)
    assert again.bytes_box.isChecked() and again.bytes_field.size_bytes == 3_000_000
    assert again.at_once_field.value() == 2 and not again.requests_box.isChecked()
    again.bytes_box.setChecked(False)
    again.at_once_box.setChecked(False)
    await press(again, "Set the limits")
    await unscanned.settle()
    assert await listing.limits() == Limits()
    await listing.close()
