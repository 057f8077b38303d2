import { Button, Group, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ErrorState } from '../../components/states.tsx';
import { fieldErrors } from '../../lib/problem.ts';
import type { BundleRequest } from '../../lib/types.ts';
import { accountsOptions, useMakeBundle } from './api.ts';

type Draft = { connection_id: string | null; error_text: string; request_id: string; what_was_done: string };

const BLANK: Draft = { connection_id: null, error_text: '', request_id: '', what_was_done: '' };

const orNull = (text: string) => text.trim() || null;

const toRequest = (draft: Draft): BundleRequest => ({
  connection_id: draft.connection_id,
  error_text: orNull(draft.error_text),
  request_id: orNull(draft.request_id),
  what_was_done: orNull(draft.what_was_done),
});

/** What only the person knows. Everything else is collected; nothing is required. */
export function BundleForm({ onMade }: { onMade: (bundleId: string) => void }) {
  const [draft, setDraft] = useState(BLANK);
  const make = useMakeBundle();
  const wrong = fieldErrors(make.error);
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate(toRequest(draft), { onSuccess: ({ data }) => onMade(data.id) });
  };
  return (
    <form onSubmit={submit} aria-label="Make a support bundle">
      <Stack gap="md">
        <Text size="sm">
          Collects the account’s record, its logs and the state of the scheduler for support. Secrets and addresses are
          taken out, and you see the result before you download it. Nothing is sent to anybody.
        </Text>
        <AffectedAccount value={draft.connection_id} onChange={(connection_id) => change({ connection_id })} />
        <Textarea
          label="Exact text of the error"
          description="Copy it as it was shown. Left out: the latest error of the account."
          rows={3}
          resize="vertical"
          maxLength={4000}
          error={wrong['error_text']}
          value={draft.error_text}
          onChange={(e) => change({ error_text: e.target.value })}
        />
        <TextInput
          label="Reference that the error showed"
          placeholder="req_…"
          error={wrong['request_id']}
          value={draft.request_id}
          onChange={(e) => change({ request_id: e.target.value })}
        />
        <Textarea
          label="What you were doing"
          rows={3}
          resize="vertical"
          maxLength={4000}
          error={wrong['what_was_done']}
          value={draft.what_was_done}
          onChange={(e) => change({ what_was_done: e.target.value })}
        />
        {make.error && <ErrorState error={make.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={make.isPending}>
            Collect and preview
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type AccountProps = { value: string | null; onChange: (connectionId: string | null) => void };

function AffectedAccount({ value, onChange }: AccountProps) {
  const { data } = useQuery(accountsOptions());
  const groups = (data?.data ?? [])
    .filter((one) => one.connections.length > 0)
    .map((one) => ({
      group: one.label,
      items: one.connections.map((c) => ({ value: c.id, label: c.account_label || c.external_id })),
    }));
  return (
    <Select
      label="Affected account"
      placeholder="All accounts"
      clearable={value !== null}
      clearButtonProps={{ 'aria-label': 'All accounts' }}
      value={value}
      data={groups}
      onChange={onChange}
    />
  );
}
