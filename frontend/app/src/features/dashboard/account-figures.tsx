import { useState } from 'react';
import type { Range } from './api.ts';
import { SummarySection } from './summary-section.tsx';

/** Of one account; they come after the account itself, which is why one opens its page. */
export default function AccountFigures({ connectionId }: { connectionId: string }) {
  const [range, setRange] = useState<Range>('30');
  return <SummarySection range={range} onRange={setRange} connectionId={connectionId} />;
}
