import type { Alert, CauseCard } from '../../lib/types.ts';

/** The cause card as it stood when the alert was raised; older rows may lack parts of it. */
export function cardOf(alert: Alert): CauseCard | null {
  const card = alert.card as Partial<CauseCard> | null;
  return card?.title && card.first_failed_at ? ({ evidence: [], explanation: '', ...card } as CauseCard) : null;
}
