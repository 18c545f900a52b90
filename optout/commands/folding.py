"""Fold what a person reads to the width of their terminal, between words and nowhere else."""

import os
import re
from typing import TextIO

import click

NARROWEST = 30  # columns; below it, folding helps nobody
USUAL = 80  # columns of a terminal that does not say how many it has
KEPT = "\0"  # stands for a blank that belongs to a word; no path holds one

# What is quoted with backticks is to be copied, and stays in one piece like a word.
_WORD = re.compile(r"`[^`]+`\S*|\S+")
_GAP = re.compile(r"(?<=\S) {2,}(?=\S)")


def whole(text: object) -> str:
    """Given a text, a path for one, return it such that it is not broken at its blanks; see `restored`."""
    return str(text).replace(" ", KEPT)


def restored(text: str) -> str:
    """Given a text with parts that `whole` gave, return it as it is to be read."""
    return text.replace(KEPT, " ")


def width(stream: TextIO) -> int | None:
    """Given an output stream, return the columns of its terminal, or None if it is none or a narrow one."""
    if not stream.isatty():
        return None
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    columns = columns or USUAL
    return columns if columns >= NARROWEST else None


def folded(text: str, columns: int) -> str:
    """Given a text and a width, return it with each line that is longer folded, what follows indented.

    A label (a mark, a name) that two blanks part from the sentence stands alone in front. A word that is
    longer than the line, as a path or a hash, is left whole.
    """
    return "\n".join(_fold(line, columns) for line in text.split("\n"))


def _fold(line: str, columns: int) -> str:
    if _length(line) <= columns:
        return line
    lead = re.match(r" *", line)
    begin = lead.end() if lead else 0
    gap = next((gap.end() for gap in _GAP.finditer(line) if _length(line[: gap.end()]) <= columns // 3), None)
    first = gap or begin
    indent = " " * (_length(line[:gap]) if gap else begin or 2)
    lines, current = [], line[:first]
    empty = True
    for found in _WORD.finditer(line, first):
        word = found[0]
        if not empty and _length(current) + 1 + _length(word) > columns:
            lines.append(current)
            current, empty = indent, True
        current += word if empty else f" {word}"
        empty = False
    return "\n".join([*lines, current])


def _length(text: str) -> int:
    return len(click.unstyle(text))
