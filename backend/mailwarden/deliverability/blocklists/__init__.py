"""Is an address or a domain on a blocklist? No list is believed before it has shown that it answers as it should."""
