import { Checkbox, Group, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { MailboxSettings } from '../../lib/types.ts';
import { PaceFields } from './pace-fields.tsx';
import { SignatureField } from './signature-field.tsx';

const DAYS: { value: MailboxSettings['working_days'][number]; label: string }[] = [
  { value: 'mon', label: 'Mon' },
  { value: 'tue', label: 'Tue' },
  { value: 'wed', label: 'Wed' },
  { value: 'thu', label: 'Thu' },
  { value: 'fri', label: 'Fri' },
  { value: 'sat', label: 'Sat' },
  { value: 'sun', label: 'Sun' },
];

type Props = {
  value: MailboxSettings;
  errors: Record<string, string>;
  disabled: boolean;
  onChange: (value: MailboxSettings) => void;
};

export function MailboxFields({ value, errors, disabled, onChange }: Props) {
  const set = (change: Partial<MailboxSettings>) => onChange({ ...value, ...change });
  return (
    <fieldset disabled={disabled} style={{ border: 0, padding: 0, margin: 0 }}>
      <Stack gap="xl">
        <Stack>
          <TextInput
            label="Sender name"
            description="Empty: the account’s own name."
            value={value.sender_name}
            error={errors['sender_name']}
            onChange={(e) => set({ sender_name: e.target.value })}
          />
          <SignatureField
            value={value.signature_html}
            error={errors['signature_html']}
            onChange={(signature_html) => set({ signature_html })}
          />
        </Stack>
        <PaceFields value={value} errors={errors} set={set} />
        <Hours value={value} errors={errors} set={set} />
        <Stack gap="xs">
          <Switch
            label="Track opens"
            description="Puts an invisible image into mails. Mail programs that load images by themselves blur this."
            checked={value.track_opens}
            onChange={(e) => set({ track_opens: e.currentTarget.checked })}
          />
          <Switch
            label="Track clicks"
            description="Leads links over this server."
            checked={value.track_clicks}
            onChange={(e) => set({ track_clicks: e.currentTarget.checked })}
          />
        </Stack>
      </Stack>
    </fieldset>
  );
}

type Part = Pick<Props, 'value' | 'errors'> & { set: (change: Partial<MailboxSettings>) => void };

function Hours({ value, errors, set }: Part) {
  return (
    <Stack>
      <Checkbox.Group
        label="Working days"
        value={value.working_days}
        error={errors['working_days']}
        onChange={(days) => days.length > 0 && set({ working_days: days as MailboxSettings['working_days'] })}
      >
        <Group mt="xs">
          {DAYS.map((day) => (
            <Checkbox key={day.value} value={day.value} label={day.label} />
          ))}
        </Group>
      </Checkbox.Group>
      <SimpleGrid cols={{ base: 2, sm: 3 }}>
        <Time label="From" value={value.working_from} error={errors['working_from']}>
          {(working_from) => set({ working_from })}
        </Time>
        <Time label="Until" value={value.working_until} error={errors['working_until']}>
          {(working_until) => set({ working_until })}
        </Time>
        <TextInput
          label="Time zone"
          placeholder="The organization’s"
          value={value.time_zone ?? ''}
          error={errors['time_zone']}
          onChange={(e) => set({ time_zone: e.target.value || null })}
        />
      </SimpleGrid>
    </Stack>
  );
}

type TimeProps = { label: string; value: string; error: ReactNode; children: (value: string) => void };

function Time({ label, value, error, children }: TimeProps) {
  return (
    <TextInput
      type="time"
      label={label}
      value={value}
      error={error}
      onChange={(e) => e.target.value && children(e.target.value)}
    />
  );
}
