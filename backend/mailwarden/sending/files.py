"""Attachments: what they are called is made harmless, what they hold lies sealed."""

import base64
import mimetypes
import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath

from sqlalchemy import select

from mailwarden.connections.sending import sender_for
from mailwarden.core.crypto import Place
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import Conflict, Invalid
from mailwarden.core.ids import new_id
from mailwarden.core.mime import MEDIA_TYPE
from mailwarden.core.runtime import Runtime
from mailwarden.providers.outgoing import LARGEST_FILES, MOST_FILES
from mailwarden.sending.models import Message, MessageFile
from mailwarden.sending.schemas import FileOut

UNKNOWN = "application/octet-stream"
NAME_MOST = 120
# Controls, what turns the direction of reading, and what separates or means something to a file system or a shell.
UNSAFE = re.compile(r"[^\w .()+,@=-]")


class FilesRefused(Invalid):
    code, title = "attachments_refused", "These files cannot be attached"


def clean_name(name: str) -> str:
    """The last part of a path, in plain characters. Its ending stays: by it people and programs know what it is."""
    last = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    plain = " ".join(UNSAFE.sub("_", last).split()).strip(". ")
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 20:
        return plain[:NAME_MOST] or "file"
    return f"{stem[: NAME_MOST - len(ending) - 1].rstrip('. ') or 'file'}.{ending}"


def media_type_of(name: str) -> str:
    guessed, packed = mimetypes.guess_type(name, strict=True)
    return guessed if guessed and not packed and MEDIA_TYPE.fullmatch(guessed) else UNKNOWN


def add_file(
    rt: Runtime, tx: UnitOfWork, message: Message, known: Sequence[FileOut], name: str, content: bytes
) -> MessageFile:
    """Raises FilesRefused."""
    if len(known) >= MOST_FILES:
        raise FilesRefused(f"At most {MOST_FILES} files go with one mail.")
    if sum(one.size for one in known) + len(content) > LARGEST_FILES:
        raise FilesRefused(f"The files of one mail may have {LARGEST_FILES >> 20} MiB together.")
    shown = clean_name(name)
    file = MessageFile(id=new_id(), org_id=message.org_id, message_id=message.id, name=shown, size=len(content))
    file.media_type = media_type_of(shown)
    place = Place(MessageFile.__tablename__, "content", file.org_id, file.id)
    file.content = rt.keys.seal(base64.b64encode(content).decode(), place)
    tx.session.add(file)
    return file


async def list_files(tx: UnitOfWork, message: Message) -> list[FileOut]:
    """Without their content."""
    columns = (MessageFile.id, MessageFile.name, MessageFile.media_type, MessageFile.size)
    mine = (MessageFile.org_id == message.org_id, MessageFile.message_id == message.id)
    found = await tx.session.execute(select(*columns).where(*mine).order_by(MessageFile.id))
    return [FileOut(id=row.id, name=row.name, media_type=row.media_type, size=row.size) for row in found]


def check_files(files: Sequence[FileOut], provider: str) -> None:
    """Raises Conflict where this provider takes fewer or smaller ones."""
    sends = sender_for(provider)
    fit = len(files) <= sends.most_files and all(one.size <= sends.largest_file for one in files)
    if not fit or sum(one.size for one in files) > sends.largest_together:
        each, together = f"{sends.largest_file >> 20} MiB", f"{sends.largest_together >> 20} MiB"
        text = f"From this account at most {sends.most_files} files of {each} each and {together} together can be sent."
        raise Conflict(text, code="attachments_refused")
