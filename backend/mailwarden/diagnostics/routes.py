from typing import Annotated

from fastapi import APIRouter, Query

from mailwarden.connections.rules import Status
from mailwarden.core.api import Reader, Rt, errors
from mailwarden.core.ids import ConnectionId
from mailwarden.core.moments import Moment
from mailwarden.core.paging import Page, Paging
from mailwarden.diagnostics import logs, provider_apps, scheduler
from mailwarden.diagnostics.access import Diagnostician, DiagnosticianApart, Operator, OperatorApart
from mailwarden.diagnostics.logs import LogFilter
from mailwarden.diagnostics.pages import log_page
from mailwarden.diagnostics.quick import diagnose
from mailwarden.diagnostics.schemas import (
    CallbackOut,
    CallbackResult,
    ConnectionRecordOut,
    InstanceSchedulerOut,
    ProviderAppList,
    ProviderAppOut,
    QuickDiagnosis,
    RefreshOut,
    RefreshOutcome,
    SchedulerOut,
)

router = APIRouter(prefix="/v1/diagnostics", tags=["diagnostics"])
OfProvider = Annotated[str | None, Query(max_length=40, description="Only of this provider.", examples=["hubspot"])]
OfConnection = Annotated[ConnectionId | None, Query(description="Only of this connection.")]
Since = Annotated[Moment | None, Query(description="At this time or later.")]
Until = Annotated[Moment | None, Query(description="Before this time.")]


@router.get("/callbacks", responses=errors(400))
async def list_oauth_callbacks(
    rt: Rt,
    tx: Reader,
    caller: Diagnostician,
    page: Paging,
    provider: OfProvider = None,
    connection_id: OfConnection = None,
    result: Annotated[CallbackResult | None, Query(description="Only such outcomes.")] = None,
    since: Since = None,
    until: Until = None,
) -> Page[CallbackOut]:
    """Every authorization and what came of it, newest first."""
    wanted = LogFilter(provider, connection_id, result, since, until)
    log = logs.callbacks(caller.org_id, wanted)
    return await log_page(rt, tx, caller.org_id, log, page, lambda row: logs.callback_out(rt, row))


@router.get("/refreshes", responses=errors(400))
async def list_token_refreshes(
    rt: Rt,
    tx: Reader,
    caller: Diagnostician,
    page: Paging,
    provider: OfProvider = None,
    connection_id: OfConnection = None,
    outcome: Annotated[RefreshOutcome | None, Query(description="Only such outcomes.")] = None,
    since: Since = None,
    until: Until = None,
) -> Page[RefreshOut]:
    """Every try to refresh a token, newest first."""
    wanted = LogFilter(provider, connection_id, outcome, since, until)
    return await log_page(rt, tx, caller.org_id, logs.refreshes(caller.org_id, wanted), page, logs.refresh_out)


@router.get("/connections", responses=errors(400))
async def list_connection_records(
    rt: Rt,
    tx: Reader,
    caller: Diagnostician,
    page: Paging,
    provider: OfProvider = None,
    connection_id: OfConnection = None,
    status: Annotated[Status | None, Query(description="Only in this status.")] = None,
) -> Page[ConnectionRecordOut]:
    """What the database holds about every connection, newest first: last refresh, last call, last sync."""
    wanted = LogFilter(provider, connection_id, status)
    return await log_page(rt, tx, caller.org_id, logs.records(caller.org_id, wanted), page, logs.record_out)


@router.get("/scheduler", responses=errors())
async def get_scheduler(rt: Rt, tx: Reader, caller: Diagnostician) -> SchedulerOut:
    """Are tokens refreshed, connections probed and syncs started, and how late is this organization's work?"""
    return await scheduler.of_organization(rt, tx, caller.org_id)


@router.post("/quick", responses=errors())
async def run_quick_diagnosis(rt: Rt, caller: DiagnosticianApart) -> QuickDiagnosis:
    """The five steps of the checklist as one automatic check, with live calls. Changes no setting."""
    return await diagnose(rt, caller)


@router.get("/instance/scheduler", responses=errors())
async def get_instance_scheduler(rt: Rt, tx: Reader, _: Operator) -> InstanceSchedulerOut:
    """For operators: all workers, and the work of all organizations as numbers."""
    return await scheduler.of_instance(rt, tx)


@router.get("/instance/providers", responses=errors())
async def list_provider_apps(rt: Rt, tx: Reader, _: Operator) -> ProviderAppList:
    """For operators: which credentials of our apps are set, and whether a provider refuses them. Never their values."""
    return ProviderAppList(data=await provider_apps.list_apps(rt, tx))


@router.post("/instance/providers/{provider}/check", responses=errors(404, 409))
async def check_provider_app(provider: str, rt: Rt, _: OperatorApart) -> ProviderAppOut:
    """For operators: asks the provider now whether it accepts our client id and secret."""
    return await provider_apps.check_app(rt, provider)
