"""How to reach a Supabase project: its address, who signs in and with what, and the direct Postgres connection."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from core.errors import CoreError
from core.prefill import Prefill
from core.profiles import KEY, PASSWORD, Supabase, normal_address
from core.secrets import POSTGRES_PASSWORD, SUPABASE_KEY, SUPABASE_PASSWORD
from core.sign_in import KeyKind, clean_key, key_kind
from gui.desk import Desk
from gui.profiles.notice import Notice
from gui.profiles.postgres_field import PostgresField
from gui.profiles.radios import bind_together, choose
from gui.profiles.secret_field import SecretField
from gui.theme import GAP, GAP_TINY
from gui.widgets.text import Text


class ConnectionForm(QWidget):
    """`changed` says that the connection is another one now, `entered` that the person wants it tried."""

    changed = Signal()
    entered = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        icons = desk.icons
        self.url_field = self._line(self.tr("Address of the project"), "https://abcdefghijklmnopqrst.supabase.co")
        self.url_field.editingFinished.connect(self.check_address)
        self.url_notice = Notice(icons)
        self.key_button = QRadioButton(self.tr("With a secret key, which may do everything"))
        self.password_button = QRadioButton(self.tr("As a person, with e-mail and password"))
        self._ways = bind_together(self, self.key_button, self.password_button)
        self.key_button.toggled.connect(self._update)
        self.key = SecretField("", icons)
        self.key_notice = Notice(icons)
        self.email_field = self._line(self.tr("E-mail"), self.tr("you@example.com"))
        self.password = SecretField(self.tr("Password"), icons)
        self.direct_box = QCheckBox(self.tr("Also connect to its Postgres directly (to set up the database)"))
        self.direct_box.setToolTip(self.tr("Not needed for looking, cleaning up or uploading"))
        self.direct_box.toggled.connect(self._update)
        self.postgres_field = PostgresField(self.tr("Address of the database"))
        self.postgres_field.textChanged.connect(self.changed)
        self.postgres_field.returnPressed.connect(self.entered)
        self.postgres_password = SecretField(self.tr("Password of the database"), icons)
        self.postgres_field.password_found.connect(self.postgres_password.replace_with)
        self.secrets = {
            SUPABASE_KEY: self.key,
            SUPABASE_PASSWORD: self.password,
            POSTGRES_PASSWORD: self.postgres_password,
        }
        self.key.changed.connect(self._check_key)
        for secret in self.secrets.values():
            secret.changed.connect(self.changed)
            secret.entered.connect(self.entered)
        self._lay_out()
        self._update()

    @property
    def sign_in(self) -> str:
        """`key` or `password`, as profiles say it."""
        return PASSWORD if self.password_button.isChecked() else KEY

    @property
    def typed_secrets(self) -> dict[str, str]:
        """The secrets that were typed and are of use for the chosen way."""
        wanted = {SUPABASE_KEY}
        wanted |= {SUPABASE_PASSWORD} if self.sign_in == PASSWORD else set()
        wanted |= {POSTGRES_PASSWORD} if self.direct_box.isChecked() else set()
        return {what: field.value for what, field in self.secrets.items() if what in wanted and field.value}

    def supabase(self) -> Supabase:
        """The part of a profile that stands here. Raises `BadProfile` when the address can be no project's."""
        return Supabase(
            url=normal_address(self.url_field.text()),
            sign_in=self.sign_in,
            email=self.email_field.text().strip() if self.sign_in == PASSWORD else "",
            postgres=self.postgres_field.address if self.direct_box.isChecked() else "",
        )

    def show_supabase(self, found: Supabase) -> None:
        """Shows what a profile says; secrets are told about with `say_kept` of their fields."""
        self.url_field.setText(found.url)
        choose(self._ways, self.password_button if found.sign_in == PASSWORD else self.key_button)
        self.email_field.setText(found.email)
        self.direct_box.setChecked(bool(found.postgres))
        self.postgres_field.setText(found.postgres)
        self._update()

    def fill(self, found: Prefill) -> None:
        """Takes what the environment or a file says; what it does not say stays as it is."""
        if found.url:
            self.url_field.setText(found.url)
            self.url_notice.say("")
        if found.key or found.public_key:
            choose(self._ways, self.key_button if found.key else self.password_button)
            self.key.replace_with(found.key or found.public_key)
        if found.postgres:
            self.direct_box.setChecked(True)
            self.postgres_field.setText(found.postgres)
        if found.postgres_password:
            self.postgres_password.replace_with(found.postgres_password)
        self._update()

    def missing(self) -> str:
        """What is still wanted before the connection can be tried; '' when nothing is."""
        if not self.url_field.text().strip():
            return self.tr("Paste the address of the project.")
        if not self.key.is_there:
            return self.tr("Paste the key.") if self.sign_in == KEY else self.tr("Paste the publishable key.")
        if self.sign_in == PASSWORD and not self.email_field.text().strip():
            return self.tr("Type the e-mail address you sign in with.")
        if self.sign_in == PASSWORD and not self.password.is_there:
            return self.tr("Type the password you sign in with.")
        if self.direct_box.isChecked() and not self.postgres_field.address:
            return self.tr("Paste the address of the database, or leave the direct connection out.")
        return ""

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_TINY)
        self._add(column, self.url_field)
        column.addWidget(self.url_notice)
        column.addSpacing(GAP)
        column.addWidget(Text(self.tr("Sign in"), "strong"))
        column.addWidget(self.key_button)
        column.addWidget(self.password_button)
        column.addSpacing(GAP)
        column.addWidget(self.key)
        column.addWidget(self.key_notice)
        self._person = QWidget()
        inner = QVBoxLayout(self._person)
        inner.setContentsMargins(0, GAP - GAP_TINY, 0, 0)
        inner.setSpacing(GAP_TINY)
        self._add(inner, self.email_field)
        inner.addSpacing(GAP)
        inner.addWidget(self.password)
        column.addWidget(self._person)
        column.addSpacing(GAP)
        column.addWidget(self.direct_box)
        self._direct = QWidget()
        inner = QVBoxLayout(self._direct)
        inner.setContentsMargins(0, GAP_TINY, 0, 0)
        inner.setSpacing(GAP_TINY)
        self._add(inner, self.postgres_field)
        inner.addSpacing(GAP_TINY)
        inner.addWidget(self.postgres_password)
        column.addWidget(self._direct)

    def _add(self, column: QVBoxLayout, field: QLineEdit) -> None:
        label = Text(field.accessibleName(), "strong")
        label.setBuddy(field)
        column.addWidget(label)
        column.addWidget(field)

    def _line(self, name: str, example: str) -> QLineEdit:
        field = QLineEdit()
        field.setAccessibleName(name)
        field.setPlaceholderText(example)
        field.textChanged.connect(self.changed)
        field.returnPressed.connect(self.entered)
        return field

    def _update(self) -> None:
        is_person = self.sign_in == PASSWORD
        self._person.setVisible(is_person)
        self._direct.setVisible(self.direct_box.isChecked())
        self.key.say_title(self.tr("Publishable or anon key") if is_person else self.tr("Secret or service_role key"))
        self.key.field.setPlaceholderText("sb_publishable_…" if is_person else "sb_secret_…")
        self._check_key()
        self.changed.emit()

    def _check_key(self) -> None:
        """Says at once that a key is of the other kind than this way of signing in wants."""
        kind = key_kind(clean_key(self.key.value))
        text = ""
        if self.sign_in == KEY and kind in (KeyKind.PUBLISHABLE, KeyKind.ANON):
            text = self.tr("This is a publishable key: it may do nothing by itself. Paste a secret key, or sign in.")
        elif self.sign_in == PASSWORD and kind.opens_everything:
            text = self.tr("This is a secret key, which opens everything. Signing in wants the publishable one.")
        self.key_notice.say(text, "warning")

    def check_address(self) -> None:
        """Corrects the address that was pasted, or says what is wrong with it."""
        text = self.url_field.text().strip()
        try:
            address = normal_address(text) if text else ""
        except CoreError as error:
            self.url_notice.say_error(error)
            return
        self.url_notice.say("")
        if address != self.url_field.text():
            self.url_field.setText(address)
