"""How IMAP says no (RFC 5530), in the words of the servers people meet."""

from mailwarden_sandbox.mail.login import Refusal

BAD = "[AUTHENTICATIONFAILED] Authentication failed."
GMAIL_BAD = "[AUTHENTICATIONFAILED] Invalid credentials (Failure)"
GMAIL_APP_PASSWORD = "[ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833"  # noqa: S105
MICROSOFT = "AUTHENTICATE failed."
BLOCKED = "[CONTACTADMIN] Access is blocked by your organization's policy."
DISABLED = "[CONTACTADMIN] This account is disabled."


def refused(refusal: Refusal, provider: str | None) -> str:
    if refusal in (Refusal.BAD_CREDENTIALS, Refusal.BAD_TOKEN, Refusal.BASIC_DISABLED):
        return {"google": GMAIL_BAD, "microsoft": MICROSOFT}.get(provider or "", BAD)
    return {
        Refusal.APP_PASSWORD: GMAIL_APP_PASSWORD,
        Refusal.ADMIN_BLOCK: BLOCKED,
        Refusal.DISABLED: DISABLED,
    }[refusal]
