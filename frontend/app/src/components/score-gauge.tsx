import '@mantine/core/styles/SemiCircleProgress.css';
import { SemiCircleProgress, Text } from '@mantine/core';
import { BAND_TONES } from '../lib/score.ts';
import type { Score } from '../lib/types.ts';
import { toneInk } from './tones.ts';

type Props = { score: Pick<Score, 'score' | 'band' | 'label'>; size?: number };

/** The number and its word; the colour only repeats the word. */
export function ScoreGauge({ score: { score, band, label }, size = 200 }: Props) {
  return (
    <SemiCircleProgress
      value={score ?? 0}
      size={size}
      thickness={Math.round(size / 14)}
      filledSegmentColor={band ? toneInk(BAND_TONES[band]) : 'var(--mantine-color-default-border)'}
      emptySegmentColor="var(--mantine-color-default-border)"
      labelPosition="bottom"
      label={
        <span style={{ display: 'block', textAlign: 'center' }}>
          <Text span display="block" fz={Math.round(size / 5)} fw={700} lh={1.1} className="tnum">
            {score ?? '–'}
          </Text>
          <Text span display="block" size="sm" fw={600} style={{ whiteSpace: 'nowrap' }}>
            {label}
          </Text>
        </span>
      }
      styles={{ label: { color: 'var(--mantine-color-text)' } }}
    />
  );
}
