import type { Person } from '../../../lib/types.ts';

/** A piece of what was typed as recipients. `line`: counted from 1. */
type Entry = { line: number; typed: string; person: Person | null };

const ADDRESS = /^[^\s@<>()[\]\\,;:"]+@[^\s@<>()[\]\\,;:"]+\.[^\s@<>()[\]\\,;:".]{2,}$/;
const NAMED = /^(.*)<([^<>]*)>$/;
const MOST = 100;

/** One on each line, or parted by commas and semicolons: an address, or a name and the address in angle brackets. */
export function entriesOf(text: string): Entry[] {
  return text.split('\n').flatMap((line, at) =>
    pieces(line)
      .map((piece) => piece.trim())
      .filter(Boolean)
      .map((typed) => ({ line: at + 1, typed, person: personOf(typed) })),
  );
}

/** Commas and semicolons in quotes belong to a name. */
const pieces = (line: string) => line.match(/(?:"(?:\\.|[^"\\])*"|[^,;"]|")+/g) ?? [];

function personOf(typed: string): Person | null {
  const [, name = '', inside] = NAMED.exec(typed) ?? [];
  const address = (inside ?? typed).trim();
  return ADDRESS.test(address) ? { address, name: unquoted(name.trim()) } : null;
}

const unquoted = (name: string) => (/^".*"$/.test(name) ? name.slice(1, -1).replaceAll(/\\(.)/g, '$1') : name);

export const peopleOf = (text: string): Person[] => entriesOf(text).flatMap(({ person }) => (person ? [person] : []));

const quoted = (name: string) => (/[",;<>@\\]/.test(name) ? `"${name.replaceAll(/(["\\])/g, '\\$1')}"` : name);

/** Back to what a person would type. */
export const textOf = (people: { address: string; name?: string }[]) =>
  people.map(({ address, name }) => (name ? `${quoted(name)} <${address}>` : address)).join('\n');

export type Field = 'to' | 'cc' | 'bcc';
export type PeopleText = Record<Field, string>;
export const FIELDS: Field[] = ['to', 'cc', 'bcc'];

/** What is wrong with each field, line by line. Everybody gets a mail once. */
export function peopleFaults(texts: PeopleText): Record<Field, string[]> {
  const seen = new Set<string>();
  const faults: Record<Field, string[]> = { to: [], cc: [], bcc: [] };
  for (const field of FIELDS) {
    for (const { line, typed, person } of entriesOf(texts[field])) {
      const address = person?.address.toLowerCase();
      if (!address) faults[field].push(`Line ${line}: “${typed}” is not a mail address.`);
      else if (seen.has(address)) faults[field].push(`Line ${line}: ${person?.address} stands here twice.`);
      if (address) seen.add(address);
    }
  }
  if (seen.size > MOST) faults.to.push(`At most ${MOST} recipients; these are ${seen.size}.`);
  return faults;
}

/** The same without whom the server would refuse, so that the rest of a draft is stored. */
export function fitPeople(texts: PeopleText): Record<Field, Person[]> {
  const seen = new Set<string>();
  const kept = (text: string) =>
    peopleOf(text).filter(({ address }) => {
      const fresh = !seen.has(address.toLowerCase()) && seen.size < MOST;
      if (fresh) seen.add(address.toLowerCase());
      return fresh;
    });
  return { to: kept(texts.to), cc: kept(texts.cc), bcc: kept(texts.bcc) };
}

/** Without these addresses; all else stays as it was typed. */
export function without(texts: PeopleText, addresses: string[]): PeopleText {
  const gone = new Set(addresses.map((one) => one.toLowerCase()));
  const left = (text: string) =>
    entriesOf(text)
      .filter(({ person }) => !person || !gone.has(person.address.toLowerCase()))
      .map(({ typed }) => typed)
      .join('\n');
  return { to: left(texts.to), cc: left(texts.cc), bcc: left(texts.bcc) };
}
