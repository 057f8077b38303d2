"""The real sources of facts."""

from mailwarden.deliverability.domains.facts import authentication_facts
from mailwarden.deliverability.domains.store import sending_domains
from mailwarden.deliverability.score.listed import listing_facts
from mailwarden.deliverability.score.sources import Sources

SOURCES = Sources(sending_domains, authentication_facts, listing_facts)
