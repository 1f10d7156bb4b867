"""Which language the window speaks; English has a file as well, for its plural forms."""

from __future__ import annotations

from importlib.resources import files

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QApplication


def translate(context: str, text: str, comment: str = "", n: int = -1) -> str:
    """A text in the language of the window, in its plural form for `n` when the text has `%Ln`."""
    return QCoreApplication.translate(context, text, comment, n)


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Marks a text that is declared here and translated where it is shown; lupdate looks for this very name."""
    del context
    return text


def use_language(app: QApplication) -> None:
    """Loads the translation of the system's language, else the English plural forms."""
    folder = str(files("resources") / "translations")
    translator = QTranslator(app)
    if translator.load(QLocale(), "bucketdesk", "_", folder) or translator.load("bucketdesk_en", folder):
        app.installTranslator(translator)
