"""Negative control: a worker as a queue would be that tries again whatever did not succeed."""

from mailwarden import worker
from mailwarden.sending import outcomes, settle
from tests.reliability.sending_rows import send_again

if __name__ == "__main__":
    vars(outcomes)["set_unknown"] = send_again
    vars(settle)["set_unknown"] = send_again
    worker.main()
