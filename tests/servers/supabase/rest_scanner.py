"""Reads a text from left to right: names, quoted values, and the place where it does not fit."""

from __future__ import annotations

import re

from tests.servers.supabase.rest_errors import RestError

_WORDS = re.compile(r"[\w $]+")


class Scanner:
    """Where we are in a text; everything it reads it moves past, and what does not fit it refuses with the place."""

    def __init__(self, what: str, text: str) -> None:
        self.what = what
        self.text = text
        self.place = 0

    @property
    def at_end(self) -> bool:
        return self.place >= len(self.text)

    def sees(self, literal: str) -> bool:
        return self.text.startswith(literal, self.place)

    def take(self, literal: str) -> bool:
        """Move past the literal, if it is next."""
        if not self.sees(literal):
            return False
        self.place += len(literal)
        return True

    def match(self, pattern: re.Pattern[str]) -> str:
        """Move past what the pattern finds here; "" if nothing."""
        found = pattern.match(self.text, self.place)
        if found is None:
            return ""
        self.place = found.end()
        return found.group()

    def need(self, literal: str) -> None:
        if not self.take(literal):
            raise self.refusal(f'"{literal}"')

    def skip_blanks(self) -> None:
        while not self.at_end and self.text[self.place] in " \t":
            self.place += 1

    def refusal(self, expected: str) -> RestError:
        """PGRST100 in the words of PostgREST: where, what stands there, what was expected."""
        found = "end of input" if self.at_end else f'"{self.text[self.place]}"'
        message = f'"failed to parse {self.what} ({self.text})" (line 1, column {self.place + 1})'
        return RestError("PGRST100", message, details=f"unexpected {found} expecting {expected}")

    def end(self) -> None:
        if not self.at_end:
            raise self.refusal("end of input")


def read_quoted(scanner: Scanner) -> str | None:
    """A value in double quotes, where a backslash takes the next character as it is; None if there is none here."""
    start = scanner.place
    if not scanner.take('"'):
        return None
    read: list[str] = []
    while not scanner.at_end:
        character = scanner.text[scanner.place]
        scanner.place += 1
        if character == '"':
            return "".join(read)
        if character == "\\":
            if scanner.at_end:
                break
            character = scanner.text[scanner.place]
            scanner.place += 1
        read.append(character)
    scanner.place = start
    return None


def read_dashed(scanner: Scanner, part: re.Pattern[str], expected: str) -> str:
    """Words joined by dashes, where a dash is not the beginning of an arrow."""
    words = [scanner.match(part).strip()]
    if not words[0]:
        raise scanner.refusal(expected)
    while scanner.sees("-") and not scanner.sees("->"):
        scanner.place += 1
        word = scanner.match(part).strip()
        if not word:
            raise scanner.refusal(expected)
        words.append(word)
    return "-".join(words)


def read_name(scanner: Scanner) -> str:
    """The name of a column: quoted, or letters, digits, spaces, _ $ and single dashes."""
    quoted = read_quoted(scanner)
    if quoted is not None:
        return quoted
    return read_dashed(scanner, _WORDS, "field name (* or [a..z0..9_$])")


def read_words(scanner: Scanner) -> str:
    """The name of a type or of a language: letters, digits, spaces, _ and $."""
    words = scanner.match(_WORDS).strip()
    if not words:
        raise scanner.refusal("letter or digit")
    return words
