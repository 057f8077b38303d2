"""Faults that are true: the grant is dead, a scope is gone, the account is no more."""

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.faults.store import Fault
from mailwarden_sandbox.grants import Ending, Grant
from mailwarden_sandbox.world import Lifecycle, World

_ENDINGS = {
    "revoke": Ending.REVOKED,
    "uninstall": Ending.UNINSTALLED,
    "expire_refresh": Ending.EXPIRED,
    "change_password": Ending.PASSWORD,
}
_STATES = {
    "hub_deleted": "deleted",
    "disable_account": "suspended",
    "admin_block": "blocked",
    "interaction_required": "interaction",
}


def strike(world: World, fault: Fault, account: Account) -> None:
    """Change the account's state as the fault says, and note how to change it back."""
    living = _grants(world, fault, account)
    if fault.kind == "change_password":
        _change_password(fault, account)
    if fault.kind in _ENDINGS:
        _end_grants(world, fault, account)
    elif fault.kind == "remove_scopes":
        for grant in _grants(world, fault, account):
            _remove_scopes(fault, grant)
    else:
        _set_state(fault, account)
    if variant := fault.params.get("variant"):
        _word(fault, account, variant)
    world.kinds[account.provider].after_fault(world, fault, account, living)


def _grants(world: World, fault: Fault, account: Account) -> list[Grant]:
    """Those that live now: a later grant is a new decision of the user and stays untouched."""
    client = fault.params.get("client_id")
    return [g for g in world.tokens.of_account(account) if g.ending is None and client in (None, g.client_id)]


def _end_grants(world: World, fault: Fault, account: Account) -> None:
    survives = fault.params.get("access_survives")
    survives = account.behaviour.access_survives if survives is None else bool(survives)
    grants = _grants(world, fault, account)
    if fault.kind == "change_password":
        grants = [g for g in grants if world.kinds[account.provider].password_ends(g, fault.params.get("by", "user"))]
    for grant in grants:
        ending = _ENDINGS[fault.kind]
        fault.undo.append(world.tokens.end(grant, ending, access_survives=survives and fault.kind != "expire_refresh"))
    if fault.kind == "uninstall":
        for client_id in sorted({g.client_id for g in grants}):
            world.lifecycle.append(Lifecycle(world.now(), account, client_id, installed=False))


def _change_password(fault: Fault, account: Account) -> None:
    before = account.password
    account.password = f"{before} again"

    def undo() -> None:
        account.password = before

    fault.undo.append(undo)


def _remove_scopes(fault: Fault, grant: Grant) -> None:
    before = grant.removed
    grant.removed = before | frozenset(fault.params["scopes"])

    def undo() -> None:
        grant.removed = before

    fault.undo.append(undo)


def _set_state(fault: Fault, account: Account) -> None:
    name = _STATES[fault.kind]
    setattr(account, name, True)
    fault.undo.append(lambda: setattr(account, name, False))


def _word(fault: Fault, account: Account, variant: str) -> None:
    before = account.behaviour.variant
    account.behaviour.variant = variant

    def undo() -> None:
        account.behaviour.variant = before

    fault.undo.append(undo)
