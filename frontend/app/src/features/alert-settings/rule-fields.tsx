import { Fieldset, Group, NumberInput, Select, Stack, Switch, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { plural } from '../../lib/numbers.ts';
import type { AlertRule } from '../../lib/types.ts';
import { type RuleDraft, wrongThreshold, wrongVolume } from './draft.ts';
import { OnLabel } from './on-label.tsx';

const TIERS = ['Tier A alone', 'Tiers A and B', 'Tiers A to C', 'All tiers, A to D'].map((label, index) => ({
  value: String(index + 1),
  label,
}));
const FREQUENCIES = { instant: 'At once', daily: 'In the daily digest' } as const;
const COUNTED: Partial<Record<AlertRule['kind'], string>> = {
  bounce_spike: 'messages sent',
  complaint_increase: 'messages delivered',
};

type Props = {
  rule: AlertRule;
  frequency: keyof typeof FREQUENCIES;
  value: RuleDraft;
  changed: boolean;
  refusal: string | undefined;
  may: boolean;
  onChange: (patch: Partial<RuleDraft>) => void;
  children: ReactNode;
};

/** One rule: what it does in words, and what of it can be set. */
export function RuleFields(props: Props) {
  const { rule, value, changed, may, onChange, children } = props;
  return (
    <Fieldset legend={rule.label} disabled={!may}>
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Switch
            label={<OnLabel of={rule.label} />}
            checked={value.enabled}
            onChange={(e) => onChange({ enabled: e.currentTarget.checked })}
          />
          {rule.open > 0 && <ToneBadge tone="danger">{plural(rule.open, 'open alert')}</ToneBadge>}
          {!rule.available && <ToneBadge tone="gray">No data for it on this instance yet</ToneBadge>}
        </Group>
        <Text size="sm">
          {changed && <strong>Saved now: {rule.enabled ? 'on. ' : 'off. '}</strong>}
          {rule.words}
        </Text>
        <Group gap="sm" align="flex-start">
          <Threshold {...props} />
          <Volume {...props} />
          <Frequency {...props} />
        </Group>
        <Text size="xs" c="dimmed">
          Measured against: {rule.baseline.charAt(0).toLowerCase() + rule.baseline.slice(1)}.
        </Text>
        {children}
      </Stack>
    </Fieldset>
  );
}

const WIDTH = { flex: '1 1 190px', maw: { sm: 260 } };
const whole = (typed: string | number) => (typed === '' ? '' : Number(typed));

function Threshold({ rule, value, refusal, onChange }: Props) {
  if (rule.unit === 'tier') {
    return (
      <Select
        {...WIDTH}
        label="Lists that count"
        description="A is the gravest tier"
        allowDeselect={false}
        data={TIERS}
        value={String(value.threshold)}
        error={refusal}
        onChange={(tier) => onChange({ threshold: Number(tier) })}
      />
    );
  }
  return (
    <NumberInput
      {...WIDTH}
      label="Threshold"
      description={`${rule.least} to ${rule.most}; usual ${rule.default}`}
      suffix={` ${rule.unit_words}`}
      clampBehavior="none"
      step={rule.step}
      min={rule.least}
      max={rule.most}
      value={value.threshold}
      error={wrongThreshold(rule, value.threshold) ?? refusal}
      onChange={(typed) => onChange({ threshold: whole(typed) })}
    />
  );
}

function Volume({ rule, value, onChange }: Props) {
  if (rule.minimum_volume === null) return null;
  return (
    <NumberInput
      {...WIDTH}
      label="Minimum volume"
      description="With less nothing is said"
      suffix={` ${COUNTED[rule.kind] ?? 'messages'}`}
      clampBehavior="none"
      allowDecimal={false}
      allowNegative={false}
      thousandSeparator=","
      step={100}
      value={value.minimum_volume ?? ''}
      error={wrongVolume(value.minimum_volume)}
      onChange={(typed) => onChange({ minimum_volume: whole(typed) })}
    />
  );
}

function Frequency({ frequency, value, onChange }: Props) {
  const usual = `As for all: ${FREQUENCIES[frequency].toLowerCase()}`;
  const choices = Object.entries(FREQUENCIES).map(([key, label]) => ({ value: key, label }));
  return (
    <Select
      {...WIDTH}
      label="When it is sent"
      description="In the app it stands at once"
      allowDeselect={false}
      data={[{ value: 'usual', label: usual }, ...choices]}
      value={value.frequency ?? 'usual'}
      onChange={(next) => onChange({ frequency: next === 'usual' ? null : (next as keyof typeof FREQUENCIES) })}
    />
  );
}
