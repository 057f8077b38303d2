"""What an address and a name are."""
