import { IconAlertTriangle, IconCircleCheck, IconInfoCircle, type TablerIcon } from '@tabler/icons-react';
import type { QuickStep } from '../../lib/types.ts';

type Look = { label: string; tone: 'success' | 'brand' | 'danger'; Icon: TablerIcon };

/** A note is worth knowing and nothing to worry about; only trouble is red. */
export const RESULTS: Record<QuickStep['result'], Look> = {
  ok: { label: 'OK', tone: 'success', Icon: IconCircleCheck },
  note: { label: 'Worth knowing', tone: 'brand', Icon: IconInfoCircle },
  trouble: { label: 'Trouble', tone: 'danger', Icon: IconAlertTriangle },
};
