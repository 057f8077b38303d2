from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from sqlalchemy import delete, select

from mailwarden.core.api import Reader, Rt, Tx, errors
from mailwarden.core.errors import NotFound
from mailwarden.core.ids import BundleId
from mailwarden.core.paging import Page, Paging
from mailwarden.core.runtime import Runtime
from mailwarden.diagnostics.access import Diagnostician, DiagnosticianWriting
from mailwarden.diagnostics.archive import archive, file_name
from mailwarden.diagnostics.bundle import expires_at, make_bundle
from mailwarden.diagnostics.models import SupportBundle
from mailwarden.diagnostics.pages import Log, log_page
from mailwarden.diagnostics.schemas import BundleItemOut, BundleOut, BundleRequest, RedactionOut

router = APIRouter(prefix="/v1/diagnostics/support-bundle", tags=["diagnostics"])
ZIP: dict[int | str, dict[str, Any]] = {200: {"content": {"application/zip": {}}, "description": "The zip file."}}


async def seen_bundle(bundle_id: BundleId, tx: Reader, caller: Diagnostician) -> SupportBundle:
    asked = select(SupportBundle).where(SupportBundle.org_id == caller.org_id, SupportBundle.id == bundle_id)
    found = await tx.session.scalar(asked)
    if found is None:
        raise NotFound("There is no such support bundle. They are deleted after some days.")
    return found


Seen = Annotated[SupportBundle, Depends(seen_bundle)]


def item_out(rt: Runtime, row: SupportBundle) -> BundleItemOut:
    return BundleItemOut(
        id=row.id,
        created_at=row.created_at,
        expires_at=expires_at(rt, row),
        created_by=row.created_by,
        provider=row.content.get("provider"),
        file_name=file_name(row),
        redacted=sum(one["count"] for one in row.redactions),
    )


def bundle_out(rt: Runtime, row: SupportBundle) -> BundleOut:
    shown = item_out(rt, row)
    parts = {name: getattr(shown, name) for name in BundleItemOut.model_fields}
    redactions = [RedactionOut.model_validate(one) for one in row.redactions]
    return BundleOut(**parts, content=row.content, redactions=redactions)


@router.post("", status_code=201, responses=errors(404))
async def create_support_bundle(body: BundleRequest, rt: Rt, tx: Tx, caller: DiagnosticianWriting) -> BundleOut:
    """Collects, redacts and stores; sends nothing to anybody. Look at the answer, then download it."""
    return bundle_out(rt, await make_bundle(rt, tx, caller, body))


@router.get("", responses=errors(400))
async def list_support_bundles(rt: Rt, tx: Reader, caller: Diagnostician, page: Paging) -> Page[BundleItemOut]:
    """Those not deleted yet, newest first."""
    row = SupportBundle
    asked = select(row).where(row.org_id == caller.org_id)
    log = Log("bundles", asked, row.created_at.expression, row.id.expression)
    return await log_page(rt, tx, caller.org_id, log, page, lambda found: item_out(rt, found[0]))


@router.get("/{bundle_id}", responses=errors(404))
async def get_support_bundle(row: Seen, rt: Rt) -> BundleOut:
    """What was collected, and the list of what was taken out."""
    return bundle_out(rt, row)


@router.get("/{bundle_id}/download", response_class=Response, responses=ZIP | errors(404))
async def download_support_bundle(row: Seen) -> Response:
    """The same as a zip file."""
    headers = {"Content-Disposition": f'attachment; filename="{file_name(row)}"', "Cache-Control": "no-store"}
    return Response(archive(row), media_type="application/zip", headers=headers)


@router.delete("/{bundle_id}", status_code=204, responses=errors(404))
async def delete_support_bundle(bundle_id: BundleId, tx: Tx, caller: DiagnosticianWriting) -> None:
    gone = delete(SupportBundle).where(SupportBundle.org_id == caller.org_id, SupportBundle.id == bundle_id)
    if await tx.session.scalar(gone.returning(SupportBundle.id)) is None:
        raise NotFound("There is no such support bundle.")
