"""Who may look into the machine room: owners and managers see their organization's part, operators the instance's."""

from typing import Annotated

from fastapi import BackgroundTasks, Depends, Request

from mailwarden.accounts.caller import Caller, identify, require, require_read
from mailwarden.connections.access import require_apart
from mailwarden.core.api import Reader, Rt
from mailwarden.core.db import unit_of_work
from mailwarden.core.errors import Forbidden

DIAGNOSTICS = "diagnostics:read"
Diagnostician = Annotated[Caller, Depends(require_read(DIAGNOSTICS))]
DiagnosticianWriting = Annotated[Caller, Depends(require(DIAGNOSTICS))]
DiagnosticianApart = Annotated[Caller, Depends(require_apart(DIAGNOSTICS))]


class OperatorRequired(Forbidden):
    code, title = "operator_required", "Only for the operator of this installation"


def _operator(caller: Caller) -> Caller:
    if not caller.is_operator:
        raise OperatorRequired("This concerns the whole installation. Ask its operator.", action="ask_operator")
    return caller


async def operator(request: Request, rt: Rt, tx: Reader, after: BackgroundTasks) -> Caller:
    """Whatever the role in an organization (`mailwarden operator add EMAIL`)."""
    return _operator(await identify(request, rt, tx, after))


async def operator_apart(request: Request, rt: Rt, after: BackgroundTasks) -> Caller:
    """The same for routes that call a provider: no transaction is open while they run."""
    async with unit_of_work(rt.sessions) as tx:
        return _operator(await identify(request, rt, tx, after))


operator.permission = operator_apart.permission = "operator"  # type: ignore[attr-defined]
Operator = Annotated[Caller, Depends(operator)]
OperatorApart = Annotated[Caller, Depends(operator_apart)]
