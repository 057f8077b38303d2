"""`mailwarden restored`: the first thing to run after the database came back from a backup."""

from mailwarden.cli.commands import app, out, with_runtime
from mailwarden.core.db import unit_of_work
from mailwarden.core.rotate import listed
from mailwarden.core.runtime import Runtime
from mailwarden.outreach.restored import skip_due
from mailwarden.sending.restored import AT_ONCE, doubt_queued


@app.command()
def restored() -> None:
    """Keep mail from being sent twice after a restore of the database. Run it before any worker starts."""
    doubted, skipped = with_runtime(doubt_all)
    out.print(
        f"{doubted} waiting mails are looked for at their providers; {skipped} recipients of campaigns are skipped."
    )


async def doubt_all(rt: Runtime) -> tuple[int, int]:
    """Mails of unknown outcome, recipients skipped. Run again, it finds nothing more."""
    doubted = skipped = 0
    for org_id in await listed(rt.sessions, "list_organizations"):
        async with unit_of_work(rt.sessions, org_id) as tx:
            skipped += await skip_due(tx)
        count = AT_ONCE
        while count == AT_ONCE:
            async with unit_of_work(rt.sessions, org_id) as tx:
                count = await doubt_queued(rt, tx)
            doubted += count
    return doubted, skipped
