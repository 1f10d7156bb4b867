"""The command `bucketdesk-cli`: reads the command line, runs the command, and turns every end into an exit code."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import traceback
from collections.abc import Sequence

import typer

from core.cli.asked import Asked, take_out
from core.cli.terminal import Terminal
from core.errors import CoreError
from core.log import log_file, mask, start_log

_log = logging.getLogger(__name__)
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. 0 done, 1 failed or partly failed, 2 wrong usage, 3 refused by a guard, 130 interrupted."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    terminal = Terminal("--json" in words)
    try:
        start_log()
        asked, rest = take_out(words)
        asked.profile_name  # noqa: B018 — two projects at once are wrong whatever the command
        return _run(asked, rest, terminal)
    except CoreError as error:
        terminal.fail(error.kind, error.message, error.hint)
        return error.exit_code
    except (KeyboardInterrupt, asyncio.CancelledError):
        terminal.fail(
            "interrupted",
            "Interrupted: what was under way is in order.",
            "Say the same again, and it goes on from there.",
        )
        return INTERRUPTED
    except BrokenPipeError:
        # whoever read our output has seen enough; Python must not complain about it at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        return _fault(error, "--debug" in words, terminal)


def _run(asked: Asked, rest: list[str], terminal: Terminal) -> int:
    from core.cli.commands import command
    from core.cli.session import Session

    if not rest and not terminal.as_json:
        command(["--help"], standalone_mode=False, prog_name="bucketdesk-cli")
        return 2
    try:
        code = command(rest, standalone_mode=False, prog_name="bucketdesk-cli", obj=Session(asked, terminal))
    except typer.TyperException as error:
        path = getattr(getattr(error, "ctx", None), "command_path", "bucketdesk-cli")  # of the command that was meant
        hint = f"{path} --help shows how to ask."
        sentence = error.format_message().replace(": Value error, ", ": ")  # pydantic's words, which say nothing
        terminal.fail("usage" if error.exit_code == 2 else "failed", sentence, hint)
        return error.exit_code
    except typer.Abort:
        raise KeyboardInterrupt from None
    if code == INTERRUPTED:  # what typer makes of Ctrl-C
        raise KeyboardInterrupt
    return code if isinstance(code, int) else 0


def _fault(error: Exception, debug: bool, terminal: Terminal) -> int:
    """What nobody foresaw: a sentence for the person, the details for whoever mends it."""
    _log.error("Unforeseen", exc_info=error)
    if debug:
        print(mask("".join(traceback.format_exception(error))), file=sys.stderr, end="")
    terminal.fail(
        "fault",
        f"This is a fault of Bucketdesk itself: {type(error).__name__}: {mask(str(error))}.",
        f"The details are in {log_file()}.",
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
