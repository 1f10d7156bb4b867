"""The application: /storage/v1, /rest/v1 and /auth/v1 of one project behind its gateway, and faults before it all."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp

from tests.servers.supabase.auth import auth_routes
from tests.servers.supabase.faults import Faults
from tests.servers.supabase.gateway import Gateway
from tests.servers.supabase.proxy import PREFIX, StorageProxy
from tests.servers.supabase.rest import rest_routes
from tests.servers.supabase.storage_routes import storage_routes
from tests.servers.supabase.trouble import Trouble, reachable
from tests.servers.supabase.world import World


def make_app(world: World, faults: Faults) -> ASGIApp:
    """The whole stand-in for one project."""

    proxy = StorageProxy(world.settings.storage_url) if world.settings.storage_url else None

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with world.database, proxy or contextlib.nullcontext():
            yield

    services = (rest_routes, auth_routes)
    routes: list[BaseRoute] = [route for service in services for route in service(world.database, world.settings)]
    storage: list[BaseRoute] = [Mount(PREFIX, app=proxy)] if proxy else storage_routes()
    app = Starlette(routes=[*storage, *routes], lifespan=lifespan)
    app.router.redirect_slashes = False
    app.state.world = world
    return reachable(Gateway(Trouble(app, faults), world.settings, world.requests))
