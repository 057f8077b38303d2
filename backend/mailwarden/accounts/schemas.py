from typing import Annotated

from pydantic import AfterValidator, EmailStr, Field, SecretStr, StringConstraints

from mailwarden.accounts.passwords import MAX_LENGTH, MIN_LENGTH
from mailwarden.core.api import Wire
from mailwarden.core.ids import OrganizationId, UserId
from mailwarden.core.mime import CONTROL


def _on_one_line(value: str) -> str:
    """Names end up in mail headers, logs and file names."""
    if CONTROL.search(value):
        raise ValueError("use plain text on one line")
    return value


Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(_on_one_line)
]
NewPassword = Annotated[
    SecretStr, Field(min_length=MIN_LENGTH, max_length=MAX_LENGTH, json_schema_extra={"writeOnly": True})
]


GivenPassword = Annotated[SecretStr, Field(max_length=MAX_LENGTH, json_schema_extra={"writeOnly": True})]


GivenCode = Annotated[
    str,
    Field(min_length=6, max_length=20, json_schema_extra={"writeOnly": True}, description="Of the app, or recovery."),
]


class SignUp(Wire):
    """Makes the person and their organization. The person becomes its owner."""

    email: EmailStr
    password: NewPassword
    name: Name
    organization_name: Name
    time_zone: str = "UTC"


class SignIn(Wire):
    email: EmailStr
    password: GivenPassword
    code: GivenCode | None = Field(None, description="Where a second factor is on: sent again with it.")


class UserOut(Wire):
    id: UserId
    email: str
    name: str
    email_verified: bool


class OrganizationOut(Wire):
    id: OrganizationId
    name: str
    time_zone: str
    version: int


class MembershipOut(Wire):
    id: OrganizationId
    name: str
    role: str


class RefusalOut(Wire):
    """What the person may not do, and which roles may."""

    permission: str
    roles: list[str]
    reason: str


class PersonToAskOut(Wire):
    name: str
    role: str


class MeOut(Wire):
    """Everything a client shows about the signed-in person; always the database's state, never a cached one."""

    user: UserOut
    organization: OrganizationOut
    role: str
    permissions: list[str]
    not_allowed: list[RefusalOut]
    ask: list[PersonToAskOut] = Field(description="Owners and managers of the organization, other than oneself.")
    organizations: list[MembershipOut]
    csrf_token: str
    is_operator: bool
    environment: str
    demo: bool
    version: str


class ActiveOrganization(Wire):
    organization_id: OrganizationId


class OrganizationUpdate(Wire):
    name: Name | None = None
    time_zone: str | None = None
