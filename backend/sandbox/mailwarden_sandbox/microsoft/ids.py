"""Graph's ids of messages and folders. The common ones change when a message is moved; immutable ones do not."""

import re
from zlib import crc32

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.data.mailbox import DRAFTS, INBOX, JUNK, SENT, TRASH, Mailbox, Message

WELL_KNOWN = {"inbox": INBOX, "sentitems": SENT, "drafts": DRAFTS, "deleteditems": TRASH, "junkemail": JUNK}
_NAMES = {INBOX: "Inbox", SENT: "Sent Items", DRAFTS: "Drafts", TRASH: "Deleted Items", JUNK: "Junk Email"}
_COMMON = re.compile(r"AAMkADc([0-9a-f]{16})([0-9a-f]{8})AAA=")
_IMMUTABLE = re.compile(r"AAkALg([0-9a-f]{16})AAAAAAA=")


def _mark(folder: str) -> str:
    return f"{crc32(folder.encode()):08x}"


def wants_immutable(call: Call) -> bool:
    return 'idtype="immutableid"' in call.headers.get("prefer", "").lower()


def message_id(call: Call, key: str, folder: str) -> str:
    return f"AAkALg{key}AAAAAAA=" if wants_immutable(call) else common_id(key, folder)


def common_id(key: str, folder: str) -> str:
    return f"AAMkADc{key}{_mark(folder)}AAA="


def find(mailbox: Mailbox, told: str) -> Message | None:
    """An id of the common kind finds nothing once its message was moved."""
    if match := _IMMUTABLE.fullmatch(told):
        return mailbox.get(match[1])
    match = _COMMON.fullmatch(told)
    found = mailbox.get(match[1]) if match else None
    return found if found and match and match[2] == _mark(found.folder) else None


def folder_id(folder: str) -> str:
    return f"AQMkADc{_mark(folder)}AAAA"


def find_folder(mailbox: Mailbox, told: str) -> str | None:
    """By well-known name or by id."""
    if told.lower() in WELL_KNOWN:
        return WELL_KNOWN[told.lower()]
    return next((folder for folder in mailbox.folders() if folder_id(folder) == told), None)


def display_name(folder: str) -> str:
    return _NAMES.get(folder, folder)
