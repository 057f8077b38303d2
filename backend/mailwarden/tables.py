"""Imports every feature's models, so that Alembic sees one metadata."""

import mailwarden.accounts.access_models
import mailwarden.accounts.audit_models
import mailwarden.accounts.factor_models
import mailwarden.accounts.letter_models
import mailwarden.accounts.models
import mailwarden.accounts.throttle_models
import mailwarden.alerts.models
import mailwarden.alerts.rule_models
import mailwarden.billing.models
import mailwarden.connections.audience_models
import mailwarden.connections.grant_models
import mailwarden.connections.mail_models
import mailwarden.connections.models
import mailwarden.connections.retest_models
import mailwarden.connections.slot_models
import mailwarden.core.health
import mailwarden.core.idempotency.models
import mailwarden.core.jobs
import mailwarden.core.key_check
import mailwarden.deliverability.blocklists.models
import mailwarden.deliverability.dmarc_reports.models
import mailwarden.deliverability.domains.models
import mailwarden.deliverability.score.models
import mailwarden.developers.webhooks.models
import mailwarden.diagnostics.models
import mailwarden.events.models
import mailwarden.exports.models
import mailwarden.hooks.models
import mailwarden.metrics.figure_models
import mailwarden.metrics.models
import mailwarden.metrics.reconciliation.models
import mailwarden.organizations.models
import mailwarden.outreach.models
import mailwarden.outreach.trouble.models
import mailwarden.sending.models
import mailwarden.sending.receiving.models
import mailwarden.sending.tracking.models
import mailwarden.status.models
import mailwarden.support.models
import mailwarden.sync.models  # noqa: F401
from mailwarden.core.db import Base

metadata = Base.metadata
