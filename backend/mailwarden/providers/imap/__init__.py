"""Any mailbox by IMAP and SMTP: one login each, every answer told apart, no password sent without need."""
