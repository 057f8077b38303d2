"""What becomes of a text for one recipient."""
