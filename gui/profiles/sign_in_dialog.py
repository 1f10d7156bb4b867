"""Signing in again to a Supabase project: the secrets that are wanted, tried before they are kept."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout

from core.profiles import PASSWORD, Profile
from core.secrets import SUPABASE_KEY, SUPABASE_PASSWORD
from gui.desk import Desk
from gui.profiles import keeping, trial
from gui.profiles.notice import Notice
from gui.profiles.secret_field import SecretField
from gui.profiles.survey import Survey, Tried
from gui.theme import GAP, GAP_LARGE, GAP_SMALL, GAP_TINY
from gui.widgets.buttons import button, main_button
from gui.widgets.text import ShortenedText, Text

_WIDTH = 480


class SignInDialog(QDialog):
    """Accepted once the sign-in worked and was kept."""

    def __init__(self, desk: Desk, profile: Profile, *, has_key: bool = True) -> None:
        """Without `has_key` somebody who signs in by password is asked for the project's publishable key, too."""
        super().__init__(desk.window)
        assert profile.supabase is not None
        self._desk, self._profile, self._supabase = desk, profile, profile.supabase
        self._is_trying = False
        self.survey = Survey(desk.jobs)
        self.survey.connected.connect(self._on_connected)
        self.survey.storage_failed.connect(self._on_failed)
        is_person = profile.supabase.sign_in == PASSWORD
        self._what = SUPABASE_PASSWORD if is_person else SUPABASE_KEY
        title = self.tr("Password") if is_person else self.tr("Secret or service_role key")
        self.secret = SecretField(title, desk.icons)
        self.secret.changed.connect(self._update)
        self.secret.entered.connect(self._sign_in)
        self.key: SecretField | None = None
        if is_person and not has_key:
            self.key = SecretField(self.tr("Publishable or anon key"), desk.icons)
            self.key.changed.connect(self._update)
            self.key.entered.connect(self._sign_in)
        self.email_field = QLineEdit(profile.supabase.email)
        self.email_field.setAccessibleName(self.tr("E-mail"))
        self.email_field.textChanged.connect(self._update)
        self.notice = Notice(desk.icons, size="body")
        self.cancel_button = button(self.tr("Cancel"), self.reject)
        self.sign_in_button = main_button(self.tr("Sign in"), self._sign_in)
        self.setWindowTitle(self.tr("Sign in"))
        self.setMinimumWidth(_WIDTH)
        self._lay_out(is_person)
        (self.key or self.secret).field.setFocus()
        self._update()

    def _lay_out(self, is_person: bool) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP_LARGE, GAP_LARGE, GAP_LARGE, GAP)
        column.setSpacing(GAP_TINY)
        title = self.tr("Sign in to %1 again").replace("%1", self._profile.name)
        self.setAccessibleName(title)
        column.addWidget(Text(title, "heading", wraps=True))
        column.addWidget(ShortenedText(self._supabase.url, tone="muted"))
        column.addSpacing(GAP)
        if self.key is not None:
            column.addWidget(self.key)
            column.addSpacing(GAP_SMALL)
        if is_person:
            label = Text(self.tr("E-mail"), "strong")
            label.setBuddy(self.email_field)
            column.addWidget(label)
            column.addWidget(self.email_field)
            column.addSpacing(GAP_SMALL)
        column.addWidget(self.secret)
        column.addSpacing(GAP_SMALL)
        column.addWidget(self.notice)
        column.addStretch(1)
        column.addSpacing(GAP)
        row = QHBoxLayout()
        row.setSpacing(GAP_SMALL)
        row.addStretch(1)
        for one in (self.cancel_button, self.sign_in_button):
            one.setAutoDefault(isinstance(one, QPushButton))
            row.addWidget(one)
        column.addLayout(row)

    def _wanted(self) -> keeping.Wanted:
        supabase = replace(self._supabase, email=self.email_field.text().strip())
        secrets = {self._what: self.secret.value}
        if self.key is not None:
            secrets[SUPABASE_KEY] = self.key.value
        return keeping.Wanted(supabase, secrets, self._profile.name)

    def _sign_in(self) -> None:
        if not self.sign_in_button.isEnabled():
            return
        self._is_trying = True
        self.notice.say(self.tr("Signing in…"))
        self.survey.try_project(trial.open_project(self._wanted()))
        self._update()

    def _on_connected(self, tried: Tried) -> None:
        del tried
        wanted = self._wanted()
        profile = replace(self._profile, supabase=wanted.supabase)
        self._desk.jobs.ask(
            keeping.save(profile, wanted, is_new=False), lambda _kept: self.accept(), failed=self._on_failed
        )

    def _on_failed(self, error: Exception) -> None:
        self._is_trying = False
        self.notice.say_error(error)
        self.secret.field.selectAll()
        self.secret.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._update()

    def _update(self) -> None:
        is_ready = bool(self.secret.value) and (self._what == SUPABASE_KEY or bool(self.email_field.text().strip()))
        is_ready = is_ready and (self.key is None or bool(self.key.value))
        self.sign_in_button.setEnabled(is_ready and not self._is_trying)
