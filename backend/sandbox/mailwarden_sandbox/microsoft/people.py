"""Whose account it is: an external id is ``tenant:object``, both GUIDs, as in the claims ``tid`` and ``oid``."""

import re

from mailwarden_sandbox.accounts import Account

CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant of all personal accounts."""
_GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_EXTERNAL_ID = re.compile(f"{_GUID}:{_GUID}")


def external_id(number: int) -> str:
    return f"{number:08x}-7e4a-4c1d-9a00-0000000000aa:{number:08x}-51d0-4b2e-8c00-0000000000bb"


def is_external_id(text: str) -> bool:
    return _EXTERNAL_ID.fullmatch(text) is not None


def tenant_of(account: Account) -> str:
    return account.external_id.partition(":")[0]


def object_of(account: Account) -> str:
    return account.external_id.partition(":")[2]


def is_personal(account: Account) -> bool:
    return tenant_of(account) == CONSUMERS


def belongs(account: Account, tenant: str) -> bool:
    """Whether this account may sign in at an authority."""
    if tenant == "organizations":
        return not is_personal(account)
    if tenant == "consumers":
        return is_personal(account)
    return tenant in ("common", tenant_of(account), account.domain)
