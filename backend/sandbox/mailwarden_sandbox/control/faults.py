"""Faults of one account, or of a whole provider."""

from typing import Any

from fastapi import APIRouter, HTTPException

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.control.accounts import check_variant
from mailwarden_sandbox.control.host import Desk
from mailwarden_sandbox.control.schemas import BehaviourUpdate, FaultCreate
from mailwarden_sandbox.faults.definite import strike
from mailwarden_sandbox.faults.kinds import KINDS, BadFault, checked


def faults_router(desk: Desk) -> APIRouter:
    router = APIRouter(tags=["faults"])

    @router.get("/fault-kinds")
    async def list_kinds() -> dict[str, Any]:
        return {
            name: {"definite": k.definite, "required": sorted(k.required), "optional": sorted(k.optional)}
            for name, k in KINDS.items()
        }

    _account_faults(router, desk)
    _provider_faults(router, desk)
    return router


def _account_faults(router: APIRouter, desk: Desk) -> None:
    path = "/accounts/{provider}/{external_id}/faults"

    @router.get(path)
    async def list_account_faults(provider: str, external_id: str) -> dict[str, Any]:
        desk.account(provider, external_id)
        return _listed(desk, provider, external_id)

    @router.post(path, status_code=201)
    async def add_account_fault(provider: str, external_id: str, body: FaultCreate) -> dict[str, Any]:
        return _add(desk, provider, desk.account(provider, external_id), body)

    @router.delete(path)
    async def lift_account_faults(provider: str, external_id: str, kind: str | None = None) -> dict[str, Any]:
        desk.account(provider, external_id)
        return _lift(desk, provider, external_id, kind=kind)

    @router.delete(path + "/{fault_id}")
    async def lift_account_fault(provider: str, external_id: str, fault_id: int) -> dict[str, Any]:
        return _lift(desk, provider, external_id, fault_id=fault_id)


def _provider_faults(router: APIRouter, desk: Desk) -> None:
    path = "/providers/{provider}/faults"

    @router.get(path)
    async def list_provider_faults(provider: str) -> dict[str, Any]:
        desk.provider(provider)
        return _listed(desk, provider, None)

    @router.post(path, status_code=201)
    async def add_provider_fault(provider: str, body: FaultCreate) -> dict[str, Any]:
        return _add(desk, provider, None, body)

    @router.delete(path)
    async def lift_provider_faults(provider: str, kind: str | None = None) -> dict[str, Any]:
        desk.provider(provider)
        return _lift(desk, provider, None, kind=kind)

    @router.delete(path + "/{fault_id}")
    async def lift_provider_fault(provider: str, fault_id: int) -> dict[str, Any]:
        return _lift(desk, provider, None, fault_id=fault_id)

    @router.patch("/providers/{provider}")
    async def update_provider(provider: str, body: BehaviourUpdate) -> dict[str, Any]:
        """Change the behaviour of all its accounts."""
        check_variant(desk, provider, body.variant)
        for account in desk.world.accounts(provider):
            for name, value in body.model_dump(exclude_none=True).items():
                setattr(account.behaviour, name, value)
        return body.model_dump(exclude_none=True)


def _add(desk: Desk, provider: str, account: Account | None, body: FaultCreate) -> dict[str, Any]:
    known, world = desk.provider(provider), desk.world
    try:
        params = checked(body.kind, body.params())
    except BadFault as bad:
        raise HTTPException(422, str(bad)) from bad
    definite = KINDS[body.kind].definite
    if definite and body.kind not in known.fault_kinds:
        raise HTTPException(422, f"{provider} has no fault {body.kind!r}")
    check_variant(desk, provider, params.get("variant"))
    fault = world.faults.add(provider, account, body.kind, params, world.now())
    if definite:
        for struck in [account] if account else world.accounts(provider):
            strike(world, fault, struck)
    return fault.shown()


def _listed(desk: Desk, provider: str, account: str | None) -> dict[str, Any]:
    return {"faults": [f.shown() for f in desk.world.faults.listed(provider, account)]}


def _lift(
    desk: Desk, provider: str, account: str | None, *, kind: str | None = None, fault_id: int | None = None
) -> dict[str, Any]:
    faults = desk.world.faults
    found = [f for f in faults.listed(provider, account) if kind in (None, f.kind) and fault_id in (None, f.id)]
    if fault_id is not None and not found:
        raise HTTPException(404, f"no fault {fault_id} here")
    for fault in found:
        faults.lift(fault)
    return {"lifted": [f.id for f in found]}
