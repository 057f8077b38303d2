"""What FETCH, STORE and SEARCH say about messages."""

import email.parser
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from mailwarden_sandbox.data.mailbox import Message
from mailwarden_sandbox.imap.words import BadCommand, numbers

BODY = re.compile(
    r"(?:BODY(?:\.PEEK)?\[(?P<part>[^\]]*)\](?:<(?P<from>\d+)\.(?P<size>\d+)>)?|RFC822(?:\.HEADER)?)$", re.I
)
DATE = "%d-%b-%Y"


def fetched(number: int, message: Message, items: Sequence[str]) -> bytes:
    """One untagged FETCH answer."""
    parts = b" ".join(_item(message, item) for item in items if item not in "()")
    return b"* %d FETCH (%b)\r\n" % (number, parts)


def reads_body(items: Sequence[str]) -> bool:
    """Whether fetching these marks the message as seen."""
    return any(item.upper().startswith(("BODY[", "RFC822")) and "SIZE" not in item.upper() for item in items)


def _item(message: Message, item: str) -> bytes:
    name = item.upper()
    if name == "UID":
        return b"UID %d" % message.uid
    if name == "FLAGS":
        return f"FLAGS ({' '.join(sorted(message.flags))})".encode()
    if name == "INTERNALDATE":
        return f'INTERNALDATE "{datetime.fromtimestamp(message.at, UTC):%d-%b-%Y %H:%M:%S +0000}"'.encode()
    if name == "RFC822.SIZE":
        return b"RFC822.SIZE %d" % len(message.raw)
    match = BODY.match(item)
    if match is None:
        raise BadCommand(item)
    content = _section(message.raw, (match["part"] or ("HEADER" if name.endswith(".HEADER") else "")).upper())
    shown = item.upper().replace(".PEEK", "")
    if match["from"]:
        start = int(match["from"])
        content, shown = content[start : start + int(match["size"])], shown.rpartition(".")[0] + ">"
    return b"%b {%d}\r\n%b" % (shown.encode(), len(content), content)


def _section(raw: bytes, part: str) -> bytes:
    head, _, body = raw.partition(b"\r\n\r\n")
    if part in ("", "1"):
        return raw if part == "" else body
    if part == "TEXT":
        return body
    if part == "HEADER":
        return head + b"\r\n\r\n"
    if part.startswith("HEADER.FIELDS"):
        wanted = {word.strip("()") for word in part.split()[1:]}
        return _fields(head, wanted)
    raise BadCommand(part)


def _fields(head: bytes, wanted: set[str]) -> bytes:
    kept, keep = [], False
    for line in head.split(b"\r\n"):
        if not line.startswith((b" ", b"\t")):
            keep = line.partition(b":")[0].decode("ascii", "replace").upper() in wanted
        if keep:
            kept.append(line + b"\r\n")
    return b"".join(kept) + b"\r\n"


def found(messages: Sequence[Message], keys: Sequence[str]) -> list[Message]:
    """Those that fit all the search keys."""
    keys, chosen = [key for key in keys if key not in ("(", ")")], list(messages)
    while keys:
        chosen = _narrow(chosen, messages, keys)
    return chosen


def _narrow(chosen: list[Message], everything: Sequence[Message], keys: list[str]) -> list[Message]:
    """Takes one key, with its arguments, off the front of ``keys``."""
    key = keys.pop(0).upper()
    try:
        if key == "CHARSET":
            keys.pop(0)
            return chosen
        if key == "ALL":
            return chosen
        if key == "UID":
            uids = set(numbers(keys.pop(0), [m.uid for m in everything]))
            return [m for m in chosen if m.uid in uids]
        if key in ("SEEN", "UNSEEN", "DELETED", "UNDELETED", "DRAFT", "FLAGGED", "ANSWERED"):
            flag = "\\" + key.removeprefix("UN").capitalize()
            return [m for m in chosen if (flag in m.flags) != key.startswith("UN")]
        if key in ("SINCE", "BEFORE"):
            day = datetime.strptime(keys.pop(0), DATE).replace(tzinfo=UTC).timestamp()
            return [m for m in chosen if (m.at >= day) == (key == "SINCE")]
        name = keys.pop(0) if key == "HEADER" else key
        if key not in ("HEADER", "SUBJECT", "FROM", "TO"):
            raise BadCommand(key)
        value = keys.pop(0).lower()
    except (IndexError, ValueError) as error:
        raise BadCommand(key) from error
    return [m for m in chosen if value in _header(m.raw, name).lower()]


def _header(raw: bytes, name: str) -> str:
    return str(email.parser.BytesHeaderParser().parsebytes(raw).get(name, ""))
