/** Fields in a text, `{{first_name|there}}`, as the server reads them. */
const FIELD = /\{\{\s*([a-z][a-z0-9_]{0,62})\s*(\|[^{}]*)?\}\}/g;

/** What every recipient has; all else comes from what they were added with. */
export const OWN_FIELDS = ['email', 'name'];

export const fieldsIn = (...texts: string[]) =>
  new Set(texts.flatMap((text) => [...text.matchAll(FIELD)].map((found) => found[1] ?? '')));

/** Used without a fallback: whoever lacks it cannot get the mail. */
export const neededIn = (...texts: string[]) =>
  new Set(
    texts.flatMap((text) => [...text.matchAll(FIELD)].filter((found) => !found[2]).map((found) => found[1] ?? '')),
  );

export const label = (field: string) => field.replaceAll('_', ' ');
