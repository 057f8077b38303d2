"""`mailwarden refund org_…`: what support answers a request with."""

from typing import Annotated
from uuid import UUID

import typer

from mailwarden.billing.models import Invoice
from mailwarden.billing.refunds import give_back, left_of
from mailwarden.cli.commands import app, fail, out, with_runtime
from mailwarden.core.errors import AppError
from mailwarden.core.ids import parse_id
from mailwarden.core.runtime import Runtime


@app.command()
def refund(organization: Annotated[str, typer.Argument(help="Id of the organization, org_….")]) -> None:
    """Give back what it paid within the last 14 days, and end the subscription now."""
    try:
        org_id: UUID = parse_id("org", organization)
        rows = with_runtime(lambda runtime: _give_back(runtime, org_id))
    except (AppError, ValueError) as exc:
        raise fail(str(exc)) from exc
    for row in rows:
        out.print(f"{left_of(row) / 100:.2f} {row.currency.upper()} of invoice {row.number} go back to the payer.")


async def _give_back(runtime: Runtime, org_id: UUID) -> list[Invoice]:
    return await give_back(runtime, org_id)
