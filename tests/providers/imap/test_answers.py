"""The classification table, by answers as servers are known to give them."""

import pytest

from mailwarden.providers.imap.answers import bye_meaning, imap_meaning, smtp_meaning
from mailwarden.providers.imap.problems import CAUSES, Kind, Said, Step

IMAP = [
    ("AUTHENTICATIONFAILED", "Invalid credentials (Failure)", Kind.BAD_CREDENTIALS),
    (None, "LOGIN failed.", Kind.BAD_CREDENTIALS),
    ("EXPIRED", "Password expired", Kind.PASSWORD_EXPIRED),
    ("AUTHORIZATIONFAILED", "No such authorization-ID", Kind.NOT_AUTHORIZED),
    ("PRIVACYREQUIRED", "Connection offers no privacy", Kind.TLS_REQUIRED),
    ("CONTACTADMIN", "Blocked", Kind.ACCOUNT_BLOCKED),
    ("CONTACTADMIN", "This account is disabled.", Kind.ACCOUNT_DISABLED),
    ("UNAVAILABLE", "Backend down", Kind.SERVER_TROUBLE),
    ("SERVERBUG", "This should not happen", Kind.SERVER_TROUBLE),
    ("INUSE", "Mailbox in use", Kind.SERVER_TROUBLE),
    ("LIMIT", "At most 32 flags", Kind.SERVER_TROUBLE),
    ("OVERQUOTA", "Sorry", Kind.OVER_QUOTA),
    (None, "[ALERT] Application-specific password required: https://support.google.com/", Kind.APP_PASSWORD_NEEDED),
    (None, "[ALERT] Too many simultaneous connections. (Failure)", Kind.THROTTLED),
    (None, "[ALERT] Please log in via your web browser: https://support.google.com/", Kind.WEB_LOGIN_NEEDED),
    (None, "Temporary authentication failure", Kind.SERVER_TROUBLE),
]
SMTP = [
    (535, "5.7.8", "Username and Password not accepted.", Kind.BAD_CREDENTIALS),
    (535, "5.7.3", "Authentication unsuccessful", Kind.BAD_CREDENTIALS),
    (535, None, "authentication failed", Kind.BAD_CREDENTIALS),
    (534, "5.7.9", "Application-specific password required.", Kind.APP_PASSWORD_NEEDED),
    (534, "5.7.14", "Please log in via your web browser", Kind.WEB_LOGIN_NEEDED),
    (535, "5.7.139", "Authentication unsuccessful, SmtpClientAuthentication is disabled", Kind.AUTH_DISABLED),
    (550, "5.7.30", "Basic authentication is not supported for Client Submission.", Kind.BASIC_AUTH_GONE),
    (535, "5.7.13", "User account disabled", Kind.ACCOUNT_DISABLED),
    (530, "5.7.0", "Must issue a STARTTLS command first", Kind.TLS_REQUIRED),
    (538, "5.7.11", "Encryption required", Kind.TLS_REQUIRED),
    (454, "4.7.0", "Too many login attempts, please try again later.", Kind.THROTTLED),
    (421, "4.7.0", "Too many errors from your address, try again later", Kind.THROTTLED),
    (421, "4.3.0", "Temporary System Problem. Try again later.", Kind.SERVER_TROUBLE),
    (432, "4.3.2", "Concurrent connections limit exceeded", Kind.THROTTLED),
    (451, "4.3.0", "Mail server temporarily rejected", Kind.SERVER_TROUBLE),
    (500, "5.5.1", "Unrecognized command", Kind.SERVER_TROUBLE),
]


@pytest.mark.parametrize(("code", "text", "kind"), IMAP)
def test_imap_refusals_at_login(code, text, kind):
    assert imap_meaning(Said(text, code=code), at_login=True) is kind


@pytest.mark.parametrize(("code", "text", "_"), IMAP)
def test_no_refusal_after_the_login_blames_the_password(code, text, _):
    assert imap_meaning(Said(text, code=code), at_login=False) not in (Kind.BAD_CREDENTIALS, Kind.BAD_TOKEN)


def test_a_goodbye_never_speaks_of_the_password():
    assert bye_meaning(Said("Session invalidated - AccessTokenExpired")) is Kind.TOKEN_EXPIRED
    assert bye_meaning(Said("Too many connections")) is Kind.THROTTLED
    for code, text, _ in IMAP:
        assert bye_meaning(Said(text, code=code)) not in CAUSES


@pytest.mark.parametrize(("status", "code", "text", "kind"), SMTP)
def test_smtp_refusals_at_login(status, code, text, kind):
    assert smtp_meaning(Said(text, status, code), Step.LOGIN) is kind


def test_a_refused_token_is_no_refused_password():
    assert imap_meaning(Said("no", code="AUTHENTICATIONFAILED"), at_login=True, by_token=True) is Kind.BAD_TOKEN
    assert smtp_meaning(Said("no", 535, "5.7.8"), Step.LOGIN, by_token=True) is Kind.BAD_TOKEN


@pytest.mark.parametrize(
    ("status", "code", "text", "step", "kind"),
    [
        (550, "5.4.5", "Daily user sending limit exceeded", Step.MESSAGE, Kind.DAILY_CAP),
        (554, "5.2.0", "STOREDRV.Submission.Exception", Step.MESSAGE, Kind.DAILY_CAP),
        (550, "5.7.233", "Tenant cap", Step.SENDER, Kind.DAILY_CAP),
        (553, "5.7.1", "Sender address rejected: not owned by user", Step.SENDER, Kind.SENDER_REFUSED),
        (550, "5.1.8", "Bad sender's domain", Step.SENDER, Kind.SENDER_REFUSED),
        (554, "5.7.60", "Client does not have permissions to send as this sender", Step.SENDER, Kind.SENDER_REFUSED),
        (550, "5.7.30", "Basic authentication is not supported", Step.SENDER, Kind.BASIC_AUTH_GONE),
        (530, "5.7.57", "Client not authenticated to send mail", Step.SENDER, Kind.TLS_REQUIRED),
        (503, "5.5.1", "Bad sequence of commands", Step.SENDER, Kind.SERVER_TROUBLE),
        (450, "4.7.1", "Sender deferred", Step.SENDER, Kind.SERVER_TROUBLE),
        (452, "4.5.3", "Too many recipients", Step.MESSAGE, Kind.SERVER_TROUBLE),
        (552, "5.3.4", "Message too big", Step.MESSAGE, Kind.MESSAGE_REFUSED),
        (554, None, "No SMTP service here", Step.GREETING, Kind.SERVER_TROUBLE),
    ],
)
def test_smtp_refusals_elsewhere(status, code, text, step, kind):
    assert smtp_meaning(Said(text, status, code), step) is kind


def test_only_logins_give_a_cause():
    assert {kind for kind in Kind if kind in CAUSES} == {
        Kind.BAD_CREDENTIALS,
        Kind.APP_PASSWORD_NEEDED,
        Kind.BAD_TOKEN,
        Kind.PASSWORD_EXPIRED,
        Kind.WEB_LOGIN_NEEDED,
        Kind.NOT_AUTHORIZED,
        Kind.ACCOUNT_BLOCKED,
        Kind.AUTH_DISABLED,
        Kind.BASIC_AUTH_GONE,
        Kind.ACCOUNT_DISABLED,
    }
