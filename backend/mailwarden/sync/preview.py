"""What a disconnect does, told before the click."""

from mailwarden.connections.models import Connection
from mailwarden.connections.present import FREQUENCY_WORDS, provider_label
from mailwarden.connections.rules import Frequency, Purpose, Status
from mailwarden.connections.schemas import DisconnectPreview, PreviewLine
from mailwarden.connections.slots import slot_of
from mailwarden.connections.usability import is_supported
from mailwarden.core.db import UnitOfWork
from mailwarden.mailboxes.stakes import campaigns_at_stake
from mailwarden.mailboxes.ways import keeps_of, resets_of, ways_of
from mailwarden.metrics.queries import count_of_connection
from mailwarden.sync.queries import find_open_run

RECONNECT = "If the account only stopped working, use Reconnect: it keeps every setting and needs no disconnect."
AGAIN = "Connect the same account again at any time; what it held is found again."


async def preview_disconnect(tx: UnitOfWork, connection: Connection) -> DisconnectPreview:
    kept = await count_of_connection(tx.session, connection.org_id, connection.id)
    slot = await slot_of(tx, connection.org_id, connection.id)
    pauses = await campaigns_at_stake(tx, connection)
    return DisconnectPreview(
        connection_id=connection.id,
        stops=await _stops(tx, connection),
        resets=resets_of(slot),
        pauses=pauses,
        recipients_at_stake=sum(one.recipients for one in pauses),
        ways=ways_of(connection, slot, len(pauses)),
        slot_number=slot.number if slot else None,
        keeps=[*keeps_of(slot), *_keeps(connection, kept)],
        campaigns_kept=kept,
        advice=RECONNECT if connection.status in (Status.INACTIVE, Status.VERIFYING) else AGAIN,
    )


def _syncs(connection: Connection) -> bool:
    return is_supported(connection.provider, Purpose.SYNC)


def _keeps(connection: Connection, campaigns: int) -> list[PreviewLine]:
    history = PreviewLine(title="Connection history", detail="Every change of status stays on record.")
    if not _syncs(connection):
        return [history]
    return [
        PreviewLine(title="Campaigns and figures", detail=f"{campaigns:,} campaigns stay readable and unchanged."),
        PreviewLine(title="Sync settings", detail="Sync frequency and history range stay as they are."),
        PreviewLine(title="Sync history", detail="Every run stays in the log."),
        history,
    ]


async def _stops(tx: UnitOfWork, connection: Connection) -> list[PreviewLine]:
    label = provider_label(connection.provider)
    access = PreviewLine(title="Our access", detail=f"We stop using the authorization at {label} at once.")
    if not _syncs(connection):
        return [access]
    how_often = FREQUENCY_WORDS[Frequency(connection.sync_frequency)].lower()
    planned = f"No sync ({how_often}) of {connection.account_label} starts any more."
    lines = [PreviewLine(title="Scheduled sync", detail=planned), access]
    if await find_open_run(tx, connection.org_id, connection.id) is not None:
        lines.insert(0, PreviewLine(title="The running sync", detail="It ends now; what it has stored so far stays."))
    return lines
