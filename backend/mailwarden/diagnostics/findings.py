"""How the checks of the quick diagnosis are put into words."""

from collections.abc import Sequence
from uuid import UUID

from mailwarden.connections.schemas import ActionOut
from mailwarden.diagnostics.schemas import QuickCheck, QuickResult, QuickStep

ORDER: tuple[QuickResult, ...] = ("ok", "note", "trouble")

# The five steps that support goes through (M18), each done by the product itself.
TITLES = (
    "Open the integrations",
    "Confirm that at least one provider is truly connected",
    "Disconnect and reconnect the affected provider",
    "Sign out and in again to refresh the state of the account",
    "Try again what did not work",
)


def finding(
    code: str,
    title: str,
    result: QuickResult,
    detail: str,
    *,
    evidence: Sequence[str] = (),
    what_to_do: str | None = None,
    action: ActionOut | None = None,
    connection_id: UUID | None = None,
) -> QuickCheck:
    return QuickCheck(
        code=code,
        title=title,
        result=result,
        detail=detail,
        evidence=list(evidence),
        what_to_do=what_to_do,
        action=action,
        connection_id=connection_id,
    )


def worst(results: Sequence[QuickResult]) -> QuickResult:
    return max(results, key=ORDER.index, default="ok")


def step(number: int, checks: list[QuickCheck]) -> QuickStep:
    return QuickStep(
        number=number,
        title=TITLES[number - 1],
        result=worst([one.result for one in checks]),
        checks=checks,
    )
