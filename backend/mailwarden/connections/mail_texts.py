"""A mailbox test in words: one answer per step, and what to do about the one that failed."""

from mailwarden.connections.checks import Asker
from mailwarden.connections.mail_checks import login_refused_until, test_login
from mailwarden.connections.mailbox_schemas import StepOut
from mailwarden.connections.schemas import CheckOut
from mailwarden.connections.unreadable import Unreadable
from mailwarden.providers.imap.mailbox import Tested, planned_steps
from mailwarden.providers.imap.problems import Kind, Step
from mailwarden.providers.imap.servers import MailAccount

LABELS: dict[Step, str] = {
    Step.RESOLVE: "Find the server",
    Step.CONNECT: "Reach the server",
    Step.TLS: "Encrypt the connection",
    Step.GREETING: "Speak with the server",
    Step.LOGIN: "Sign in",
    Step.FOLDERS: "Read the inbox",
    Step.SENDER: "May send as this address",
    Step.MESSAGE: "Hand over a message",
}
# What is wrong, and what to do about it.
ADVICE: dict[Kind, tuple[str, str]] = {
    Kind.HOST_BLOCKED: ("This host or port is not allowed.", "Use the public name of your mail server."),
    Kind.HOST_UNKNOWN: ("There is no server of this name.", "Check the spelling of the server's name."),
    Kind.CONNECTION_REFUSED: ("The server refuses this port.", "Check the port: IMAP 993 or 143, SMTP 465 or 587."),
    Kind.UNREACHABLE: ("There is no way to this server.", "Check the server's name, or try again later."),
    Kind.TIMEOUT: ("The server did not answer in time.", "Check the port, or try again later."),
    Kind.NO_GREETING: ("The server says nothing on this port.", "It probably expects TLS at once: choose TLS."),
    Kind.CLOSED: ("The server closed the connection.", "Try again later, or choose another port."),
    Kind.TLS_CERTIFICATE: (
        "The server's certificate is not valid for this name.",
        "Use the name that the certificate was made for. We send no password to a server that cannot prove itself.",
    ),
    Kind.TLS_NOT_SPOKEN: ("This port speaks no TLS.", "Choose STARTTLS, or the port for TLS: 993 or 465."),
    Kind.TLS_FAILED: ("The encryption could not be agreed on.", "The server must offer TLS 1.2 or newer."),
    Kind.TLS_REQUIRED: ("The server wants encryption first.", "Choose STARTTLS or TLS."),
    Kind.STARTTLS_MISSING: ("The server offers no STARTTLS here.", "Choose TLS with port 993 or 465."),
    Kind.UNPROTECTED: ("A password is not sent without encryption.", "Choose TLS or STARTTLS."),
    Kind.PROTOCOL: ("The server speaks another language.", "Check the port; it may belong to another service."),
    Kind.BAD_CREDENTIALS: (
        "The server does not accept this user name or password.",
        "Check both. Many providers want an app password instead of the usual one.",
    ),
    Kind.PASSWORD_EXPIRED: ("The password has expired.", "Set a new one at your mail provider, then enter it here."),
    Kind.APP_PASSWORD_NEEDED: (
        "The usual password does not work here.",
        "Create an app password in the security settings of your mail account and enter that.",
    ),
    Kind.BAD_TOKEN: ("The access token was refused.", "Connect the account again."),
    Kind.TOKEN_EXPIRED: ("The access token ran out.", "Nothing to do: it is renewed."),
    Kind.NOT_AUTHORIZED: ("You may not open this mailbox.", "Ask your mail administrator for access."),
    Kind.ACCOUNT_BLOCKED: ("The mailbox is blocked.", "Ask your mail administrator."),
    Kind.ACCOUNT_DISABLED: ("The mailbox is disabled.", "Ask your mail administrator."),
    Kind.AUTH_DISABLED: (
        "Your organization does not allow signing in by password.",
        "Connect the mailbox through the Microsoft integration, or ask your administrator to allow SMTP AUTH.",
    ),
    Kind.BASIC_AUTH_GONE: ("This provider takes no passwords any more.", "Connect through its own integration."),
    Kind.WEB_LOGIN_NEEDED: ("Your provider wants you to sign in in a browser first.", "Do that once, then try again."),
    Kind.NO_MECHANISM: ("The server offers no way to sign in that we know.", "Check the port, or ask your provider."),
    Kind.THROTTLED: ("Too many sign-ins.", "Wait at least 15 minutes; another try sooner would prolong the ban."),
    Kind.SERVER_TROUBLE: ("The server is in trouble.", "Try again later."),
    Kind.OVER_QUOTA: ("The mailbox is full.", "Make room in it."),
    Kind.SENDER_REFUSED: ("The server does not let you send as this address.", "Check address and user name."),
    Kind.DAILY_CAP: ("The mailbox has sent all it may today.", "It can send again tomorrow."),
    Kind.RECIPIENT_REFUSED: ("A recipient was refused.", "Check the address."),
    Kind.MESSAGE_REFUSED: ("The message was refused.", "See the server's answer."),
}


def steps_out(account: MailAccount, tested: tuple[Tested, ...]) -> list[StepOut]:
    return [out for one in tested for out in _steps(account, one)]


def _steps(account: MailAccount, tested: Tested) -> list[StepOut]:
    outs = []
    for step in planned_steps(account, tested.protocol):
        ok = True if step in tested.passed else False if step is tested.failed else None
        outs.append(StepOut(protocol=tested.protocol, step=step, label=LABELS[step], ok=ok, **_why(tested, ok)))
    return outs


def _why(tested: Tested, ok: bool | None) -> dict[str, str | Kind | None]:
    if ok is not False or tested.kind is None or tested.error is None:
        return {}
    detail, hint = ADVICE[tested.kind]
    said = tested.error.evidence
    known = said.status is not None or tested.failed in (Step.LOGIN, Step.SENDER, Step.FOLDERS)
    words = " ".join(str(part) for part in (said.status, said.provider_code, said.message) if part)
    return {"code": tested.kind, "detail": detail, "hint": hint, "answer": words if known else None}


async def mailbox_checks(asker: Asker) -> list[CheckOut]:
    """For "Test connection": one line per server. None is asked while a login that failed must rest."""
    if at := await login_refused_until(asker):
        when = at.strftime("%H:%M:%S UTC")
        detail = f"The sign-in did not work a moment ago. So that nothing locks you out, the next try is at {when}."
        return [CheckOut(name="imap", ok=False, detail=detail)]
    try:
        tested = await test_login(asker)
    except Unreadable as exc:
        return [CheckOut(name="imap", ok=False, detail=exc.evidence.message)]
    return [_line(one) for one in tested if one.passed or one.error]


def _line(tested: Tested) -> CheckOut:
    if tested.kind is None or tested.failed is None:
        return CheckOut(name=tested.protocol, ok=True, detail=f"{tested.protocol.upper()}: every step succeeded.")
    detail, hint = ADVICE[tested.kind]
    return CheckOut(name=tested.protocol, ok=False, detail=f"{LABELS[tested.failed]}: {detail} {hint}")
