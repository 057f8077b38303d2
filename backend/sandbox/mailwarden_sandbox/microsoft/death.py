"""Why a refresh token is refused: the AADSTS number that fits what happened to the account or the grant."""

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.grants import Ending, Grant
from mailwarden_sandbox.microsoft.people import is_personal
from mailwarden_sandbox.microsoft.state import outlived, superseded
from mailwarden_sandbox.microsoft.sts import DISABLED, IDLE, NO_CONSENT, REVOKED, STS, UNAUTHORIZED, Sts

_BLOCKS = frozenset({"53003", "50105", "53000", "530032", "700016", "7000112", "65001"})
_DEMANDS = frozenset({"50076", "50079", "50158", "50076_invalid_grant", "70043"})
_ENDS = frozenset({"50173", "65001", "700082", "70008", "70000", "50132", "50133", "50055"})


def why_dead(call: Call, account: Account, grant: Grant | None, token: str = "") -> Sts | None:
    """None while it lives."""
    wording = account.behaviour.variant
    if account.suspended:
        return DISABLED
    if account.blocked:
        return STS[wording if wording in _BLOCKS else "53003"]
    if account.interaction and grant is not None:
        return STS[wording if wording in _DEMANDS else "50076"]
    if grant is None:
        return None
    if grant.ending is not None:
        return _ended(grant, grant.ending, wording)
    if outlived(call, grant, token):
        return IDLE
    return REVOKED if superseded(call, grant, token) else None


def _ended(grant: Grant, ending: Ending, wording: str) -> Sts:
    if wording in _ENDS:
        return STS[wording]
    if is_personal(grant.account):
        return UNAUTHORIZED  # one number for all that can happen to a personal account's grant
    if ending is Ending.UNINSTALLED:
        return NO_CONSENT
    return IDLE if ending is Ending.EXPIRED else REVOKED
