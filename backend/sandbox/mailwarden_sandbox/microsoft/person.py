"""Who is signed in."""

from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.microsoft.people import is_personal, object_of
from mailwarden_sandbox.responses import json_answer


def me(call: Call) -> Response:
    account = call.holder
    first, _, last = account.name.partition(" ")
    personal = is_personal(account)
    body: dict[str, Any] = {
        "@odata.context": f"{call.base}/v1.0/$metadata#users/$entity",
        "businessPhones": [],
        "displayName": account.name,
        "givenName": first,
        "jobTitle": None,
        "mail": None if personal else account.user_email,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "surname": last or None,
        "userPrincipalName": account.user_email,
        "id": object_of(account).replace("-", "")[16:] if personal else object_of(account),
    }
    wanted = [name for part in call.query.get("$select", []) for name in part.split(",")]
    return json_answer({k: v for k, v in body.items() if not wanted or k in wanted or k.startswith("@")})
