"""The system libraries that Qt loads on Linux: prints the Debian packages of those that are missing.

`libraries.py screen` prints nothing, and ends with 0 where a window can be opened and with 1 where not.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

# By library and not by package: the packages are called otherwise elsewhere (libglib2.0-0t64), the libraries are not.
PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
FONTS = "fonts-noto-core"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/run/current-system")
OPEN_A_WINDOW = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_fonts() -> bool:
    folders = [Path(name).expanduser() for name in FONT_FOLDERS]
    return any(next(folder.rglob(f"*.{ending}"), None) for folder in folders for ending in ("ttf", "otf", "ttc"))


def missing_packages() -> list[str]:
    """The Debian packages that the offscreen picture or the window would fail without."""
    missing = [package for library, package in PACKAGES.items() if not _loads(library)]
    return missing if _has_fonts() else [*missing, FONTS]


def has_screen() -> bool:
    """Whether a window can really be opened: a variable may name a display that is long gone."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    tried = subprocess.run([sys.executable, "-c", OPEN_A_WINDOW], capture_output=True, timeout=30, check=False)
    return tried.returncode == 0


if __name__ == "__main__":
    if sys.argv[1:] == ["screen"]:
        sys.exit(0 if has_screen() else 1)
    print(*missing_packages())
