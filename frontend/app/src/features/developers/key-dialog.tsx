import { Button, Group, Modal, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Loaded } from '../../components/part.tsx';
import { ErrorState } from '../../components/states.tsx';
import { fieldErrors } from '../../lib/problem.ts';
import { useReturnFocus } from '../../lib/return-focus.ts';
import type { NewApiKey } from '../../lib/types.ts';
import { scopesOptions, useCreateKey } from './api.ts';
import { ScopeChoice } from './scope-choice.tsx';

const DAY_MS = 86_400_000;
const LIVES = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
  { value: '', label: 'Until it is revoked' },
];

const STARTING = ['status:read', 'data:read'];

type Draft = { name: string; scopes: string[]; days: string; ips: string };

const toBody = ({ name, scopes, days, ips }: Draft) => ({
  name: name.trim(),
  scopes,
  expires_at: days ? new Date(Date.now() + Number(days) * DAY_MS).toISOString() : null,
  allowed_ips: ips.split(/[\s,]+/).filter(Boolean),
});

type Props = { onClose: () => void; onMade: (made: NewApiKey) => void };

export function KeyDialog({ onClose, onMade }: Props) {
  useReturnFocus();
  const [draft, setDraft] = useState<Draft>({ name: '', scopes: STARTING, days: '365', ips: '' });
  const scopes = useQuery(scopesOptions());
  const create = useCreateKey();
  const wrong = fieldErrors(create.error);
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate(toBody(draft), { onSuccess: onMade });
  };
  return (
    <Modal opened onClose={onClose} title="Create an API key" size="lg">
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label="Name"
            description="What it is for, so that you know it again."
            data-autofocus
            required
            withAsterisk={false}
            value={draft.name}
            error={wrong['name']}
            onChange={(e) => change({ name: e.target.value })}
          />
          <Loaded query={scopes} label="Loading scopes" heights={[200]}>
            {({ data }) => (
              <ScopeChoice
                scopes={data}
                value={draft.scopes}
                error={wrong['scopes']}
                onChange={(next) => change({ scopes: next })}
              />
            )}
          </Loaded>
          <Limits draft={draft} wrong={wrong} onChange={change} />
          {create.error && <ErrorState error={create.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!draft.name.trim() || draft.scopes.length === 0} loading={create.isPending}>
              Create key
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

type LimitsProps = { draft: Draft; wrong: Record<string, string>; onChange: (part: Partial<Draft>) => void };

function Limits({ draft, wrong, onChange }: LimitsProps) {
  return (
    <>
      <Select
        label="Works for"
        allowDeselect={false}
        value={draft.days}
        error={wrong['expires_at']}
        data={LIVES}
        onChange={(days) => onChange({ days: days ?? '' })}
      />
      <Textarea
        label="Only from these addresses (optional)"
        description="IP addresses or networks such as 203.0.113.0/24, one a line. Left out: from anywhere."
        rows={2}
        value={draft.ips}
        error={wrong['allowed_ips']}
        onChange={(e) => onChange({ ips: e.target.value })}
      />
    </>
  );
}
