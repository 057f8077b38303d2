"""The cause card's words by provider: what its answers prove, who can mend it, and what stays meanwhile."""

from dataclasses import replace

from mailwarden.connections.rules import WhoMustAct
from mailwarden.connections.wording import TEXTS, CauseText
from mailwarden.providers.base import Cause
from mailwarden.providers.catalog import ProviderSpec, load

KEEPS = "Your campaigns and figures stay; syncing goes on after a reconnect."
MAILBOX_KEEPS = "Messages, settings and history stay; sending goes on after a reconnect."
SENDING_KEEPS = "Campaigns, contacts and settings stay; syncing and sending go on after a reconnect."

# Where a provider's answers say more, or less, than the general words.
BY_PROVIDER: dict[tuple[str, Cause], str] = {
    ("keap", Cause.ACCESS_REVOKED): (
        "The authorization for {account} was revoked, or it expired after 45 days without a renewal, or it was "
        "replaced; Keap says the same of all of them. We asked again for several minutes before calling it broken, "
        "since Keap also refuses healthy ones at times. {keeps}"
    ),
    ("klaviyo", Cause.TOKEN_EXPIRED): (
        "Klaviyo ends an authorization that was not renewed for 90 days, and that of {account} was not. {keeps}"
    ),
    ("keap", Cause.TOKEN_EXPIRED): (
        "Keap ends an authorization that was not renewed for 45 days, and that of {account} was not. {keeps}"
    ),
    ("google", Cause.ACCESS_REVOKED): (
        "Google no longer accepts the authorization for {account}: it was revoked, the password of the account was "
        "changed, or it was not used for six months. Google does not say which. {keeps}"
    ),
    ("google", Cause.TOKEN_EXPIRED): (
        "The authorization for {account} reached the end that was known from the start: Google ends what is not used "
        "for six months, and while our app is in testing at Google, everything after seven days. {keeps}"
    ),
    ("google", Cause.ADMIN_POLICY): (
        "The Google Workspace administrator of {account} does not allow our app. In the admin console, under API "
        "controls, only they can trust it."
    ),
    ("google", Cause.INTERACTION_REQUIRED): (
        "The Google Workspace administrator of {account} asks for a fresh sign-in after some time; it is due. {keeps}"
    ),
    ("google", Cause.ACCOUNT_DISABLED): (
        "Google reports that {account} is disabled. Its owner or administrator can restore it at Google; a reconnect "
        "before that cannot succeed."
    ),
    ("microsoft", Cause.ACCESS_REVOKED): (
        "Microsoft no longer accepts the authorization for {account}: the person or an administrator revoked it, or "
        "ended all sessions. {keeps}"
    ),
    ("microsoft", Cause.TOKEN_EXPIRED): (
        "Microsoft ends an authorization that was not renewed for 90 days, and that of {account} was not. {keeps}"
    ),
    ("microsoft", Cause.PASSWORD_CHANGED): (
        "Microsoft voided everything that was given to {account} before a certain moment, as it does when an "
        "administrator resets the password. {keeps}"
    ),
    ("microsoft", Cause.ADMIN_POLICY): (
        "The Microsoft 365 administrator of {account} blocks the access, by a conditional-access rule or by not "
        "approving our app. Only they can change that, in the Entra admin center."
    ),
    ("microsoft", Cause.INTERACTION_REQUIRED): (
        "Microsoft wants the person to sign in to {account} again, for example with a second factor. {keeps}"
    ),
    ("imap", Cause.CREDENTIALS_REJECTED): (
        "The mail server refuses the user name or password of {account}, three times over at least ten minutes. The "
        "password was probably changed; many providers also want an app password. {keeps}"
    ),
    ("imap", Cause.ADMIN_POLICY): (
        "The mail server does not let {account} sign in by password. Its administrator can allow it, or the mailbox "
        "can be connected through its provider's own integration."
    ),
}
# The same where a mailbox is concerned, which its own member mends.
MAILBOX: dict[Cause, str] = {
    Cause.SCOPES_REMOVED: "The authorization of {account} lacks {scopes}, without which nothing can be sent. {keeps}",
}


def text_of(provider: str, cause: Cause) -> CauseText:
    """``{account}``, ``{scopes}``, ``{provider}`` and ``{keeps}`` are filled in by whoever shows it."""
    spec, general = load().get(provider), TEXTS[cause]
    is_mailbox = spec is not None and "mailbox" in spec.capabilities
    explanation = BY_PROVIDER.get((provider, cause)) or (MAILBOX.get(cause) if is_mailbox else None)
    found = replace(general, explanation=explanation or general.explanation)
    mends = found.who is WhoMustAct.OWNER_OR_MANAGER and is_mailbox
    return replace(found, who=WhoMustAct.MEMBER) if mends else found


def keeps_of(spec: ProviderSpec | None) -> str:
    if spec is None or "sending" not in spec.capabilities:
        return KEEPS
    return MAILBOX_KEEPS if "mailbox" in spec.capabilities else SENDING_KEEPS
