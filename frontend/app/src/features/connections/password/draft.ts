import type { Discovery, MailboxCredentials, MailServer } from '../../../lib/types.ts';

export type Protocol = 'imap' | 'smtp';
export type Security = MailServer['security'];
export type SignIn = { username: string; password: string };

/** Everything typed so far. It lives as long as the dialog, whatever a test or the server answers. */
export type Draft = {
  address: string;
  imap: MailServer;
  smtp: MailServer;
  signIn: SignIn;
  smtpOwn: boolean;
  smtpSignIn: SignIn;
};

const PORTS: Record<Protocol, Record<Security, number>> = {
  imap: { tls: 993, starttls: 143, none: 143 },
  smtp: { tls: 465, starttls: 587, none: 25 },
};

const blank = (protocol: Protocol): MailServer => ({ host: '', port: PORTS[protocol].tls, security: 'tls' });

export const emptyDraft = (address = ''): Draft => ({
  address,
  imap: blank('imap'),
  smtp: blank('smtp'),
  signIn: { username: '', password: '' },
  smtpOwn: false,
  smtpSignIn: { username: '', password: '' },
});

/** Servers and user name as they were found; a password that was typed already stays. */
export const withFound = (draft: Draft, found: Discovery): Draft => ({
  ...draft,
  imap: found.imap ?? draft.imap,
  smtp: found.smtp ?? draft.smtp,
  signIn: { ...draft.signIn, username: found.username },
});

/** The usual port goes along with the encryption, unless somebody chose another one. */
export function withSecurity(protocol: Protocol, server: MailServer, security: Security): MailServer {
  const usual = PORTS[protocol][server.security] === server.port;
  return { ...server, security, port: usual ? PORTS[protocol][security] : server.port };
}

export function bodyOf(draft: Draft): MailboxCredentials {
  return {
    address: draft.address.trim(),
    username: draft.signIn.username.trim() || null,
    password: draft.signIn.password,
    imap: draft.imap,
    smtp: draft.smtp,
    ...smtpBody(draft),
  };
}

export const smtpBody = ({ smtpOwn, smtpSignIn }: Pick<Draft, 'smtpOwn' | 'smtpSignIn'>) =>
  smtpOwn ? { smtp_username: smtpSignIn.username.trim() || null, smtp_password: smtpSignIn.password } : {};

const same = (one: MailServer, other: MailServer) =>
  one.host === other.host && one.port === other.port && one.security === other.security;

type FoundBy = NonNullable<Discovery['found_by']>;
const SOURCES: Record<FoundBy, (domain: string, label: string) => string> = {
  preset: (_, label) => `The settings ${label} gives to everybody.`,
  autoconfig: (domain) => `Published by ${domain} for mail programs.`,
  well_known: (domain) => `Published on the web site of ${domain}.`,
  mx: (domain, label) => `Mail for ${domain} goes to ${label}; these are its settings.`,
  srv: (domain) => `From the DNS records of ${domain}.`,
  guess: () => 'A usual name that answered over TLS. Check it if the test fails.',
};

/** Where a setting came from: found, how, or typed by hand. */
export function sourceOf(protocol: Protocol, server: MailServer, found: Discovery | null): string {
  const offered = found?.[protocol];
  if (!found?.found_by || !offered) return 'Not found: your mail provider tells these settings in its help pages.';
  if (!same(offered, server)) return 'Changed by you.';
  const domain = found.address.split('@')[1] ?? found.address;
  return SOURCES[found.found_by](domain, found.label ?? 'the mail provider');
}
