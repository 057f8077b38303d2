import { ActionIcon, Alert, Card, Checkbox, Group, NumberInput, Select, Stack, TextInput, Title } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconLock, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { BodyField } from './body-field.tsx';
import type { StepEdit } from './draft.ts';
import { CONDITIONS, delayParts, UNITS, type Unit } from './words.ts';

type Props = {
  number: number;
  step: StepEdit;
  fields: string[];
  errors: Record<string, string>;
  warnings: string[];
  disabled: boolean;
  onChange: (change: Partial<StepEdit>) => void;
  onMove?: { up?: (() => void) | undefined; down?: (() => void) | undefined };
  onRemove: () => void;
};

export function StepCard({ number, step, fields, errors, warnings, disabled, onChange, onMove, onRemove }: Props) {
  const locked = disabled || step.sent;
  const at = (part: string) => errors[`steps.${number - 1}.${part}`];
  return (
    <Card component="section" aria-label={`Step ${number}`}>
      <Stack>
        <Group justify="space-between">
          <Group gap="xs">
            <Title order={2}>Step {number}</Title>
            {step.sent && (
              <ToneBadge tone="gray" Icon={IconLock}>
                Has gone out, stays as it is
              </ToneBadge>
            )}
          </Group>
          {!locked && (
            <Group gap={4}>
              <IconAction label={`Move step ${number} up`} Icon={IconArrowUp} onClick={onMove?.up} />
              <IconAction label={`Move step ${number} down`} Icon={IconArrowDown} onClick={onMove?.down} />
              <IconAction label={`Remove step ${number}`} Icon={IconTrash} onClick={onRemove} />
            </Group>
          )}
        </Group>
        <When {...{ number, step, locked, onChange }} error={at('condition')} />
        <SubjectField {...{ number, step, locked, onChange }} error={at('subject')} />
        <BodyField
          step={number}
          html={step.html}
          fields={fields}
          disabled={locked}
          error={at('html')}
          onChange={(html) => onChange({ html })}
        />
        {warnings.length > 0 && (
          <Alert color="warning" variant="light" p="xs" role="status">
            {warnings.map((one) => (
              <div key={one}>{one}</div>
            ))}
          </Alert>
        )}
      </Stack>
    </Card>
  );
}

type ActionProps = { label: string; Icon: typeof IconTrash; onClick: (() => void) | undefined };

function IconAction({ label, Icon, onClick }: ActionProps) {
  return (
    <ActionIcon variant="subtle" color="gray" size={30} aria-label={label} disabled={!onClick} onClick={onClick}>
      <Icon size={16} aria-hidden />
    </ActionIcon>
  );
}

const LONGEST_S = 365 * 86_400;
const lengthOf = (unit: Unit) => UNITS.find((one) => one.value === unit)?.seconds ?? 1;

type FieldProps = Pick<Props, 'number' | 'step' | 'onChange'> & { locked: boolean; error: string | undefined };

/** How long after the step before, and under which condition about it. */
function When({ number, step, locked, error, onChange }: FieldProps) {
  const [chosen, setChosen] = useState<Unit>(delayParts(step.delay_s).unit);
  const fits = step.delay_s % lengthOf(chosen) === 0;
  const unit = fits ? chosen : delayParts(step.delay_s).unit;
  const amount = step.delay_s / lengthOf(unit);
  const set = (next: number, name: Unit) => {
    setChosen(name);
    onChange({ delay_s: Math.min(next * lengthOf(name), LONGEST_S) });
  };
  return (
    <Group align="flex-end" gap="sm">
      <NumberInput
        label={number === 1 ? 'Wait after the start' : 'Wait after the step before'}
        w={200}
        min={0}
        allowDecimal={false}
        disabled={locked}
        value={amount}
        onChange={(next) => typeof next === 'number' && set(next, unit)}
      />
      <Select
        aria-label={`Unit of the wait of step ${number}`}
        w={110}
        allowDeselect={false}
        disabled={locked}
        value={unit}
        onChange={(next) => set(amount, (next ?? unit) as Unit)}
        data={UNITS.map(({ value, label }) => ({ value, label }))}
      />
      {number > 1 && (
        <Select
          label="Send it"
          flex="1 1 260px"
          allowDeselect={false}
          disabled={locked}
          error={error}
          value={step.condition}
          onChange={(next) => onChange({ condition: next as StepEdit['condition'] })}
          data={CONDITIONS}
        />
      )}
    </Group>
  );
}

/** The first mail begins the thread; a later one may go on with it, as a reply. */
function SubjectField({ number, step, locked, error, onChange }: FieldProps) {
  return (
    <Stack gap="xs">
      {number > 1 && (
        <Checkbox
          label="As a reply in the thread of the mail before"
          disabled={locked}
          checked={step.subject === null}
          onChange={(e) => onChange({ subject: e.currentTarget.checked ? null : '' })}
        />
      )}
      {(number === 1 || step.subject !== null) && (
        <TextInput
          label="Subject"
          maxLength={500}
          disabled={locked}
          error={error}
          value={step.subject ?? ''}
          onChange={(e) => onChange({ subject: e.target.value })}
        />
      )}
    </Stack>
  );
}
