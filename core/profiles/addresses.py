"""The address of a Supabase project as people paste it, brought into the one form it is kept in."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from core.errors import BadProfile

_REF = re.compile(r"[a-z]{20}")
_DASHBOARD = re.compile(r"/(?:dashboard/)?project/([a-z0-9]{4,40})(?:/|$)")
_DASHBOARD_HOSTS = ("supabase.com", "www.supabase.com", "app.supabase.com", "app.supabase.io", "supabase.io")
_HOSTED = re.compile(r"(?:db\.)?([a-z0-9-]+)(?:\.storage|\.functions|\.realtime)?\.supabase\.co")
_SERVICE = re.compile(r"/(?:rest|auth|storage|functions|realtime|graphql|pg-meta|analytics)(?:/v\d.*)?$", re.DOTALL)
_PORTS = {"http": 80, "https": 443}
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_HINT = "It looks like https://REF.supabase.co: Project Settings → Data API shows it."


def normal_address(text: str) -> str:
    """A project's address with scheme and host in lower case and without default port, trailing slash or the path of
    one of its services. The page of a project in the dashboard, a project's reference alone and its other hosts are
    corrected to it. Raises `BadProfile` with a sentence for what can be no project."""
    given = text.strip().strip("\"'<>").strip()
    if not given:
        raise BadProfile("The address of the project is missing.", _HINT)
    parts, port = _split(given)
    host = (parts.hostname or "").rstrip(".")
    if host in _DASHBOARD_HOSTS:
        page = _DASHBOARD.match(parts.path)
        if page is None:
            raise BadProfile(f"“{_shown(given)}” is Supabase's own site, not a project.", _HINT)
        return f"https://{page[1]}.supabase.co"
    if hosted := _HOSTED.fullmatch(host):
        return f"https://{hosted[1]}.supabase.co"
    path = _SERVICE.sub("", parts.path).rstrip("/")
    shown_host = f"[{host}]" if ":" in host else host
    shown_port = "" if port in (None, _PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{shown_host}{shown_port}{path}"


def reference_of(address: str) -> str:
    """The reference of a hosted project, as its keys carry it as well; '' for any other address."""
    hosted = _HOSTED.fullmatch(urlsplit(address).hostname or "")
    return hosted[1] if hosted else ""


def hosts_of(address: str) -> frozenset[str]:
    """Every host (and port) that URLs of this project may have: its own, that of its storage, and on this computer
    all names of this computer."""
    host = urlsplit(address).netloc.lower()
    name, colon, port = host.rpartition(":") if re.search(r":\d+$", host) else (host, "", "")
    found = {host}
    if name in _LOOPBACK:
        found.update(f"{other}{colon}{port}" for other in _LOOPBACK)
    if reference := reference_of(address):
        found.add(f"{reference}.storage.supabase.co")
    return frozenset(found)


def is_open_to_listeners(address: str) -> bool:
    """Whether keys and pictures would go unencrypted over a network: http to anywhere but this computer or a
    private network."""
    parts = urlsplit(address)
    if parts.scheme != "http" or parts.hostname in (None, "localhost"):
        return False
    try:
        return not ipaddress.ip_address(parts.hostname or "").is_private
    except ValueError:
        return "." in (parts.hostname or "")


def _split(given: str) -> tuple[SplitResult, int | None]:
    if _REF.fullmatch(given):
        given = f"https://{given}.supabase.co"
    if re.match(r"(?i)postgres(?:ql)?:", given):
        raise BadProfile(
            "That is the address of the project's database, not of the project.",
            "The project's own begins with https://; the database's goes where the direct connection is asked for.",
        )
    if "://" not in given:
        local = re.match(r"(?i)(?:localhost|127\.|\[::1\])", given)
        given = f"{'http' if local else 'https'}://{given}"
    refused = BadProfile(f"“{_shown(given)}” is not the address of a Supabase project.", _HINT)
    try:
        parts = urlsplit(given)
        port = parts.port
        host = parts.hostname
    except ValueError as exc:
        raise refused from exc
    if parts.username is not None or parts.password is not None:
        raise BadProfile("The address of a project holds no user or password.", "Leave out what stands before the @.")
    named = host is not None and (":" in host or re.fullmatch(r"[a-z0-9_.-]*[a-z0-9][a-z0-9_.-]*", host))
    if parts.scheme not in _PORTS or not named or re.search(r"\s", given):
        raise refused
    return parts, port


def _shown(given: str) -> str:
    """The address without what may be a secret in it."""
    bare = re.sub(r"//[^/]*@", "//", given).split("?")[0].split("#")[0]
    return bare if len(bare) <= 80 else bare[:79] + "…"
