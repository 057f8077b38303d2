"""What an account really holds, told in the product's words."""

from typing import Any

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.clock import iso_z
from mailwarden_sandbox.data.totals import Window, counts, sent_emails, stated, totals
from mailwarden_sandbox.grants import Grant
from mailwarden_sandbox.provider import Provider
from mailwarden_sandbox.world import World


def summary(account: Account) -> dict[str, Any]:
    return {
        "provider": account.provider,
        "external_id": account.external_id,
        "name": account.name,
        "time_zone": account.time_zone,
        "campaigns": len(account.book),
    }


def truth(world: World, account: Account, window: Window) -> dict[str, Any]:
    at = world.figures_now(account)
    grants = world.tokens.of_account(account)
    return {
        **summary(account),
        "grant_alive": any(g.alive for g in grants),
        "grants": [_shown(g) for g in grants],
        "suspended": account.suspended,
        "deleted": account.deleted,
        "behaviour": behaviour(account),
        "figures_as_of": iso_z(at),
        "counts": counts(account.book, at),
        "totals": totals(account.book, sent_emails(account.book, window, at), at),
    }


def behaviour(account: Account) -> dict[str, Any]:
    b = account.behaviour
    return {
        "rotation": b.rotation,
        "access_ttl_s": b.access_ttl_s,
        "overlap_s": b.overlap_s,
        "access_survives": b.access_survives,
        "variant": b.variant,
    }


def _shown(grant: Grant) -> dict[str, Any]:
    return {
        "id": grant.id,
        "client_id": grant.client_id,
        "alive": grant.alive,
        "ending": grant.ending,
        "scopes": sorted(grant.effective_scopes),
        "removed_scopes": sorted(grant.removed),
        "created_at": iso_z(grant.created_at),
        "last_used_at": iso_z(grant.last_used_at),
        "refreshes": grant.refreshes,
    }


def campaigns(world: World, account: Account, provider: Provider, window: Window) -> list[dict[str, Any]]:
    """Every sent e-mail campaign of the window with its figures, in order of sending."""
    book, at = account.book, world.figures_now(account)
    return [
        {
            "external_id": provider.campaign_id(book, i),
            "name": book.name(i),
            "subject": book.subject(i),
            "sent_at": iso_z(book.columns.send[i]),
            "archived": bool(book.columns.archived[i]),
            **stated(book.figures(i, at)),
        }
        for i in sent_emails(book, window, at)
    ]
