"""How SMTP says no, in the words of the servers people meet."""

from mailwarden_sandbox.mail.login import Refusal

BAD = "535 5.7.8 Error: authentication failed: authentication failure"
GMAIL_APP_PASSWORD = (
    "534-5.7.9 Application-specific password required. For more information, go to",
    "534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor - gsmtp",
)
GMAIL_BAD_TOKEN = (
    "535-5.7.8 Username and Password not accepted. For more information, go to",
    "535 5.7.8  https://support.google.com/mail/?p=BadCredentials - gsmtp",
)
MICROSOFT_BAD_TOKEN = ("535 5.7.3 Authentication unsuccessful",)
MICROSOFT_BASIC = ("535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",)
MICROSOFT_POLICY = (
    "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect or access was blocked by policy.",
)
DISABLED = ("535 5.7.13 User account disabled",)
TROUBLE = "421 4.3.0 Temporary System Problem. Try again later."


def refused(refusal: Refusal, provider: str | None) -> tuple[str, ...]:
    """For one provider's account; None: no such account."""
    if refusal is Refusal.BAD_TOKEN:
        return {"google": GMAIL_BAD_TOKEN, "microsoft": MICROSOFT_BAD_TOKEN}.get(provider or "", (BAD,))
    return {
        Refusal.BAD_CREDENTIALS: (BAD,),
        Refusal.APP_PASSWORD: GMAIL_APP_PASSWORD,
        Refusal.BASIC_DISABLED: MICROSOFT_BASIC,
        Refusal.ADMIN_BLOCK: MICROSOFT_POLICY,
        Refusal.DISABLED: DISABLED,
    }[refusal]
