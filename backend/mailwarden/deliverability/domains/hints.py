"""What each provider wants to see in the DNS, with its own page for it (E21). Data; values made for one account are
shown by the provider alone, and so we say where.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailwarden.deliverability.dkim.catalogue import selectors_of_account
from mailwarden.deliverability.records.verdict import Check, Publish, Result


@dataclass(frozen=True, slots=True)
class Hint:
    provider: str
    name: str
    text: str
    where: str  # to find the values
    url: str
    publish: tuple[Publish, ...] = ()


@dataclass(frozen=True, slots=True)
class Provider:
    """``records``: name below the domain, type, value; ``{dashed}`` is the domain with dashes, ``{portal}`` a number.

    ``include``: for SPF, where the provider sends with the customer's own domain in MAIL FROM.
    """

    id: str
    name: str
    text: str
    where: str
    url: str
    records: tuple[tuple[str, str, str], ...] = ()
    include: str | None = None


PROVIDERS: tuple[Provider, ...] = (
    Provider(
        "hubspot",
        "HubSpot",
        "HubSpot signs with two DKIM keys that are CNAME records of your domain. Its shared servers use a return path "
        "of their own, so SPF needs no entry for them; with a dedicated address HubSpot shows you one.",
        "Settings › Content › Domains & URLs › Connect a domain › Email sending",
        "https://knowledge.hubspot.com/email/do-i-need-to-add-hubspot-to-our-spf-record",
        (
            ("hs1-{portal}._domainkey", "CNAME", "{dashed}.hs01a.dkim.hubspotemail.net"),
            ("hs2-{portal}._domainkey", "CNAME", "{dashed}.hs01b.dkim.hubspotemail.net"),
        ),
    ),
    Provider(
        "klaviyo",
        "Klaviyo",
        "Klaviyo sends from a branded subdomain, such as send.{domain}: NS records for dynamic routing, or CNAME "
        "records and one TXT record for static routing. It needs no entry in the SPF record of your domain itself; "
        "DMARC you publish yourself.",
        "Settings › Email › Domains",
        "https://help.klaviyo.com/hc/en-us/articles/115000357752",
        (
            ("kl._domainkey", "CNAME", "Klaviyo shows the value"),
            ("kl2._domainkey", "CNAME", "Klaviyo shows the value"),
        ),
    ),
    Provider(
        "keap",
        "Keap",
        "Keap signs with keys that are CNAME records of your domain, and takes care of SPF itself.",
        "Settings › Domains",
        "https://help.keap.com/help/dmarc",
    ),
    Provider(
        "google",
        "Google Workspace",
        "Google signs with your key once you have generated it in the Admin console and started authentication there.",
        "Admin console › Apps › Google Workspace › Gmail › Authenticate email",
        "https://support.google.com/a/answer/174124",
        (("google._domainkey", "TXT", "The Admin console shows the value; choose 2048 bits"),),
        "_spf.google.com",
    ),
    Provider(
        "microsoft",
        "Microsoft 365",
        "Microsoft signs with two keys that are CNAME records of your domain, once DKIM is switched on for it.",
        "Microsoft Defender portal › Email authentication settings › DKIM",
        "https://learn.microsoft.com/en-us/defender-office-365/email-authentication-dkim-configure",
        (
            ("selector1._domainkey", "CNAME", "The Defender portal shows the value: selector1-{dashed}._domainkey.…"),
            ("selector2._domainkey", "CNAME", "The Defender portal shows the value: selector2-{dashed}._domainkey.…"),
        ),
        "spf.protection.outlook.com",
    ),
)
_BY_ID = {one.id: one for one in PROVIDERS}


def hints_for(domain: str, accounts: Iterable[tuple[str, str]]) -> tuple[Hint, ...]:
    """``accounts``: provider and account number; "" where it is not known."""
    numbers: dict[str, str] = {}
    for provider, account in accounts:
        if provider in _BY_ID:
            numbers.setdefault(provider, account)
    return tuple(_hint(_BY_ID[one], domain, number) for one, number in numbers.items())


def _hint(one: Provider, domain: str, number: str) -> Hint:
    values = {"dashed": domain.replace(".", "-"), "portal": number or "<Hub ID>", "domain": domain}
    publish = [
        Publish(f"{name.format(**values)}.{domain}", type, value.format(**values)) for name, type, value in one.records
    ]
    return Hint(one.id, one.name, one.text.format(**values), one.where, one.url, tuple(publish))


def signers_in(results: Sequence[Result]) -> set[str]:
    """Providers whose keys or servers the records name."""
    found = {str(one.facts["signer"]) for one in results if one.check is Check.DKIM and one.facts.get("signer")}
    spf = " ".join(record for one in results if one.check is Check.SPF for record in one.records).lower()
    return found | {one.id for one in PROVIDERS if one.include and f":{one.include}" in spf}


def likely_selectors(accounts: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(one for provider, account in accounts for one in selectors_of_account(provider, account))


def includes_of(providers: Iterable[str]) -> tuple[str, ...]:
    found = [_BY_ID[one].include for one in dict.fromkeys(providers) if one in _BY_ID]
    return tuple(one for one in found if one)
