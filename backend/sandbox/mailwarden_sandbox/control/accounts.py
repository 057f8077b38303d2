"""Accounts: list, make, look into, change how they behave, add campaigns."""

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import APIRouter, HTTPException, Query

from mailwarden_sandbox.control.host import Desk
from mailwarden_sandbox.control.schemas import AccountCreate, BehaviourUpdate, CampaignsCreate
from mailwarden_sandbox.control.truth import behaviour, campaigns, summary, truth
from mailwarden_sandbox.data.totals import Window
from mailwarden_sandbox.webhooks.emit import tell_of_campaigns


def accounts_router(desk: Desk) -> APIRouter:
    router = APIRouter(prefix="/accounts", tags=["accounts"])
    _all(router, desk)
    _one(router, desk)
    return router


def _all(router: APIRouter, desk: Desk) -> None:
    @router.get("")
    async def list_accounts(provider: str | None = None) -> dict[str, Any]:
        return {"accounts": [summary(a) for a in desk.world.accounts(provider)]}

    @router.post("", status_code=201)
    async def create_account(body: AccountCreate) -> dict[str, Any]:
        _check_new(desk, body)
        account = desk.world.add_account(
            body.provider,
            body.external_id,
            campaigns=body.campaigns,
            name=body.name,
            time_zone=body.time_zone,
            data_seed=body.data_seed,
        )
        account.book.build()
        return summary(account)


def _one(router: APIRouter, desk: Desk) -> None:
    path = "/{provider}/{external_id}"

    @router.get(path)
    async def get_account(
        provider: str,
        external_id: str,
        sent_from: datetime | None = None,
        sent_to: datetime | None = None,
        include_archived: bool = True,
        with_campaigns: Annotated[bool, Query(alias="campaigns")] = False,
    ) -> dict[str, Any]:
        account = desk.account(provider, external_id)
        window = Window(_seconds(sent_from), _seconds(sent_to), include_archived)
        answer = truth(desk.world, account, window)
        if with_campaigns:
            answer["campaign_list"] = campaigns(desk.world, account, desk.provider(provider), window)
        return answer

    @router.patch(path)
    async def update_account(provider: str, external_id: str, body: BehaviourUpdate) -> dict[str, Any]:
        account = desk.account(provider, external_id)
        check_variant(desk, provider, body.variant)
        for name, value in body.model_dump(exclude_none=True).items():
            setattr(account.behaviour, name, value)
        return behaviour(account)

    @router.post(path + "/campaigns", status_code=201)
    async def add_campaigns(provider: str, external_id: str, body: CampaignsCreate) -> dict[str, Any]:
        account = desk.account(provider, external_id)
        added = desk.world.add_campaigns(account, body.count, body.status, _seconds(body.send_at))
        tell_of_campaigns(desk.world, account, body.status, len(added))
        return {"external_ids": [desk.provider(provider).campaign_id(account.book, i) for i in added]}


def check_variant(desk: Desk, provider: str, variant: str | None) -> None:
    known = desk.provider(provider).variants
    if variant is not None and variant not in known:
        raise HTTPException(422, f"unknown variant {variant!r}; known: {', '.join(sorted(known))}")


def _check_new(desk: Desk, body: AccountCreate) -> None:
    provider = desk.provider(body.provider)
    if body.external_id is not None and not provider.kind.valid_id(body.external_id):
        raise HTTPException(422, f"{body.external_id!r} is not an account id as {body.provider} makes them")
    if body.external_id and desk.world.account(body.provider, body.external_id):
        raise HTTPException(409, "this account exists already")
    try:
        ZoneInfo(body.time_zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise HTTPException(422, f"unknown time zone {body.time_zone!r}") from error


def _seconds(moment: datetime | None) -> float | None:
    if moment is not None and moment.tzinfo is None:
        raise HTTPException(422, "times need an offset")
    return moment.timestamp() if moment else None
