"""The DNS of the accounts' domains, of blocklists, and of whatever is entered over the control API."""
