import type { OutreachStep, OutreachStepDraft } from '../../lib/types.ts';
import type { Versioned } from './api.ts';

/** A step while it is written; `key` stays when steps move. */
export type StepEdit = Required<OutreachStepDraft> & { key: string; sent: boolean };
/** What was typed, and the state of the campaign that it began with. */
export type Draft = { steps: StepEdit[]; base: Versioned };

const DAY_S = 86_400;
let made = 0;

export function newStep(number: number): StepEdit {
  made += 1;
  const first = number === 1;
  return {
    key: `new-${made}`,
    delay_s: first ? 0 : 3 * DAY_S,
    condition: 'if_no_reply',
    subject: first ? '' : null,
    html: '',
    sent: false,
  };
}

export const editOf = (step: OutreachStep): StepEdit => ({
  ...bare(step),
  key: `step-${step.number}`,
  sent: step.sent,
});

export const bare = ({ delay_s = 0, condition = 'if_no_reply', subject = null, html }: OutreachStepDraft) => ({
  delay_s,
  condition,
  subject: subject?.trim() || null,
  html,
});

export const same = (a: OutreachStepDraft[], b: OutreachStepDraft[]) =>
  JSON.stringify(a.map(bare)) === JSON.stringify(b.map(bare));

/** Steps that somebody got lie at the beginning; none of the others moves before them. */
export const sentUpTo = (steps: StepEdit[]) => steps.filter((step) => step.sent).length;

/** By the pointers that the server uses. An empty subject would silently mean “the same thread”. */
export function faults(steps: StepEdit[]): Record<string, string> {
  const found = steps.flatMap((step, index) =>
    index > 0 && step.subject !== null && step.subject.trim() === ''
      ? [[`steps.${index}.subject`, 'Write a subject, or let it be a reply in the thread.'] as const]
      : [],
  );
  return Object.fromEntries(found);
}

export function moved(steps: StepEdit[], from: number, to: number): StepEdit[] {
  const step = steps[from];
  const rest = steps.filter((_, index) => index !== from);
  return step ? [...rest.slice(0, to), step, ...rest.slice(to)] : steps;
}

/** Which steps of theirs differ from what this person began with: said before anything is written over. */
export function changedByOthers(base: Versioned, now: Versioned): string {
  const numbers = now.steps.filter((step, index) => {
    const before = base.steps[index];
    return !before || !same([before], [step]);
  });
  if (now.steps.length < base.steps.length) return `Now there are ${now.steps.length} steps.`;
  const list = numbers.map((step) => step.number).join(', ');
  return numbers.length === 1 ? `Step ${list} is different now.` : `Steps ${list} are different now.`;
}
