from datetime import datetime
from uuid import UUID

from mailwarden.core.db import UnitOfWork
from mailwarden.core.ids import format_id
from mailwarden.core.paging import BadCursor, Page, PageQuery
from mailwarden.core.runtime import Runtime
from mailwarden.exports.models import Export
from mailwarden.exports.queries import list_exports
from mailwarden.exports.schemas import ExportOut

SCOPE = "exports"


def path_of(export_id: UUID) -> str:
    return f"/v1/exports/{format_id('exp', export_id)}"


def export_out(row: Export) -> ExportOut:
    shared = {name: getattr(row, name) for name in ExportOut.model_fields if hasattr(row, name)}
    shared["sha256"] = row.sha256.hex() if row.sha256 else None
    shared["progress"] = _progress(row)
    shared["download_path"] = f"{path_of(row.id)}/file" if row.status == "ready" else None
    return ExportOut.model_validate(shared)


def _progress(row: Export) -> float | None:
    if row.status == "ready":
        return 1.0
    if row.rows_estimated is None:
        return None
    return min(1.0, row.rows_done / row.rows_estimated) if row.rows_estimated else 1.0


async def export_page(rt: Runtime, tx: UnitOfWork, org_id: UUID, page: PageQuery) -> Page[ExportOut]:
    after = None
    if page.cursor is not None:
        try:
            at, last = rt.cursors.decode(org_id, SCOPE, page.cursor)
            after = (datetime.fromisoformat(at), UUID(last))
        except (TypeError, ValueError) as exc:
            raise BadCursor("Start again without a cursor.") from exc
    rows = await list_exports(tx, org_id, page.limit + 1, after)
    shown, more = rows[: page.limit], len(rows) > page.limit
    last_shown = [shown[-1].created_at.isoformat(), str(shown[-1].id)] if more else None
    cursor = rt.cursors.encode(org_id, SCOPE, last_shown) if last_shown else None
    return Page(data=[export_out(row) for row in shown], has_more=more, next_cursor=cursor)
