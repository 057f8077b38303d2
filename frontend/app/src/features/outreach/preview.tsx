import { Alert, Group, Select, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { MailFrame } from '../../components/mail-frame.tsx';
import { Loaded, Part } from '../../components/part.tsx';
import type { OutreachPreview, OutreachRecipient } from '../../lib/types.ts';
import { previewOptions, someRecipientsOptions, type Versioned } from './api.ts';

/** A mail as one recipient would get it. */
export function Preview({ campaign, dirty }: { campaign: Versioned; dirty: boolean }) {
  const [number, setNumber] = useState('1');
  const [person, setPerson] = useState<OutreachRecipient | null>(null);
  const [typed, setTyped] = useState('');
  const [q] = useDebouncedValue(typed, 300);
  const asked = person && typed === nameOf(person) ? '' : q;
  const people = useQuery(someRecipientsOptions(campaign.id, asked)).data?.data ?? [];
  const chosen = person ?? people[0];
  const options = [...people.filter((one) => one.id !== chosen?.id), ...(chosen ? [chosen] : [])];
  return (
    <Part title="Preview" lead="Before signature and tracking are added.">
      {dirty && <Text size="sm">It shows the steps as they are saved. Save to see your changes.</Text>}
      <Group gap="sm">
        <Select
          label="Step"
          w={140}
          allowDeselect={false}
          value={number}
          onChange={(next) => setNumber(next ?? '1')}
          data={campaign.steps.map((step) => ({ value: String(step.number), label: `Step ${step.number}` }))}
        />
        <Select
          label="As seen by"
          flex="1 1 260px"
          maw={420}
          searchable
          allowDeselect={false}
          nothingFoundMessage="Nobody matches"
          filter={({ options: all }) => all}
          value={chosen?.id ?? null}
          onSearchChange={setTyped}
          onChange={(id) => setPerson(options.find((one) => one.id === id) ?? null)}
          data={options.map((one) => ({ value: one.id, label: nameOf(one) }))}
        />
      </Group>
      {chosen ? (
        <Seen campaign={campaign} number={Number(number)} person={chosen} />
      ) : (
        <Text size="sm" c="dimmed">
          Add recipients to see a mail with their eyes.
        </Text>
      )}
    </Part>
  );
}

const nameOf = ({ name, address }: OutreachRecipient) => (name ? `${name} (${address})` : address);

function Seen({ campaign, number, person }: { campaign: Versioned; number: number; person: OutreachRecipient }) {
  const preview = useQuery(previewOptions(campaign.id, number, person.id));
  return (
    <Loaded query={preview} label="Loading preview" heights={[24, 160]}>
      {(mail) => <Mail mail={mail} person={person} />}
    </Loaded>
  );
}

function Mail({ mail, person }: { mail: OutreachPreview; person: OutreachRecipient }) {
  return (
    <Stack gap="xs">
      {mail.missing.length > 0 && (
        <Alert color="danger" variant="light" p="sm" role="status">
          {person.address} lacks {mail.missing.join(', ')}: this mail would not be sent to them.
        </Alert>
      )}
      <Text size="sm">
        <b>Subject:</b> {mail.subject || 'none'}
      </Text>
      <MailFrame title={`Mail to ${person.address}`} html={mail.html} />
    </Stack>
  );
}
