"""Who the token speaks for: the person, the tenant and the business."""

from typing import Any

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.responses import json_answer


def _person(call: Call) -> dict[str, Any]:
    return {
        "email": call.holder.user_email,
        "family_name": "Admin",
        "given_name": call.holder.name,
        "middle_name": None,
        "preferred_name": None,
        "is_admin": True,
        "sub": str(call.holder.user_id),
    }


def userinfo_v1(call: Call) -> Response:
    user = call.holder.user_id
    return json_answer(_person(call) | {"global_user_id": user, "infusionsoft_id": call.holder.user_email})


def userinfo_v2(call: Call) -> Response:
    """Only here is the tenant named."""
    user = str(call.holder.user_id)
    return json_answer(_person(call) | {"id": user, "keap_id": user, "tenant_id": call.holder.external_id})


def _business(call: Call) -> dict[str, Any]:
    account = call.holder
    return {
        "name": account.name,
        "email": f"office@{account.domain}",
        "website": f"https://{account.domain}",
        "phone": "",
        "time_zone": account.time_zone,
        "currency_code": "EUR",
        "language_tag": "en-US",
        "logo_url": None,
        "business_type": "Other",
        "business_goals": [],
    }


def business_profile(call: Call) -> Response:
    place = {"line1": "1 Market Square", "locality": "Springfield", "country_code": "DEU", "postal_code": "12345"}
    return json_answer(_business(call) | {"address": place})


def account_profile(call: Call) -> Response:
    """v1 has the phone's extension, too, and another name for the colours."""
    return json_answer(_business(call) | {"phone_ext": "", "business_primary_color": "#000000"})
