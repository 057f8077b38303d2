"""Errors we can explain to the caller (RFC 9457). Anything else is a bug and a 500."""

from collections.abc import Mapping
from typing import Any, ClassVar


class AppError(Exception):
    status: ClassVar[int] = 500
    code: str = "internal_error"
    title: ClassVar[str] = "Something went wrong"
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        action: str | None = None,
        evidence: Mapping[str, Any] | None = None,
        errors: list[dict[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.action = action
        self.evidence = evidence
        self.errors = errors or []
        self.headers = dict(headers or {})


class NotFound(AppError):
    status, code, title = 404, "not_found", "Not found"


class Unauthenticated(AppError):
    status, code, title = 401, "unauthenticated", "Sign in first"


class Forbidden(AppError):
    status, code, title = 403, "forbidden", "Not allowed"


class RoleRequired(Forbidden):
    code = "role_required"


class CsrfFailed(Forbidden):
    code, title = "csrf_failed", "Request refused"


class Conflict(AppError):
    status, code, title = 409, "conflict", "Conflict"


class Invalid(AppError):
    """A value that is well-formed but not acceptable; ``errors`` points at the fields."""

    status, code, title = 422, "invalid", "Check the highlighted fields"


class PreconditionRequired(AppError):
    status, code, title = 428, "precondition_required", "If-Match is missing"


class PreconditionFailed(AppError):
    status, code, title = 412, "precondition_failed", "Somebody else changed this meanwhile"


class TooManyRequests(AppError):
    status, code, title, retryable = 429, "too_many_requests", "Too many requests", True


class ProviderTrouble(AppError):
    """The provider's side failed. 424 so that it does not count as our failure."""

    status, code, title, retryable = 424, "provider_unavailable", "The provider did not answer", True


class ServiceUnavailable(AppError):
    status, code, title, retryable = 503, "service_unavailable", "Not available right now", True
