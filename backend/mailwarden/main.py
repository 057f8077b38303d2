"""The API: the only place that knows all routes. Serves the built single-page app, too."""

import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.gzip import GZipMiddleware

from mailwarden.accounts import openid
from mailwarden.accounts.account_routes import router as own_account
from mailwarden.accounts.factor_routes import router as second_factor
from mailwarden.accounts.identity_routes import router as identities
from mailwarden.accounts.routes import router as accounts
from mailwarden.accounts.session_routes import router as own_sessions
from mailwarden.alerts.routes import router as alerts
from mailwarden.alerts.rule_routes import router as alert_rules
from mailwarden.alerts.settings_routes import router as alert_settings
from mailwarden.billing.hook import router as stripe_hook
from mailwarden.billing.routes import router as billing
from mailwarden.compose import open_runtime
from mailwarden.connections.credentials import replay_journal
from mailwarden.connections.former_members import router as former_members
from mailwarden.connections.mailbox_routes import router as mailbox_connects
from mailwarden.connections.our_app import CALLBACK, is_registrable, redirect_uri
from mailwarden.connections.routes import router as connections
from mailwarden.connections.usage_routes import router as plan_usage
from mailwarden.connections.wish_routes import router as wishes
from mailwarden.core import api
from mailwarden.core.body_limit import LimitBody
from mailwarden.core.crowd import ShedLoad
from mailwarden.core.headers import SecurityHeaders
from mailwarden.core.idempotency.asked import ReadsKeys
from mailwarden.core.idempotency.keeping import keep_answers
from mailwarden.core.landing import LandInApp
from mailwarden.core.limits.passage import LimitHeaders
from mailwarden.core.limits.strangers import count_strangers
from mailwarden.core.logging import configure_logging
from mailwarden.core.openapi import describe
from mailwarden.core.probes import router as probes
from mailwarden.core.routes import api_routes
from mailwarden.core.runtime import Runtime
from mailwarden.core.web import serve_app
from mailwarden.deliverability.blocklists.routes import router as blocklists
from mailwarden.deliverability.domains.dmarc_routes import router as dmarc_reports
from mailwarden.deliverability.domains.routes import router as domains
from mailwarden.deliverability.score.routes import router as scores
from mailwarden.developers.description.complete import complete
from mailwarden.developers.docs.routes import router as documentation
from mailwarden.developers.events.routes import router as events
from mailwarden.developers.keys.routes import router as api_keys
from mailwarden.developers.oauth.device_routes import router as devices
from mailwarden.developers.oauth.routes import router as authorization_server
from mailwarden.developers.webhooks.routes import router as webhook_endpoints
from mailwarden.diagnostics.bundle_routes import router as support_bundles
from mailwarden.diagnostics.routes import router as diagnostics
from mailwarden.exports.routes import router as exports
from mailwarden.hooks.receive import close_desk
from mailwarden.hooks.receive import router as hooks
from mailwarden.hooks.routes import router as hook_log
from mailwarden.mailboxes.routes import router as mailboxes
from mailwarden.metrics.period_routes import router as periods
from mailwarden.metrics.reconciliation.routes import router as reconciliations
from mailwarden.metrics.routes import router as metrics
from mailwarden.organizations.audit_routes import router as audit_log
from mailwarden.organizations.invitation_routes import router as invitations
from mailwarden.organizations.routes import router as organizations
from mailwarden.outreach.imports.routes import router as outreach_imports
from mailwarden.outreach.recipient_routes import router as outreach_recipients
from mailwarden.outreach.routes import router as outreach_campaigns
from mailwarden.outreach.trouble.routes import router as outreach_trouble
from mailwarden.sending.routes import router as messages
from mailwarden.sending.suppression_routes import router as suppressions
from mailwarden.sending.tracking.activity_routes import router as mail_activity
from mailwarden.sending.tracking.host import TrackingHost
from mailwarden.sending.tracking.routes import router as tracking
from mailwarden.settings import Settings
from mailwarden.status.routes import router as status
from mailwarden.support.article_routes import router as help_articles
from mailwarden.support.routes import router as support
from mailwarden.sync.routes import router as sync

log = logging.getLogger(__name__)
WITH_FILES = 16 << 20  # files in base64, and the words about them
OF_A_REPORT = 5 << 20  # a file in base64
OF_A_MAIL = 36 << 20  # 25 MiB of files in base64
OF_RECIPIENTS = 28 << 20  # 20 MiB of CSV in base64
LARGER = {
    "/v1/support/*": WITH_FILES,
    "/v1/domains/*/dmarc-reports": OF_A_REPORT,
    "/v1/messages/*/files": OF_A_MAIL,
    "/v1/outreach-campaigns/*/imports": OF_RECIPIENTS,
}
ROUTERS = (
    accounts,
    own_account,
    own_sessions,
    second_factor,
    identities,
    organizations,
    invitations,
    audit_log,
    former_members,
    wishes,
    mailbox_connects,
    connections,
    mailboxes,
    sync,
    metrics,
    domains,
    dmarc_reports,
    scores,
    blocklists,
    periods,
    reconciliations,
    status,
    alerts,
    alert_rules,
    alert_settings,
    exports,
    events,
    api_keys,
    devices,
    authorization_server,
    documentation,
    webhook_endpoints,
    billing,
    plan_usage,
    stripe_hook,  # before those of the providers, which take any name
    hooks,
    hook_log,
    diagnostics,
    support_bundles,
    support,
    help_articles,
    messages,
    suppressions,
    outreach_campaigns,
    outreach_recipients,
    outreach_imports,
    outreach_trouble,
    mail_activity,
    tracking,
)

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def operation_id(route: APIRoute) -> str:
    """The function's name is the operation id is the client's method."""
    return route.name


def build(lifespan: Lifespan) -> FastAPI:
    app = FastAPI(
        title="Mailwarden",
        version="1.0.0",
        lifespan=lifespan,
        generate_unique_id_function=operation_id,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
    )
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(count_strangers)])
    keep_answers(api_routes(app.routes))
    app.include_router(probes)
    api.install(app)
    describe(app, complete)
    serve_app(app)
    app.add_middleware(LimitBody, under="/v1/", larger=LARGER)
    app.add_middleware(api.CrashBarrier)
    app.add_middleware(ReadsKeys)
    app.add_middleware(LandInApp, prefix=CALLBACK, page="/integrations")
    app.add_middleware(GZipMiddleware, minimum_size=500)
    app.add_middleware(ShedLoad)
    app.add_middleware(TrackingHost)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(LimitHeaders)
    app.add_middleware(api.RequestIdentity)
    return app


@asynccontextmanager
async def _nothing(_: FastAPI) -> AsyncIterator[None]:
    yield


def schema() -> dict[str, Any]:
    """The OpenAPI description, without opening anything."""
    return build(_nothing).openapi()


def create_app(runtime: Runtime) -> FastAPI:
    """With a runtime that the caller opened and will close: tests, and programs that hold several parts."""
    app = build(_nothing)
    app.state.runtime = runtime
    return app


def report_redirects(settings: Settings, offered: Iterable[str]) -> None:
    """What must be registered at each provider, to the letter."""
    uris = [(name, redirect_uri(settings.public_url, name)) for name in offered]
    uris += [(name, openid.redirect_uri(settings.public_url, name)) for name, _ in uris if openid.signs_in(name)]
    for name, uri in uris:
        if is_registrable(settings.public_url):
            log.info("redirect URI", extra={"provider": name, "redirect_uri": uri})
        else:
            expected = uri.replace("http://", "https://", 1)
            log.warning("redirect URI is not https", extra={"provider": name, "actual": uri, "expected": expected})


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Runtime]:
    async with open_runtime(settings, application="mailwarden-api") as runtime:
        report_redirects(settings, runtime.config.providers)
        await replay_journal(runtime)  # what an earlier process on this disk had received and not stored
        yield runtime


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[FastAPI]:
    """The app with everything open that it needs. Raises what says in one line why it cannot start."""
    configure_logging(settings.log_level, as_json=settings.log_json)
    async with _opened(settings) as runtime:
        app = create_app(runtime)
        try:
            yield app
        finally:
            await close_desk(app)


def app() -> FastAPI:
    """For `uvicorn --factory mailwarden.main:app`."""
    settings = Settings()
    configure_logging(settings.log_level, as_json=settings.log_json)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _opened(settings) as runtime:
            app.state.runtime = runtime
            try:
                yield
            finally:
                await close_desk(app)

    return build(lifespan)
