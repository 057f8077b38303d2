/** What a column of a file becomes; a field of recipients keeps a name of its own. */
export type Kind = 'address' | 'name' | 'zone' | 'field' | 'none';
type Mapping = Record<string, string>;

const OWN = ['address', 'name', 'zone'];
const NAME = /^[a-z][a-z0-9_]{0,62}$/;

export const kindOf = (target: string | undefined): Kind =>
  target === undefined ? 'none' : OWN.includes(target) ? (target as Kind) : 'field';

/** As the server names fields: “First Name” becomes first_name. */
export const asName = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_')
    .replace(/^[0-9_]+/, '')
    .slice(0, 63);

export function remap(mapping: Mapping, column: string, kind: Kind): Mapping {
  const { [column]: _, ...rest } = mapping;
  if (kind === 'none') return rest;
  return { ...rest, [column]: kind === 'field' ? asName(column).replace(/_+$/, '') || 'field' : kind };
}

/** Why the server would not take it; null if it would. */
export function mappingFault(mapping: Mapping): string | null {
  const targets = Object.values(mapping);
  if (targets.filter((one) => one === 'address').length !== 1) return 'Exactly one column must be the address.';
  const twice = targets.find((one, index) => targets.indexOf(one) !== index);
  if (twice !== undefined) return `Two columns lead to ${twice || 'a field without a name'}.`;
  return targets.every((one) => NAME.test(one)) ? null : 'Give each field a name: letters, digits and underscores.';
}
