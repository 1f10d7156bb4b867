"""What a walking process does, and the words in which it is asked and answers."""

from __future__ import annotations

import contextlib
import gc
import marshal
import sys
from typing import IO, cast

from core.uploads.scanning.folders import Branch, Found, ScanRules
from core.uploads.scanning.names import KeyRules
from core.uploads.scanning.obstacles import Trouble
from core.uploads.scanning.sieve import Orders, Sieve, Sifted

_MARK = b"walk"
"""What comes before everything that is said: a program that is none of ours says something else."""
_LENGTH_BYTES = 4
_new = tuple.__new__


class Broken(Exception):
    """The other side is gone, or says what nobody understands."""


def serve() -> None:
    """Reads folders as it is asked on standard input, answers on standard output, and ends with that or with whoever
    asks."""
    gc.disable()  # it makes no cycles, and would be looked through for them all the time
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    with contextlib.suppress(Broken, OSError):
        sieve = Sieve(_orders(_take(asked)))
        while True:
            say_answer(answers, sieve.walk(cast(Branch, _take(asked))))


def say_orders(into: IO[bytes], orders: Orders) -> None:
    """The first thing a walker is told."""
    rules, keys = orders.rules, orders.rules.keys
    signs = (keys.signs, keys.part_bytes, keys.key_bytes)
    _put(into, (rules.images, rules.stats, signs, rules.others, orders.tracker, orders.root))


def say_branch(into: IO[bytes], branch: Branch) -> None:
    """What it is to read next."""
    _put(into, branch)


def say_answer(into: IO[bytes], sifted: Sifted) -> None:
    """What it has read."""
    plain = ([tuple(one) for one in sifted.found], [tuple(one) for one in sifted.troubles], *sifted[2:])
    _put(into, plain)


def take_answer(out: IO[bytes]) -> Sifted:
    """What a walker has read. Raises `Broken`, `OSError`."""
    try:
        found, troubles, *others = cast(tuple[list[Found], list[Trouble], object], _take(out))
        read = [_new(Found, one) for one in found]
        return Sifted(read, [Trouble(*one) for one in troubles], *others)  # type: ignore[arg-type]
    except (TypeError, ValueError) as exc:
        raise Broken from exc


def _orders(said: object) -> Orders:
    images, stats, signs, others, tracker, root = cast(
        tuple[tuple[str, ...], str, tuple[str, int, int], tuple[str, ...], str, int], said
    )
    return Orders(ScanRules(images, stats, KeyRules(*signs), others), tracker, root)


def _put(into: IO[bytes], what: object) -> None:
    data = marshal.dumps(what)  # type: ignore[arg-type]
    into.write(_MARK + len(data).to_bytes(_LENGTH_BYTES, "big") + data)
    into.flush()


def _take(out: IO[bytes]) -> object:
    head = out.read(len(_MARK) + _LENGTH_BYTES)
    if len(head) < len(_MARK) + _LENGTH_BYTES or not head.startswith(_MARK):
        raise Broken
    data = out.read(int.from_bytes(head[len(_MARK) :], "big"))
    try:
        return marshal.loads(data)
    except (EOFError, ValueError, TypeError) as exc:
        raise Broken from exc
