"""What comes back to a mailbox: bounces, complaints, replies."""
