"""Imports every feature's models, so that Alembic sees one metadata."""

import mailwarden.accounts.models
import mailwarden.alerts.models
import mailwarden.connections.audience_models
import mailwarden.connections.grant_models
import mailwarden.connections.mail_models
import mailwarden.connections.models
import mailwarden.connections.slot_models
import mailwarden.core.health
import mailwarden.core.jobs
import mailwarden.core.key_check
import mailwarden.diagnostics.models
import mailwarden.events.models
import mailwarden.hooks.models
import mailwarden.metrics.models
import mailwarden.status.models
import mailwarden.sync.models  # noqa: F401
from mailwarden.core.db import Base

metadata = Base.metadata
