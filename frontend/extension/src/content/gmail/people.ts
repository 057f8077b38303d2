/** Recipients of a compose window. */
import type { Person } from '../../shared/protocol.ts';
import { CHIP, recipients, TYPED } from './selectors.ts';

const ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;"]+$/;

export const isAddress = (text: string): boolean => ADDRESS.test(text);

/** `Ann Other <ann@example.com>` or the address alone. Null: neither. */
export function parsePerson(text: string): Person | null {
  const named = /^\s*"?(.*?)"?\s*<([^<>]+)>\s*$/.exec(text);
  const [name, address] = named ? [named[1] ?? '', (named[2] ?? '').trim()] : ['', text.trim()];
  return isAddress(address) ? { address, name } : null;
}

/** `unfinished`: text that stands in a field and is no address. */
export type People = { found: Person[]; unfinished: string | null };

export function readPeople(root: Element, kind: 'to' | 'cc' | 'bcc'): People {
  const fields = [...root.querySelectorAll<HTMLElement>(recipients(kind))];
  const chips = fields.flatMap(chipsIn);
  const typed = fields.flatMap(typedIn);
  const parsed = typed.map((text) => ({ text, person: parsePerson(text) }));
  const wrong = parsed.find((one) => one.person === null);
  const people = [...chips, ...parsed.flatMap((one) => (one.person ? [one.person] : []))];
  return { found: unique(people), unfinished: wrong?.text ?? null };
}

function chipsIn(field: HTMLElement): Person[] {
  return [...field.querySelectorAll<HTMLElement>(CHIP)].flatMap((chip) => {
    const address = chip.getAttribute('data-hovercard-id') ?? chip.getAttribute('email') ?? '';
    const name = chip.getAttribute('data-name') ?? chip.getAttribute('name') ?? '';
    return isAddress(address) ? [{ address, name: name === address ? '' : name }] : [];
  });
}

/** Hidden inputs hold one person each; visible ones what is being typed. */
function typedIn(field: HTMLElement): string[] {
  const inputs = field.matches('input, textarea') ? [field] : [...field.querySelectorAll<HTMLElement>(TYPED)];
  return inputs.flatMap((input) => split((input as HTMLInputElement).value));
}

/** At commas and semicolons, though not within quotes. */
const split = (text: string): string[] =>
  (text.match(/(?:"[^"]*"|[^,;"])+/g) ?? []).map((one) => one.trim()).filter((one) => one !== '');

function unique(people: Person[]): Person[] {
  const seen = new Map<string, Person>();
  for (const one of people) {
    const known = seen.get(one.address.toLowerCase());
    if (!known || (known.name === '' && one.name !== '')) seen.set(one.address.toLowerCase(), one);
  }
  return [...seen.values()];
}
