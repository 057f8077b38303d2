"""IMAP4rev1 as far as mail programs need it, and the accounts that are nothing but a mailbox."""
