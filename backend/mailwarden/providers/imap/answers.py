"""The classification table: which refusal means what. A real reply code decides; words only where codes say too little.

Sources: RFC 5530 (IMAP response codes), RFC 4954 and 5248 (SMTP), support.google.com/a/answer/3726730,
learn.microsoft.com on 5.7.139 and 5.7.30.
"""

import re

from mailwarden.providers.imap.problems import Kind, Said, Step

# Words first: Gmail says [ALERT] for a missing app password and for too many connections alike.
IMAP_WORDS: tuple[tuple[str, Kind], ...] = (
    (r"application-specific password|app(lication)?[ -]password", Kind.APP_PASSWORD_NEEDED),
    (r"too many (simultaneous )?(connections|login|failed)|maximum number of connections|rate limit", Kind.THROTTLED),
    (r"\[webalert|web browser", Kind.WEB_LOGIN_NEEDED),
    (r"accesstokenexpired", Kind.TOKEN_EXPIRED),
    (r"temporar|try again|internal (server )?error", Kind.SERVER_TROUBLE),
)
IMAP_CODES: dict[str, Kind] = {
    "AUTHENTICATIONFAILED": Kind.BAD_CREDENTIALS,
    "EXPIRED": Kind.PASSWORD_EXPIRED,
    "AUTHORIZATIONFAILED": Kind.NOT_AUTHORIZED,
    "PRIVACYREQUIRED": Kind.TLS_REQUIRED,
    "UNAVAILABLE": Kind.SERVER_TROUBLE,
    "SERVERBUG": Kind.SERVER_TROUBLE,
    "INUSE": Kind.SERVER_TROUBLE,
    "LIMIT": Kind.SERVER_TROUBLE,
    "OVERQUOTA": Kind.OVER_QUOTA,
    "CLIENTBUG": Kind.PROTOCOL,
    "CANNOT": Kind.PROTOCOL,
}
# (status, enhanced code, words, meaning); None: any. The first that fits decides.
SMTP_LOGIN: tuple[tuple[int | None, str | None, str | None, Kind], ...] = (
    (454, None, None, Kind.THROTTLED),
    (421, "4.7.0", r"too many|try again later|rate", Kind.THROTTLED),
    (432, None, None, Kind.THROTTLED),
    (534, None, r"web browser|log in via", Kind.WEB_LOGIN_NEEDED),
    (534, "5.7.9", None, Kind.APP_PASSWORD_NEEDED),
    (534, "5.7.14", None, Kind.WEB_LOGIN_NEEDED),
    (None, None, r"application-specific password|app(lication)?[ -]password", Kind.APP_PASSWORD_NEEDED),
    (535, "5.7.139", None, Kind.AUTH_DISABLED),
    (None, "5.7.30", None, Kind.BASIC_AUTH_GONE),
    (None, "5.7.13", None, Kind.ACCOUNT_DISABLED),
    (530, None, None, Kind.TLS_REQUIRED),
    (538, None, None, Kind.TLS_REQUIRED),
    (535, None, None, Kind.BAD_CREDENTIALS),
    (534, None, None, Kind.APP_PASSWORD_NEEDED),
    (504, None, None, Kind.NO_MECHANISM),
)
SMTP_LATER: tuple[tuple[int | None, str | None, str | None, Kind], ...] = (
    (421, None, None, Kind.SERVER_TROUBLE),
    (503, None, None, Kind.SERVER_TROUBLE),  # a server that lost the thread of the conversation judges nobody
    (530, None, None, Kind.TLS_REQUIRED),
    (538, None, None, Kind.TLS_REQUIRED),
    (550, "5.4.5", None, Kind.DAILY_CAP),
    (550, "5.4.6", None, Kind.DAILY_CAP),
    (550, "5.7.233", None, Kind.DAILY_CAP),
    (554, "5.2.0", None, Kind.DAILY_CAP),
    (None, None, r"sending limit|quota exceeded|daily (user )?(sending )?(limit|quota)", Kind.DAILY_CAP),
    (None, "5.7.57", None, Kind.TLS_REQUIRED),
    (None, "5.7.30", None, Kind.BASIC_AUTH_GONE),
)


def imap_meaning(said: Said, *, at_login: bool, by_token: bool = False) -> Kind:
    """Of a ``NO``, or of a ``BYE``, which never says anything about a password."""
    text = said.text.lower()
    for pattern, kind in IMAP_WORDS:
        if re.search(pattern, text):
            return kind
    if said.code == "CONTACTADMIN":
        return Kind.ACCOUNT_DISABLED if "disabled" in text else Kind.ACCOUNT_BLOCKED
    kind = IMAP_CODES.get(said.code or "", Kind.BAD_CREDENTIALS if at_login else Kind.SERVER_TROUBLE)
    if kind is Kind.BAD_CREDENTIALS:
        kind = _credential(at_login=at_login, by_token=by_token)
    return kind


def _credential(*, at_login: bool, by_token: bool) -> Kind:
    if not at_login:
        return Kind.SERVER_TROUBLE
    return Kind.BAD_TOKEN if by_token else Kind.BAD_CREDENTIALS


def bye_meaning(said: Said) -> Kind:
    """A server that ends the conversation is in trouble or has enough of us; both pass."""
    kind = imap_meaning(said, at_login=False)
    return kind if kind in (Kind.THROTTLED, Kind.TOKEN_EXPIRED) else Kind.SERVER_TROUBLE


def smtp_meaning(said: Said, step: Step, *, by_token: bool = False) -> Kind:
    table = SMTP_LOGIN if step is Step.LOGIN else SMTP_LATER
    text = said.text.lower()
    for status, code, words, kind in table:
        if status in (None, said.status) and code in (None, said.code) and (not words or re.search(words, text)):
            return Kind.BAD_TOKEN if kind is Kind.BAD_CREDENTIALS and by_token else kind
    return _by_class(said, step)


def _by_class(said: Said, step: Step) -> Kind:
    """RFC 5321 §4.2.1: 4yz passes, 5yz stays."""
    passing = said.status is None or said.status < 500
    if passing or step in (Step.CONNECT, Step.TLS, Step.GREETING, Step.LOGIN):
        return Kind.SERVER_TROUBLE
    return {Step.SENDER: Kind.SENDER_REFUSED}.get(step, Kind.MESSAGE_REFUSED)
