"""Walks through a listing of the stand-in: ours, and the plain one that they are measured against."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable

from bench.standin import BUCKET, StandIn, stand_in
from core.clients.supabase.store import SupabaseStore

COUNT = 200_000
ROUNDS = 3


async def ours(store: SupabaseStore) -> int:
    """Every page through the port, in order; how many objects there were."""
    count, last, cursor = 0, "", None
    while True:
        page = await store.list_objects(BUCKET, cursor=cursor)
        keys = [last, *(item.key for item in page.items)]
        if keys != sorted(set(keys)):
            raise AssertionError(f"a page behind {last} is out of order")
        last = keys[-1]
        count += len(page.items)
        if (cursor := page.cursor) is None:
            return count


async def plain(at: StandIn) -> int:
    """What the documentation shows: supabase-py as it comes, list_v2 at 1,000 a page, one after another."""
    from supabase import AsyncClientOptions, acreate_client

    client = await acreate_client(at.url, at.key, AsyncClientOptions())
    count, cursor = 0, None
    while True:
        page = await client.storage.from_(BUCKET).list_v2({"limit": 1_000, **({"cursor": cursor} if cursor else {})})
        count += len(page.objects)
        cursor = page.nextCursor
        if not page.hasNext:
            break
    await client.storage.session.aclose()
    await client.auth.close()
    return count


async def timed(walk: Callable[[], Awaitable[int]]) -> float:
    """Seconds for one complete walk."""
    started = time.perf_counter()
    count = await walk()
    if count != COUNT:
        raise AssertionError(f"{count:,} of {COUNT:,} objects")
    return time.perf_counter() - started


async def compare(name: str, *, functions: bool, goal: float) -> int:
    """Prints our figure, its reference and the ratio, median of three, run in turn; 1 when the goal is missed."""
    with stand_in(COUNT) as at:
        store = await at.open(functions=functions)
        figures: list[float] = []
        references: list[float] = []
        for _ in range(ROUNDS):
            figures.append(await timed(lambda: ours(store)))
            references.append(await timed(lambda: plain(at)))
        await store.close()
    figure, reference = statistics.median(figures), statistics.median(references)
    print(f"{name}: {figure:.2f} s")
    print(f"   plain list_v2 of supabase-py, 1,000 a page: {reference:.2f} s")
    print(f"   ratio {figure / reference:.2f} (goal ≤ {goal:g})")
    return 0 if figure / reference <= goal else 1


def run(name: str, *, functions: bool, goal: float) -> int:
    """`compare`, for a script."""
    return asyncio.run(compare(name, functions=functions, goal=goal))
