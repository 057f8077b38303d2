"""The second step of signing in, for those who turned it on."""

from collections.abc import Sequence
from uuid import UUID

from mailwarden.accounts import second_factor
from mailwarden.accounts.throttle import Gate, forgive
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.errors import Unauthenticated
from mailwarden.core.runtime import Runtime


async def demand_code(rt: Runtime, tx: UnitOfWork, user_id: UUID, code: str | None, gates: Sequence[Gate] = ()) -> None:
    """Raises Unauthenticated without a code that fits. ``gates``: of the first step, which was right."""
    await tx.act_as(user_id)
    if not await second_factor.is_on(tx, user_id):
        return
    if code is None:
        async with unit_of_work(rt.sessions) as apart:  # the refusal rolls the request's own back
            await forgive(rt, apart, *gates)
        raise Unauthenticated(
            "Type the code of your authenticator app.", code="second_factor_required", action="enter_code"
        )
    if not await second_factor.check_code(rt, tx, user_id, code):
        raise Unauthenticated(
            "This code is wrong, or was used already. Wait for the next one.", code="wrong_code", action="enter_code"
        )
