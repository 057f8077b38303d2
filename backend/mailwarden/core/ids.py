"""Keys: UUIDv7 inside, prefixed at the API (`conn_…`), so that an id says what it names."""

from typing import Annotated, Any, Final
from uuid import UUID

import uuid_utils.compat
from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

INVALID_ID: Final = "public_id"


def new_id() -> UUID:
    """Time-ordered (RFC 9562 §5.7), so that index inserts stay local."""
    return uuid_utils.compat.uuid7()


def format_id(prefix: str, value: UUID) -> str:
    return f"{prefix}_{value.hex}"


def parse_id(prefix: str, text: object) -> UUID:
    """Raises a validation error of type ``public_id`` that the API answers as 404."""
    if isinstance(text, UUID):
        return text
    if isinstance(text, str) and text.startswith(f"{prefix}_") and len(text) == len(prefix) + 33:
        try:
            return UUID(hex=text[len(prefix) + 1 :])
        except ValueError:
            pass
    raise PydanticCustomError(INVALID_ID, "not an id of the form {prefix}_…", {"prefix": prefix})


class _IdKind:
    """``Annotated`` metadata for one kind of id."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def metadata(self) -> tuple[Any, ...]:
        prefix = self.prefix
        return (
            BeforeValidator(lambda value: parse_id(prefix, value)),
            PlainSerializer(lambda value: format_id(prefix, value), return_type=str),
            WithJsonSchema(
                {
                    "type": "string",
                    "pattern": f"^{prefix}_[0-9a-f]{{32}}$",
                    "examples": [f"{prefix}_0190b6a7c1de7f3a8d5e4b2c9f017a36"],
                }
            ),
        )


OrganizationId = Annotated[UUID, *_IdKind("org").metadata()]
UserId = Annotated[UUID, *_IdKind("usr").metadata()]
ConnectionId = Annotated[UUID, *_IdKind("conn").metadata()]
SyncId = Annotated[UUID, *_IdKind("sync").metadata()]
CampaignId = Annotated[UUID, *_IdKind("camp").metadata()]
ObservationId = Annotated[UUID, *_IdKind("obs").metadata()]
ReconciliationId = Annotated[UUID, *_IdKind("rec").metadata()]
DomainId = Annotated[UUID, *_IdKind("dom").metadata()]
DomainCheckId = Annotated[UUID, *_IdKind("dchk").metadata()]
DmarcReportId = Annotated[UUID, *_IdKind("dmr").metadata()]
ListingId = Annotated[UUID, *_IdKind("lst").metadata()]
EventId = Annotated[UUID, *_IdKind("evt").metadata()]
AlertId = Annotated[UUID, *_IdKind("alrt").metadata()]
AlertDeliveryId = Annotated[UUID, *_IdKind("ald").metadata()]
AttemptId = Annotated[UUID, *_IdKind("oat").metadata()]
TransitionId = Annotated[UUID, *_IdKind("tran").metadata()]
EpisodeId = Annotated[UUID, *_IdKind("epi").metadata()]
ReceiptId = Annotated[UUID, *_IdKind("rcpt").metadata()]
IncidentId = Annotated[UUID, *_IdKind("inc").metadata()]
MailboxId = Annotated[UUID, *_IdKind("mbx").metadata()]
RefreshId = Annotated[UUID, *_IdKind("refr").metadata()]
BundleId = Annotated[UUID, *_IdKind("sup").metadata()]
HookLogId = Annotated[UUID, *_IdKind("hook").metadata()]
EndpointId = Annotated[UUID, *_IdKind("whe").metadata()]
DeliveryId = Annotated[UUID, *_IdKind("whd").metadata()]
ApiKeyId = Annotated[UUID, *_IdKind("key").metadata()]
DeviceId = Annotated[UUID, *_IdKind("dev").metadata()]
SessionId = Annotated[UUID, *_IdKind("ses").metadata()]
IdentityId = Annotated[UUID, *_IdKind("idn").metadata()]
JournalId = Annotated[UUID, *_IdKind("jrnl").metadata()]
InvitationId = Annotated[UUID, *_IdKind("inv").metadata()]
BillingInvoiceId = Annotated[UUID, *_IdKind("bill").metadata()]
AuditId = Annotated[UUID, *_IdKind("aud").metadata()]
SupportRequestId = Annotated[UUID, *_IdKind("tick").metadata()]
ExportId = Annotated[UUID, *_IdKind("exp").metadata()]
AttachmentId = Annotated[UUID, *_IdKind("att").metadata()]
OutreachCampaignId = Annotated[UUID, *_IdKind("out").metadata()]
OutreachStepId = Annotated[UUID, *_IdKind("ostp").metadata()]
OutreachAccountId = Annotated[UUID, *_IdKind("oacc").metadata()]
OutreachRecipientId = Annotated[UUID, *_IdKind("rcp").metadata()]
OutreachClockId = Annotated[UUID, *_IdKind("oclk").metadata()]
OutreachImportId = Annotated[UUID, *_IdKind("oimp").metadata()]
MessageId = Annotated[UUID, *_IdKind("msg").metadata()]
MessageFileId = Annotated[UUID, *_IdKind("file").metadata()]
SendAttemptId = Annotated[UUID, *_IdKind("satt").metadata()]
SuppressionId = Annotated[UUID, *_IdKind("supp").metadata()]
