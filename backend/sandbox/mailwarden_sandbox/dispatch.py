"""One call from arrival to answer."""

import asyncio
import inspect
import time

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.clock import http_date
from mailwarden_sandbox.faults.plan import Plan, plan_for
from mailwarden_sandbox.faults.wire import stop
from mailwarden_sandbox.identity import identify, presented_token
from mailwarden_sandbox.provider import Provider, Route
from mailwarden_sandbox.request_log import LoggedCall, fingerprint, without_tokens
from mailwarden_sandbox.transport import Exchange


async def serve_call(call: Call, provider: Provider, exchange: Exchange) -> None:
    """Log the call however it ends. The number is given on arrival, so the log tells the order of arrival."""
    began, arrived, number = time.monotonic(), call.world.now(), call.world.log.next_number()
    route = provider.routes.find(call)
    identify(call)
    plan, status = plan_for(call.world.faults, call), None
    side_by_side = (call.provider, call.client_id, call.account.external_id if call.account else None)
    call.world.running[side_by_side] += 1
    call.beside = call.world.running[side_by_side]
    try:
        status = await _respond(call, provider, route, plan, exchange)
    finally:
        call.world.running[side_by_side] -= 1
        call.world.log.add(_logged(call, number, arrived, status, plan, (time.monotonic() - began) * 1000))


async def _respond(call: Call, provider: Provider, route: Route | None, plan: Plan, exchange: Exchange) -> int | None:
    await asyncio.sleep(plan.before_ms / 1000)
    exchange.headers = call.answer_headers
    call.answer_headers["date"] = http_date(call.world.now() + plan.skew_s)
    call.answer_headers[provider.request_id_header] = call.request_id
    if plan.stop and plan.stops_before:
        return await stop(exchange, provider, call, plan.stop)
    response = await _answer(call, provider, route, plan)
    if plan.stop:
        return await stop(exchange, provider, call, plan.stop)
    if plan.lose_answer and response.status_code == 200:
        call.world.faults.count(plan.lose_answer)
        await exchange.cut()
        return None
    await asyncio.sleep(plan.after_ms / 1000)
    await exchange.answer(response)
    return response.status_code


async def _answer(call: Call, provider: Provider, route: Route | None, plan: Plan) -> Response:
    if route is None:
        return provider.unknown_path(call)
    refused = None
    if route.auth:
        refused = provider.admit(call, route)
    refused = refused or provider.throttle(call, route, plan.quota)
    if refused is None and route.auth:
        refused = provider.permit(call, route)
    answer = refused or route.handler(call)
    return await answer if inspect.isawaitable(answer) else answer


def _logged(call: Call, number: int, arrived: float, status: int | None, plan: Plan, duration_ms: float) -> LoggedCall:
    return LoggedCall(
        number=number,
        arrived=arrived,
        time=call.world.now(),
        provider=call.provider,
        account=call.account.external_id if call.account else None,
        client_id=call.client_id,
        method=call.method,
        path=without_tokens(call.path),
        query="" if "token" in call.raw_query or "secret" in call.raw_query else call.raw_query,
        status=status,
        token=fingerprint(presented_token(call)),
        grant_type=call.form.get("grant_type") if call.method == "POST" else None,
        fault=", ".join(plan.names) or None,
        duration_ms=round(duration_ms, 2),
    )
