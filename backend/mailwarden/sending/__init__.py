"""One-off mails and everything that sends: gate, queue, attempts, suppression, tracking, what comes back."""
