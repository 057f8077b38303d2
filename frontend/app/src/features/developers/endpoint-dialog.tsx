import { Button, Checkbox, Group, Modal, Radio, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Loaded } from '../../components/part.tsx';
import { ErrorState } from '../../components/states.tsx';
import { fieldErrors } from '../../lib/problem.ts';
import { useReturnFocus } from '../../lib/return-focus.ts';
import type { Endpoint, EndpointSecret, EventType } from '../../lib/types.ts';
import { type EndpointDraft, eventTypesOptions, useCreateEndpoint, useUpdateEndpoint } from './api.ts';

type NewProps = { onClose: () => void; onMade: (endpoint: EndpointSecret) => void };

export function EndpointDialog({ onClose, onMade }: NewProps) {
  const create = useCreateEndpoint();
  return (
    <Dialog
      title="Add a webhook endpoint"
      submit="Add endpoint"
      start={{ url: '', description: '', event_types: [] }}
      change={create}
      onSubmit={(draft) => create.mutate(draft, { onSuccess: onMade })}
      onClose={onClose}
    />
  );
}

export function EditEndpointDialog({ endpoint, onClose }: { endpoint: Endpoint; onClose: () => void }) {
  const update = useUpdateEndpoint(endpoint);
  const { url, description, event_types } = endpoint;
  return (
    <Dialog
      title="Edit the endpoint"
      submit="Save endpoint"
      start={{ url, description, event_types }}
      change={update}
      onSubmit={(draft) => update.mutate(draft, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}

type Props = {
  title: string;
  submit: string;
  start: EndpointDraft;
  change: { isPending: boolean; error: unknown };
  onSubmit: (draft: EndpointDraft) => void;
  onClose: () => void;
};

function Dialog({ title, submit, start, change, onSubmit, onClose }: Props) {
  useReturnFocus();
  const [draft, setDraft] = useState(start);
  const [some, setSome] = useState(start.event_types.length > 0);
  const wrong = fieldErrors(change.error);
  const send = (event: FormEvent) => {
    event.preventDefault();
    onSubmit({ ...draft, event_types: some ? draft.event_types : [] });
  };
  return (
    <Modal opened onClose={onClose} title={title} size="lg">
      <form onSubmit={send}>
        <Stack>
          <TextInput
            type="url"
            label="Address"
            description="https on port 443; it must answer with 2xx within 20 seconds."
            placeholder="https://example.com/hooks/mailwarden"
            data-autofocus
            required
            withAsterisk={false}
            value={draft.url}
            error={wrong['url']}
            onChange={(e) => setDraft({ ...draft, url: e.target.value })}
          />
          <TextInput
            label="Description (optional)"
            value={draft.description}
            error={wrong['description']}
            onChange={(e) => setDraft({ ...draft, description: e.target.value })}
          />
          <Radio.Group label="Which events" value={some ? 'some' : 'all'} onChange={(v) => setSome(v === 'some')}>
            <Group mt={6}>
              <Radio value="all" label="All, and new kinds as they come" />
              <Radio value="some" label="Only these" />
            </Group>
          </Radio.Group>
          {some && <Types value={draft.event_types} onChange={(event_types) => setDraft({ ...draft, event_types })} />}
          {change.error != null && <ErrorState error={change.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={some && draft.event_types.length === 0} loading={change.isPending}>
              {submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Types({ value, onChange }: { value: EventType[]; onChange: (types: EventType[]) => void }) {
  const types = useQuery(eventTypesOptions());
  return (
    <Loaded query={types} label="Loading event types" heights={[160]}>
      {({ data }) => (
        <Checkbox.Group aria-label="Event types" value={value} onChange={(next) => onChange(next as EventType[])}>
          <Stack gap="xs">
            {data.map(({ type, description }) => (
              <Checkbox key={type} value={type} label={type} description={description} />
            ))}
          </Stack>
        </Checkbox.Group>
      )}
    </Loaded>
  );
}
