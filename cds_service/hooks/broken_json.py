"""What is wrong with a body that is no JSON, and where: a place in the text, never a piece of it."""

from __future__ import annotations

import re

MARKS = (b"\xff\xfe", b"\xfe\xff")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_PLACE = re.compile(r"JSON is malformed: ([^()]{1,60}) \(byte (\d+)\)")


def what_is_broken(body: bytes, error: Exception) -> str:
    """A sentence for the one who wrote the client, from the decoder's ``error``; lines and columns count from 1."""
    if not body.strip():
        return "the body is empty; a JSON object is expected"
    if body.startswith(MARKS):
        return "the body is not valid JSON (UTF-8): it looks like UTF-16 or UTF-32"
    if body.startswith(BYTE_ORDER_MARK):
        return "the body is not valid JSON (UTF-8): it begins with a byte order mark"
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as unreadable:
        return f"the body is not valid JSON (UTF-8): {_place(body, unreadable.start)} is not UTF-8"
    if isinstance(error, RecursionError):
        return "the body is not valid JSON (UTF-8): it is nested too deeply"
    found = _PLACE.fullmatch(str(error))
    if found is not None:
        return f"the body is not valid JSON (UTF-8): {found[1]} at {_place(body, int(found[2]))}"
    return "the body is not valid JSON (UTF-8): it ends too early, or a text in it is broken"


def _place(body: bytes, offset: int) -> str:
    before = body[:offset]
    return f"line {before.count(10) + 1}, column {offset - before.rfind(10)}"
