import { Button, Group, SimpleGrid, Text, Textarea, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { AskBeside } from '../../components/ask-beside.tsx';
import { useRightsTo } from '../../components/managed.tsx';
import { Part } from '../../components/part.tsx';
import { ErrorState } from '../../components/states.tsx';
import { notifyOk } from '../../lib/notify.ts';
import { pathErrors } from '../../lib/problem.ts';
import type { DomainDetail } from '../../lib/types.ts';
import { useAddDomain, useUpdateDomain } from './api.ts';

type Typed = { selectors: string; own: string; shared: string };

const NOTHING: Typed = { selectors: '', own: '', shared: '' };

/** One a line; commas and spaces part as well. */
const several = (text: string) => text.split(/[\s,;]+/).filter(Boolean);

const toBody = ({ selectors, own, shared }: Typed) => ({
  selectors: several(selectors),
  sending_ips: [
    ...several(own).map((address) => ({ address, shared: false })),
    ...several(shared).map((address) => ({ address, shared: true })),
  ],
});

export function AddDomain() {
  const { may, reason } = useRightsTo('domains:write');
  return (
    <Part title="Add a domain" lead="The domain after the @ of your sender addresses.">
      {may ? (
        <AddForm />
      ) : (
        <>
          <Text size="sm">{reason}</Text>
          <AskBeside wish={{ action: 'manage_domains' }} />
        </>
      )}
    </Part>
  );
}

function AddForm() {
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [typed, setTyped] = useState(NOTHING);
  const add = useAddDomain();
  const wrong = pathErrors(add.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const done = ({ id, display_name }: { id: string; display_name: string }) => {
      notifyOk(`${display_name} is added`, 'Its records are being looked at.');
      void navigate({ to: '/deliverability/domains', search: { domain: id } });
    };
    add.mutate({ name, ...toBody(typed) }, { onSuccess: done });
  };
  return (
    <form onSubmit={submit} aria-label="Add a domain">
      <TextInput
        label="Domain"
        placeholder="example.com"
        autoComplete="off"
        required
        withAsterisk={false}
        maw={420}
        mb="sm"
        value={name}
        error={wrong['name']}
        onChange={(e) => setName(e.target.value)}
      />
      <Senders typed={typed} onChange={setTyped} wrong={wrong} />
      <Button mt="sm" type="submit" loading={add.isPending} leftSection={<IconPlus size={16} aria-hidden />}>
        Add the domain
      </Button>
      {add.error && Object.keys(wrong).length === 0 && <ErrorState error={add.error} />}
    </form>
  );
}

type SendersProps = { typed: Typed; onChange: (typed: Typed) => void; wrong: Record<string, string> };

function Senders({ typed, onChange, wrong }: SendersProps) {
  const first = (field: string) => Object.entries(wrong).find(([path]) => path.startsWith(field))?.[1];
  const put = (part: Partial<Typed>) => onChange({ ...typed, ...part });
  const common = { autosize: true, minRows: 2, maxRows: 8, autoComplete: 'off', spellCheck: false };
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }}>
      <Textarea
        {...common}
        label="DKIM selectors"
        description="The s= of a signature, one a line. Usual ones are found without."
        value={typed.selectors}
        error={first('selectors')}
        onChange={(e) => put({ selectors: e.target.value })}
      />
      <Textarea
        {...common}
        label="Sending IP addresses of your own"
        description="One a line. Their reverse DNS and blocklists are looked at."
        value={typed.own}
        error={first('sending_ips')}
        onChange={(e) => put({ own: e.target.value })}
      />
      <Textarea
        {...common}
        label="Sending IP addresses shared with others"
        description="Of your provider: its other customers send from them, too."
        value={typed.shared}
        onChange={(e) => put({ shared: e.target.value })}
      />
    </SimpleGrid>
  );
}

const joined = (lines: string[]) => lines.join('\n');

function typedOf({ selectors, sending_ips: ips }: DomainDetail): Typed {
  return {
    selectors: joined(selectors.filter((one) => one.source === 'entered').map((one) => one.selector)),
    own: joined(ips.filter((one) => !one.shared).map((one) => one.address)),
    shared: joined(ips.filter((one) => one.shared).map((one) => one.address)),
  };
}

/** `etag`: of what was shown, so that nobody's change is written over unseen. */
export function SendersCard({ domain, etag }: { domain: DomainDetail; etag: string | null }) {
  const { may, reason } = useRightsTo('domains:write');
  const [typed, setTyped] = useState(() => typedOf(domain));
  const update = useUpdateDomain(domain.id, etag);
  const wrong = pathErrors(update.error);
  const found = domain.selectors.filter((one) => one.source !== 'entered').map((one) => one.selector);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    update.mutate(toBody(typed), { onSuccess: () => notifyOk('Saved', 'The records are being looked at anew.') });
  };
  return (
    <Part title="Selectors and sending addresses" lead={found.length > 0 && `Found by us: ${found.join(', ')}`}>
      <form onSubmit={submit} aria-label="Selectors and sending addresses">
        <fieldset disabled={!may} style={{ border: 0, margin: 0, padding: 0 }}>
          <Senders typed={typed} onChange={setTyped} wrong={wrong} />
          <Group mt="sm">
            <Button type="submit" variant="default" disabled={!may} loading={update.isPending}>
              Save and look anew
            </Button>
            {!may && <Text size="sm">{reason}</Text>}
          </Group>
        </fieldset>
        {update.error && Object.keys(wrong).length === 0 && <ErrorState error={update.error} />}
      </form>
    </Part>
  );
}
