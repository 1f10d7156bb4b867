"""The system libraries that Qt loads on Linux: prints the Debian packages of those that are missing."""

from __future__ import annotations

import ctypes
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


if __name__ == "__main__":
    print(*missing_packages())
