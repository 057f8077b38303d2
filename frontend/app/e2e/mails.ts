/** The mails that the product wrote to files instead of sending them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const FOLDER = process.env['E2E_MAILS'] ?? '.local/mail';
const PATIENCE_MS = 30_000;

/** The link in a mail to `address` that leads to `page`, such as `/confirm-email`; `known` ones do not count. */
export async function linkTo(page: string, address: string, known: string[] = []): Promise<string> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await pause(250)) {
    const links = mailsTo(address).flatMap((mail) => mail.match(new RegExp(`http://\\S+${page}#[\\w-]+`)) ?? []);
    const fresh = links.find((link) => !known.includes(link));
    if (fresh) return fresh;
  }
  throw new Error(`no mail to ${address} leads to ${page}`);
}

function mailsTo(address: string): string[] {
  if (!existsSync(FOLDER)) return []; // it comes with the first mail
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.eml'));
  const texts = files.map((name) => decoded(readFileSync(join(FOLDER, name), 'latin1')));
  return texts.filter((text) => new RegExp(`^To: .*${address}`, 'im').test(text));
}

/** Quoted-printable (RFC 2045, 6.7) as far as a link needs it. */
const decoded = (raw: string) =>
  raw
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
