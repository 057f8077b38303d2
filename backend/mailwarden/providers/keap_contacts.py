"""Keap's contacts. An e-mail can only be sent to one, so an unknown recipient becomes a contact first."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mailwarden.providers.base import Api, Contact, ContactPage, WritingApi
from mailwarden.providers.keap_records import written
from mailwarden.providers.reading import Row, garbled, moment, rows, text

CONTACTS = "/crm/rest/v2/contacts"
PAGE_SIZE = 1000
_FIELDS = "id,given_name,family_name,email_addresses,update_time"
_MARKETABLE = frozenset({"UNENGAGED_MARKETABLE", "SINGLE_OPT_IN", "DOUBLE_OPT_IN", "CONFIRMED"})


async def contact_page(api: Api, changed_since: datetime | None, cursor: str | None) -> ContactPage:
    """Contacts without an address are left out: nothing of ours could be about them."""
    asked: dict[str, Any] = {"fields": _FIELDS, "order_by": "id asc", "page_size": PAGE_SIZE}
    if changed_since:
        asked["filter"] = f"start_update_time=={written(changed_since)}"
    payload = await api.get(CONTACTS, asked | ({"page_token": cursor} if cursor else {}))
    found = [to_contact(row) for row in rows(payload, "contacts", CONTACTS)]
    following = text(payload, "next_page_token")
    if following is not None and following == cursor:
        raise garbled(CONTACTS, "the next page is the page just read")
    return ContactPage(tuple(contact for contact in found if contact), following)


def to_contact(row: Row) -> Contact | None:
    """Its first address counts, which is the one that e-mails go to."""
    external_id = text(row, "id")
    if external_id is None:
        raise garbled(CONTACTS, "a contact without id")
    said = row.get("email_addresses")
    addresses = [a for a in said if isinstance(a, Mapping)] if isinstance(said, list) else []
    main = next((a for a in addresses if a.get("field") == "EMAIL1"), addresses[0] if addresses else None)
    email = text(main, "email")
    if email is None:
        return None
    status = text(main, "email_opt_status")
    return Contact(
        external_id=external_id,
        email=email,
        given_name=text(row, "given_name"),
        family_name=text(row, "family_name"),
        opt_status=status,
        marketable=status in _MARKETABLE if status else None,
        updated_at=moment(row.get("update_time")),
    )


async def find_contact(api: Api, email: str) -> Contact | None:
    """By its address, letter case apart. A star would search for a beginning, so such an address is nobody's."""
    if "*" in email or ";" in email:
        return None
    asked = {"filter": f"email=={email}", "fields": _FIELDS, "page_size": 10}
    found = (to_contact(row) for row in rows(await api.get(CONTACTS, asked), "contacts", CONTACTS))
    return next((contact for contact in found if contact and contact.email.lower() == email.lower()), None)


async def contact_for(api: WritingApi, email: str, given_name: str = "", family_name: str = "") -> Contact:
    """The contact with this address, made if there is none.

    Safe to repeat: ``duplicate_option`` lets Keap find one that a lost answer had made.
    """
    known = await find_contact(api, email)
    if known is not None:
        return known
    body = {
        "email_addresses": [{"email": email, "field": "EMAIL1"}],
        "given_name": given_name,
        "family_name": family_name,
    }
    asked = {"duplicate_option": "Email", "fields": _FIELDS}
    made = to_contact(await api.write("POST", CONTACTS, body, params=asked))
    if made is None:
        raise garbled(CONTACTS, "the new contact has no address")
    return made
