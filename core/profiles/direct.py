"""The address of a direct Postgres connection, with its password taken out."""

from __future__ import annotations

import re
from urllib.parse import unquote

_URL = re.compile(r"(?i)(?P<scheme>postgres(?:ql)?://)(?:(?P<user>[^/?#@]*?)(?::(?P<password>.*))?@)?(?P<rest>[^@]*)")
_IN_QUERY = re.compile(r"(?i)(?P<before>[?&])password=(?P<password>[^&#]*)(?P<after>&?)")
_IN_WORDS = re.compile(r"(?i)(?:^|(?<=\s))password\s*=\s*(?:'(?P<quoted>(?:[^'\\]|\\.)*)'|(?P<bare>\S*))\s*")


def parted(address: str) -> tuple[str, str | None]:
    """The address without its password, and the password, None where there is none: of a URL (`postgresql://…`) and
    of keywords (`host=… user=…`). Nothing of it is checked otherwise."""
    address = address.strip()
    found = _URL.fullmatch(address)
    if found is None:
        words = _IN_WORDS.search(address)
        if words is None:
            return address, None
        value = words["bare"] if words["quoted"] is None else re.sub(r"\\(.)", r"\1", words["quoted"])
        return _IN_WORDS.sub("", address).strip(), value or None
    password = found["password"]
    user = "" if found["user"] is None else f"{found['user']}@"
    rest = found["rest"]
    if in_query := _IN_QUERY.search(rest):
        password = password or in_query["password"]
        rest = _IN_QUERY.sub(lambda m: m["before"] if m["after"] else "", rest)
    return f"{found['scheme']}{user}{rest}", unquote(password) if password else None
