import type { Trouble } from './protocol.ts';
import { trouble } from './words.ts';

/** What a person is told, thrown. */
export class Failure extends Error {
  readonly trouble: Trouble;

  constructor(what: Trouble) {
    super(what.code);
    this.trouble = what;
  }
}

export const failure = (code: string, detail?: string | null): Failure => new Failure(trouble(code, detail));

export const troubleOf = (error: unknown): Trouble =>
  error instanceof Failure ? error.trouble : trouble('unexpected', null);
