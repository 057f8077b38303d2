"""Where files lie: in pieces in PostgreSQL (docs/adr/0008)."""

import zlib
from uuid import UUID

from mailwarden.core.db import reader
from mailwarden.core.runtime import Runtime
from mailwarden.exports import queries


async def parts_of(rt: Runtime, org_id: UUID, export_id: UUID, number: int) -> bytes:
    async with reader(rt.sessions, org_id) as tx:
        return zlib.decompress(await queries.get_part(tx, org_id, export_id, number))
