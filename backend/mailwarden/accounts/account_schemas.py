"""What a person sees and changes of their own account."""

from datetime import datetime
from typing import Annotated

from pydantic import EmailStr, Field, SecretStr

from mailwarden.accounts.schemas import GivenCode, GivenPassword, NewPassword
from mailwarden.core.api import Wire
from mailwarden.core.ids import IdentityId, SessionId

LinkToken = Annotated[
    SecretStr, Field(min_length=20, max_length=200, json_schema_extra={"writeOnly": True}, description="After the #.")
]


class VerificationOut(Wire):
    """The state of proving one's address. ``may_act`` False: look, but change nothing until it is proved."""

    email: str
    email_verified: bool
    may_act: bool
    sender: str
    sent_at: datetime | None
    resend_at: datetime | None
    retry_after_s: int
    resends_left: int


class SignUpAddress(Wire):
    email: EmailStr


class EmailChange(Wire):
    new_email: EmailStr
    current_password: GivenPassword


class EmailOut(Wire):
    """``pending_email`` waits to be confirmed by the link mailed there; until then ``email`` signs in."""

    email: str
    pending_email: str | None
    expires_at: datetime | None
    sender: str


class PasswordChange(Wire):
    current_password: GivenPassword
    new_password: NewPassword


class ForgotPassword(Wire):
    email: EmailStr


class ForgottenOut(Wire):
    """The same for every address."""

    sender: str
    link_minutes: int


class PasswordReset(Wire):
    token: LinkToken
    password: NewPassword


class SessionOut(Wire):
    """``ends_at`` unless it is used before. ``address``: from where it signed in."""

    id: SessionId
    current: bool
    organization: str
    user_agent: str | None
    address: str | None
    created_at: datetime
    seen_at: datetime
    ends_at: datetime


class SessionsOut(Wire):
    data: list[SessionOut]


class OwnPassword(Wire):
    current_password: GivenPassword


class Code(Wire):
    code: GivenCode


class PasswordAndCode(Wire):
    current_password: GivenPassword
    code: GivenCode


class SecondFactorOut(Wire):
    enabled: bool
    confirmed_at: datetime | None
    recovery_codes_left: int


class SetupOut(Wire):
    """``otpauth_uri`` is what to draw as a QR code; ``setup_key`` is for typing."""

    setup_key: str
    otpauth_uri: str


class RecoveryCodesOut(Wire):
    recovery_codes: list[str]


class IdentityProviderOut(Wire):
    provider: str
    label: str


class IdentityProvidersOut(Wire):
    data: list[IdentityProviderOut]


class IdentityStart(Wire):
    next: str | None = Field(
        None, max_length=4000, description="The path to go on at afterwards. Anything but a path of ours is ignored."
    )


class AuthorizeOut(Wire):
    """``authorize_url``: where to send the browser."""

    authorize_url: str


class IdentityOut(Wire):
    id: IdentityId
    provider: str
    provider_label: str
    account: str
    created_at: datetime
    last_used_at: datetime | None


class IdentitiesOut(Wire):
    """``has_password`` False: one is chosen by the mail of a forgotten password."""

    data: list[IdentityOut]
    has_password: bool


class LinkIn(Wire):
    token: LinkToken


class ConfirmedOut(Wire):
    email: str
