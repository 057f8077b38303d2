/** Reads values of unknown shape: what a server or a page sent. */
export type Fields = Record<string, unknown>;

export const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
export const maybe = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
export const yes = (value: unknown): boolean => value === true;
