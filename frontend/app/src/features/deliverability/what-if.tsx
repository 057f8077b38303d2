import '@mantine/core/styles/Slider.css';
import { Button, Group, Select, SimpleGrid, Slider, Stack, Switch, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { Part } from '../../components/part.tsx';
import { ErrorState } from '../../components/states.tsx';
import { percent } from '../../lib/numbers.ts';
import { gainText } from '../../lib/score.ts';
import type { Score, ScoreChange, ScoreRate } from '../../lib/types.ts';
import { whatIfOptions } from './api.ts';
import { RATE_LABELS } from './score-explanation.tsx';
import { ScoreLines } from './score-lines.tsx';
import { AUTHENTICATION, type Authentication, isChanged, SWITCHES, type Trial } from './trial.ts';

type Props = { score: Score; trial: Trial; onTrial: (trial: Trial) => void };

/** The same formula with other facts; nothing is stored. */
export default function WhatIf({ score, trial, onTrial }: Props) {
  const put = (part: ScoreChange) => onTrial({ ...trial, change: { ...trial.change, ...part } });
  const clear = (
    <Button variant="subtle" size="xs" disabled={!isChanged(trial.change)} onClick={() => onTrial({ change: {} })}>
      Back to how it is
    </Button>
  );
  const lead = `What the score would be with other rates or facts${trial.of ? ` of ${trial.of}` : ''}. Nothing is stored.`;
  return (
    <Part title="What if" lead={lead} actions={clear}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
        <Stack gap="lg">
          {score.rates.map((rate) => (
            <RateSlider
              key={rate.name}
              rate={rate}
              value={trial.change.rates?.[rate.name] ?? rate.used}
              onChange={(value) => put({ rates: { ...trial.change.rates, [rate.name]: value } })}
            />
          ))}
        </Stack>
        <Facts trial={trial} put={put} />
      </SimpleGrid>
      <Answer score={score} trial={trial} />
    </Part>
  );
}

const RANGES: Record<ScoreRate['name'], { max: number; step: number }> = {
  complaints: { max: 0.006, step: 0.0001 },
  bounces: { max: 0.12, step: 0.001 },
  clicks: { max: 0.04, step: 0.0005 },
  opens: { max: 0.5, step: 0.005 },
  unsubscribes: { max: 0.015, step: 0.0005 },
};

type SliderProps = { rate: ScoreRate; value: number; onChange: (value: number) => void };

function RateSlider({ rate, value, onChange }: SliderProps) {
  const id = useId();
  const { max, step } = RANGES[rate.name];
  return (
    <div>
      <Group justify="space-between" gap="xs">
        <Text size="sm" fw={500} id={id}>
          {RATE_LABELS[rate.name]}
        </Text>
        <Text size="sm" className="tnum">
          {percent(value)}
          {value !== rate.used && ` instead of ${percent(rate.used)}`}
        </Text>
      </Group>
      <Slider
        thumbProps={{ 'aria-labelledby': id, 'aria-valuetext': percent(value) }}
        label={null}
        min={0}
        max={Math.max(max, rate.used, value)}
        step={step}
        value={value}
        onChange={onChange}
      />
    </div>
  );
}

function Facts({ trial: { change }, put }: { trial: Trial; put: (part: ScoreChange) => void }) {
  const { authentication = {} } = change;
  const set = (part: Authentication) => put({ authentication: { ...authentication, ...part } });
  return (
    <Stack gap="sm">
      {AUTHENTICATION.map(({ name, label, data }) => (
        <Select
          key={name}
          label={label}
          placeholder="As it is"
          clearable
          clearButtonProps={{ 'aria-label': `${label} as it is` }}
          value={authentication[name] ?? null}
          data={data}
          onChange={(value) => set({ [name]: value } as Authentication)}
        />
      ))}
      {SWITCHES.map(({ name, label }) => (
        <Switch
          key={name}
          label={label}
          checked={authentication[name] ?? false}
          onChange={(e) => set({ [name]: e.currentTarget.checked ? true : null })}
        />
      ))}
      <Switch
        label="All blocklist entries are gone"
        checked={change.all_unlisted ?? false}
        onChange={(e) => put({ all_unlisted: e.currentTarget.checked })}
      />
      <Switch
        label="Sent 5,000 messages or more on one day (bulk sender)"
        checked={change.bulk ?? false}
        onChange={(e) => put({ bulk: e.currentTarget.checked ? true : null })}
      />
    </Stack>
  );
}

/** Asked when the hand rests: a slider on its way has no answer. */
function Answer({ score, trial }: { score: Score; trial: Trial }) {
  const [{ change, of }] = useDebouncedValue(trial, 300);
  const asked = isChanged(change);
  const body = { change, domain: score.domain, of: of ?? null };
  const { data, error, refetch } = useQuery({ ...whatIfOptions(body, score.computed_at), enabled: asked });
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <Text role="status" fw={600} className="tnum">
        {!asked && 'Move a slider or turn a switch to see what it would bring.'}
        {asked && !data && 'Computing…'}
        {asked &&
          data &&
          `${data.now.score ?? 'No score'} now, ${data.then.score ?? 'no score'} then: ${data.then.label}, ${gainText(data.gain)} points.`}
      </Text>
      {asked && data && <ScoreLines score={data.then} title="What it would be made of" />}
    </>
  );
}
