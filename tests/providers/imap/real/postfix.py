"""A Postfix of one's own on loopback: submission with Dovecot's passwords, everything relayed to a sink."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailwarden.embedded.processes import free_port
from tests.providers.imap.real.dovecot import OTHER, USER, Dovecot
from tests.providers.imap.real.programs import as_root, await_port, program

MAIN = """
compatibility_level = 3.6
myhostname = mail.firm.test
queue_directory = {home}/spool
data_directory = {home}/data
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
relayhost = [127.0.0.1]:{relay}
smtp_dns_support_level = disabled
smtp_tls_security_level = none
maillog_file = {home}/postfix.log
maillog_file_prefixes = {home}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = {chain}
smtpd_tls_key_file = {key}
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {auth}
smtpd_sender_login_maps = texthash:{home}/owners
smtpd_sender_restrictions = reject_sender_login_mismatch
smtpd_delay_reject = no
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_error_sleep_time = 0
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
error unix - - n - - error
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
scache unix - - n - 1 scache
"""


@contextmanager
def running_postfix(relay: int, dovecot: Dovecot) -> Iterator[int]:
    """Its port."""
    command = program("postfix")
    as_root("Postfix")
    with tempfile.TemporaryDirectory(prefix="mw-postfix-", ignore_cleanup_errors=True) as folder:
        home, port = Path(folder), free_port()
        home.chmod(0o755)
        _write(home, port, relay, dovecot)
        log = home / "postfix.log"
        subprocess.run([command, "-c", folder, "start"], check=True, capture_output=True, timeout=60)
        try:
            await_port(port, log)
            yield port
        finally:
            subprocess.run([command, "-c", folder, "stop"], check=False, capture_output=True, timeout=60)


def _write(home: Path, port: int, relay: int, dovecot: Dovecot) -> None:
    for name in ("spool", "data"):
        (home / name).mkdir()
    subprocess.run(["chown", "postfix", str(home / "data")], check=True)
    (home / "owners").write_text(f"{USER} {USER}\n{OTHER} {OTHER}\n")
    tls = dovecot.tls
    main = MAIN.format(home=home, relay=relay, chain=tls.chain, key=tls.key, auth=dovecot.auth_socket)
    (home / "main.cf").write_text(main)
    (home / "master.cf").write_text(MASTER.format(port=port))
