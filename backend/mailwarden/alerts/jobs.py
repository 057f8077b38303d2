"""Who is told of which event, and the jobs that mail it."""

from mailwarden.accounts.models import Organization
from mailwarden.alerts.address_mail import send_code
from mailwarden.alerts.campaign_notices import ABOUT_CAMPAIGNS
from mailwarden.alerts.channels.jobs import send_alert_post
from mailwarden.alerts.digest import send_digest
from mailwarden.alerts.distribution import DIGEST, MAIL, POST
from mailwarden.alerts.endpoint_notices import ABOUT_ENDPOINTS, alert_endpoint
from mailwarden.alerts.evaluating import EVALUATE, TOLD_BY, evaluate_rules, wake_rules
from mailwarden.alerts.letter import compose, compose_digest
from mailwarden.alerts.models import Alert, AlertMail
from mailwarden.alerts.notices import alert_asked, alert_expiring, alert_permission
from mailwarden.alerts.operators import OPERATOR_MAIL, TELL, send_operator_mail, tell_operators, tell_unreadable
from mailwarden.alerts.posting import TRIES, post_once
from mailwarden.alerts.queries import alerts_of
from mailwarden.alerts.service import alert_inactive, alert_recovered
from mailwarden.alerts.settings_store import CODE_MAIL
from mailwarden.alerts.wishes import alert_wish
from mailwarden.core.db import UnitOfWork, unit_of_work
from mailwarden.core.jobs import JobKind, Lease, enqueue
from mailwarden.core.mail import Mail
from mailwarden.core.runtime import Runtime
from mailwarden.events.dispatch import Listeners, merge
from mailwarden.events.types import EventType


async def send_alert_mail(rt: Runtime, lease: Lease) -> None:
    await post_once(rt, lease, AlertMail, _write)


async def _write(rt: Runtime, tx: UnitOfWork, row: AlertMail) -> Mail:
    organization = await tx.session.get_one(Organization, row.org_id)
    if row.digest_id is not None:
        return compose_digest(rt, await alerts_of(tx, row.org_id, row.digest_id), organization, row)
    alert = await tx.session.get_one(Alert, row.alert_id)
    return compose(rt, alert, organization, row)


async def start_up(rt: Runtime) -> None:
    """The schedule that belongs to no organization."""
    async with unit_of_work(rt.sessions) as tx:
        await enqueue(tx, TELL, "instance")


JOBS = [
    JobKind(MAIL, send_alert_mail, max_attempts=TRIES),
    JobKind(OPERATOR_MAIL, send_operator_mail, max_attempts=TRIES),
    JobKind(TELL, tell_operators, max_attempts=None),
    JobKind(CODE_MAIL, send_code, max_attempts=TRIES),
    JobKind(EVALUATE, evaluate_rules, max_attempts=None),
    JobKind(DIGEST, send_digest, max_attempts=None),
    JobKind(POST, send_alert_post, max_attempts=TRIES),
]
OF_CONNECTIONS: Listeners = {
    EventType.CONNECTION_INACTIVE: [alert_inactive, tell_unreadable],
    EventType.CONNECTION_RECOVERED: [alert_recovered],
    EventType.CONNECTION_EXPIRING: [alert_expiring],
    EventType.CONNECTION_PERMISSION_MISSING: [alert_permission],
    EventType.CONNECTION_RECONNECT_ASKED: [alert_asked],
    EventType.ORGANIZATION_ACTION_ASKED: [alert_wish],
    **{type: [alert_endpoint] for type in ABOUT_ENDPOINTS},
}
LISTENERS = merge(OF_CONNECTIONS, ABOUT_CAMPAIGNS, {type: [wake_rules] for type in TOLD_BY})
