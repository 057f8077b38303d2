from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from mailwarden.connections.schemas import ConnectionOut
from mailwarden.core.api import Wire
from mailwarden.providers.imap.problems import Kind, Step
from mailwarden.providers.imap.servers import Security


def _one_line(text: str) -> str:
    if any(ord(char) < 32 or char == "\x7f" for char in text):
        raise ValueError("no control characters")
    return text


def _secret(value: SecretStr) -> SecretStr:
    if not value.get_secret_value() or len(value.get_secret_value()) > 1000:
        raise ValueError("1 to 1,000 characters")
    _one_line(value.get_secret_value())
    return value


def _host(text: str) -> str:
    host = text.strip().rstrip(".").lower()
    if not host or any(char.isspace() or char in "/@:?#[]\\%" for char in host.replace("::", "").replace(":", "")):
        raise ValueError("a host name or an address, without scheme, path or port")
    return host


# Wider than what people's sign-in takes: reserved domains are fine inside an organization.
Address = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+@[\w-]+(\.[\w-]+)+$")
]
Word = Annotated[str, Field(min_length=1, max_length=320), AfterValidator(_one_line)]
Password = Annotated[SecretStr, AfterValidator(_secret)]
Host = Annotated[str, Field(min_length=1, max_length=253), AfterValidator(_one_line), AfterValidator(_host)]


class ServerIn(Wire):
    host: Host
    port: int = Field(ge=1, le=65535)
    security: Security = Field(
        description="`tls` from the first byte, `starttls`, or `none` in the operator's own network."
    )


class ServerOut(Wire):
    host: str
    port: int
    security: Security


class MailboxIn(Wire):
    """One person's mailbox. SMTP uses the same sign-in data unless it is given its own."""

    address: Address
    username: Word | None = Field(None, description="None: the address.")
    password: Password
    imap: ServerIn
    smtp: ServerIn
    smtp_username: Word | None = None
    smtp_password: Password | None = None


class CredentialsIn(Wire):
    """New sign-in data for the mailbox that is connected already; its servers stay unless they are given."""

    password: Password
    username: Word | None = None
    smtp_username: Word | None = None
    smtp_password: Password | None = None
    imap: ServerIn | None = None
    smtp: ServerIn | None = None


class StepOut(Wire):
    """One step of the test. ``ok`` is None for a step that was not reached."""

    protocol: Literal["imap", "smtp"]
    step: Step
    label: str
    ok: bool | None
    code: Kind | None = None
    detail: str | None = Field(None, description="What is wrong, in our words.")
    hint: str | None = Field(None, description="What to do about it.")
    answer: str | None = Field(None, description="The server's own words, redacted.")


class MailboxTestOut(Wire):
    ok: bool
    steps: list[StepOut]


class MailboxConnectOut(Wire):
    """``connection`` is None when a step failed: then nothing was stored or changed."""

    ok: bool
    steps: list[StepOut]
    connection: ConnectionOut | None


class DiscoverIn(Wire):
    address: Address


class DiscoverOut(Wire):
    """What was found for this address; nothing was signed in to."""

    address: str
    found_by: Literal["preset", "autoconfig", "well_known", "mx", "srv", "guess"] | None
    label: str | None = Field(description="The mail provider's name, where it is known.")
    username: str
    imap: ServerOut | None
    smtp: ServerOut | None
    better_by: Literal["google", "microsoft"] | None = Field(description="Connect with this integration instead.")
    hint: str | None
    help_url: str | None
