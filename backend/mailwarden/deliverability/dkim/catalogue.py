"""Selectors by provider, as data. Selectors cannot be listed, so what is not here must be entered.

From the providers' own setup pages; ``{portal}`` is an account's number at the provider.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signer:
    """``targets``: how the names end that its CNAMEs lead to, by which it is known."""

    id: str
    name: str
    selectors: tuple[str, ...]
    targets: tuple[str, ...] = ()


SIGNERS: tuple[Signer, ...] = (  # Klaviyo stands behind SendGrid, whose servers hold the keys of its older domains
    Signer("hubspot", "HubSpot", ("hs1", "hs2", "hs1-{portal}", "hs2-{portal}"), (".hubspotemail.net",)),
    Signer("keap", "Keap", (), (".infusionmail.com", ".keap.com")),  # each account has its own names
    Signer("google", "Google Workspace", ("google",)),
    Signer("microsoft", "Microsoft 365", ("selector1", "selector2"), (".onmicrosoft.com", ".dkim.mail.microsoft")),
    Signer("sendgrid", "Twilio SendGrid", ("s1", "s2", "m1", "smtpapi"), (".sendgrid.net",)),
    Signer("klaviyo", "Klaviyo", ("kl", "kl2"), (".klaviyomail.com", ".sendgrid.net")),
    Signer("mailchimp", "Mailchimp", ("k1", "k2", "k3"), (".mcsv.net",)),
    Signer("mandrill", "Mailchimp Transactional", ("mandrill", "mte1", "mte2"), (".mandrillapp.com",)),
    Signer("mailgun", "Mailgun", ("k1", "mg", "mailo", "pic", "krs", "pdk1", "pdk2"), (".mailgun.org",)),
    Signer("postmark", "Postmark", ("pm",)),  # newer ones begin with the day they were made
    Signer("ses", "Amazon SES", (), (".dkim.amazonses.com",)),  # three random names for each domain
    Signer("brevo", "Brevo", ("brevo1", "brevo2"), (".dkim.brevo.com",)),
    Signer("mailjet", "Mailjet", ("mailjet",)),
    Signer("activecampaign", "ActiveCampaign", ("acdkim1", "acdkim2")),
    Signer("constantcontact", "Constant Contact", ("ctct1", "ctct2"), (".ccsend.com",)),
    Signer("campaignmonitor", "Campaign Monitor", ("cm",)),
    Signer("mailerlite", "MailerLite", ("litesrv", "ml"), (".mlsend.com",)),
    Signer("kit", "Kit", ("cka",), (".convertkit.com",)),
    Signer("zoho", "Zoho", ("zoho", "zmail")),
    Signer("zendesk", "Zendesk", ("zendesk1", "zendesk2"), (".zendesk.com",)),
    Signer("intercom", "Intercom", ("intercom",)),
    Signer("resend", "Resend", ("resend",)),
    Signer("fastmail", "Fastmail", ("fm1", "fm2", "fm3", "mesmtp"), (".fmhosted.com",)),
    Signer("proton", "Proton Mail", ("protonmail", "protonmail2", "protonmail3"), (".proton.ch",)),
    Signer("icloud", "iCloud Mail", ("sig1",), (".icloudmailadmin.com",)),
    Signer("", "", ("default", "dkim", "dkim1", "mail", "email", "smtp", "key1", "selector", "s1024", "s2048", "x")),
)
_BY_ID = {signer.id: signer for signer in SIGNERS}
_NAMING = {
    selector: [one for one in SIGNERS if one.id and selector in one.selectors]
    for selector in dict.fromkeys(one for signer in SIGNERS for one in signer.selectors)
}
_NUMBERED = [(one.partition("{")[0], signer) for signer in SIGNERS for one in signer.selectors if "{" in one]
_LEADING = [signer for signer in SIGNERS if signer.targets]


def known_selectors() -> tuple[str, ...]:
    """All that need no account's number."""
    return tuple(dict.fromkeys(one for signer in SIGNERS for one in signer.selectors if "{" not in one))


def selectors_of_account(provider: str, account: str) -> tuple[str, ...]:
    """Those that carry the account's number, for connected accounts."""
    signer = _BY_ID.get(provider)
    numbered = [one for one in signer.selectors if "{portal}" in one] if signer else []
    return tuple(one.format(portal=account) for one in numbered)


def signer_of(selector: str, aliases: tuple[str, ...] = ()) -> Signer | None:
    """Whose key it is: a CNAME tells for sure, a selector's name only hints."""
    named = _NAMING.get(selector) or _numbered(selector)
    leading = [one for one in _LEADING if any(alias.endswith(one.targets) for alias in aliases)] if aliases else []
    both = [one for one in named if one in leading]
    found = both or leading or ([] if aliases else named)
    return found[0] if found else None


def _numbered(selector: str) -> list[Signer]:
    """With the number of an account at the end."""
    return [one for start, one in _NUMBERED if selector.startswith(start) and selector[len(start) :].isdigit()]
