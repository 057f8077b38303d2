import { Text } from '@mantine/core';
import { lazy, Suspense, useRef, useState } from 'react';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Part } from '../../components/part.tsx';
import { SelectLater } from '../../components/select-later.tsx';
import { LoadingBlocks } from '../../components/states.tsx';
import { percent } from '../../lib/numbers.ts';
import type { Recommendation, Score } from '../../lib/types.ts';
import { Recommendations } from './recommendations.tsx';
import { ScoreHistory } from './score-history.tsx';
import { ScoreOverview } from './score-overview.tsx';
import type { Trial } from './trial.ts';

const WhatIf = lazy(() => import('./what-if.tsx'));

type Props = { score: Score; domain: string | undefined; open: boolean; onOpen: (open: boolean) => void };

export function ScoreView({ score, domain, open, onOpen }: Props) {
  const [trial, setTrial] = useState<Trial>({ change: {} });
  const place = useRef<HTMLDivElement>(null);
  const attempt = (one: Recommendation) => {
    setTrial({ change: one.change, of: one.domain ?? undefined });
    place.current?.scrollIntoView({ block: 'start' });
    place.current?.focus({ preventScroll: true });
  };
  return (
    <>
      <ScoreOverview score={score} open={open} onOpen={onOpen} />
      {score.domains.length > 1 && <Domains score={score} />}
      <Recommendations list={score.recommendations} onTry={attempt} />
      <div ref={place} tabIndex={-1}>
        <Suspense fallback={<LoadingBlocks label="Loading what-if" heights={[240]} />}>
          <WhatIf score={score} trial={trial} onTrial={setTrial} />
        </Suspense>
      </div>
      <ScoreHistory domain={domain} />
    </>
  );
}

const COLUMNS: Column<Score['domains'][number]>[] = [
  { head: 'Domain', cell: (one) => one.domain },
  {
    head: 'Score',
    cell: (one) => (one.score === null ? 'No score' : `${one.score}${one.provisional ? ', provisional' : ''}`),
    kind: 'num',
  },
  { head: 'Share of mail', cell: (one) => percent(one.share), kind: 'num' },
];

function Domains({ score }: { score: Score }) {
  const lead =
    'The account is the mean by volume, never more than 10 points above a domain with a tenth of it or more.';
  return (
    <Part title="Domains" lead={lead}>
      <DataTable
        label="Scores of domains"
        columns={COLUMNS}
        rows={score.domains}
        rowKey={(one) => one.domain}
        look="dense"
      />
    </Part>
  );
}

type ScopeProps = { domains: string[]; value: string | undefined; onChange: (domain: string | undefined) => void };

/** Whose score: the account's, or one domain's. */
export function ScopeSelect({ domains, value, onChange }: ScopeProps) {
  const names = value && !domains.includes(value) ? [...domains, value] : domains;
  if (names.length === 0) return <Text size="sm">The whole account</Text>;
  return (
    <SelectLater
      label="Score of"
      allowDeselect={false}
      value={value ?? ''}
      data={[{ value: '', label: 'The whole account' }, ...names.map((name) => ({ value: name, label: name }))]}
      onChange={(next) => onChange(next || undefined)}
    />
  );
}
