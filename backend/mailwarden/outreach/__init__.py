"""Outreach campaigns: steps, recipients, inbox rotation, and the clocks that trouble starts."""
