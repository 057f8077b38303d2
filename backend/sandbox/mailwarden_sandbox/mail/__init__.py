"""What the IMAP and SMTP servers share: lines, logins, faults, ports."""
