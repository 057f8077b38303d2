import { Button, Group, Text, Title } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Line, Lines } from '../../components/part.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { ErrorState } from '../../components/states.tsx';
import { panelStyle } from '../../components/tones.ts';
import { notifyError, notifyOk } from '../../lib/notify.ts';
import { plural } from '../../lib/numbers.ts';
import type { Connection, PausedByConnection } from '../../lib/types.ts';
import { pausedByOptions } from './api.ts';
import { useReAdd, useResumeAll } from './changes.ts';
import { leftWords } from './clock-words.ts';
import { CampaignLink, Resumed } from './resumed.tsx';

/** On the account's page: campaigns that wait because of it, to be resumed right after the reconnect (D14, D15). */
export default function PausedReminder({ connection }: { connection: Connection }) {
  const told = useQuery(pausedByOptions(connection.id)).data;
  const resume = useResumeAll();
  const [names, setNames] = useState<Record<string, string>>({});
  const waiting = told?.data ?? [];
  if (waiting.length === 0 && !resume.data) return null;
  const ready = waiting.filter((one) => one.resumable);
  const all = () => {
    setNames(Object.fromEntries(ready.map(({ id, name }) => [id, name])));
    resume.mutate(ready.map((one) => one.id));
  };
  return (
    <section className="panel" style={panelStyle('warning')} aria-label="Campaigns that wait for this account">
      <Group justify="space-between" gap="xs">
        <div role="status">
          <Title order={2}>
            {plural(waiting.length, 'campaign')} {waiting.length === 1 ? 'waits' : 'wait'} for this account
          </Title>
        </div>
        {ready.length > 0 && (
          <Button
            size="xs"
            loading={resume.isPending}
            leftSection={<IconPlayerPlay size={14} aria-hidden />}
            onClick={all}
          >
            Resume {ready.length === 1 ? 'it' : `all ${ready.length}`}
          </Button>
        )}
      </Group>
      {resume.data && <Resumed done={resume.data} names={names} />}
      {resume.error && <ErrorState error={resume.error} />}
      <Lines label="Waiting campaigns">
        {waiting.map((one) => (
          <Waiting key={one.id} campaign={one} works={connection.status === 'connected'} />
        ))}
      </Lines>
    </section>
  );
}

function Waiting({ campaign, works }: { campaign: PausedByConnection; works: boolean }) {
  const { clock } = campaign;
  return (
    <Line
      name={<CampaignLink id={campaign.id} name={campaign.name} />}
      action={campaign.re_addable && <ReAdd campaign={campaign} works={works} />}
    >
      {plural(campaign.recipients_waiting, 'recipient')} waiting. {campaign.detail}
      {clock && (
        <Text size="sm" fw={500} className="tnum">
          {leftWords(Date.parse(clock.due_at) - Date.now())}
        </Text>
      )}
    </Line>
  );
}

function ReAdd({ campaign, works }: { campaign: PausedByConnection; works: boolean }) {
  const reAdd = useReAdd(campaign.id);
  return (
    <Button
      size="xs"
      variant={works ? 'filled' : 'default'}
      loading={reAdd.isPending}
      onClick={() =>
        reAdd.mutate(campaign.account_id, {
          onSuccess: ({ waits, detail }) => notifyOk(waits ? 'Remembered' : 'Re-added', detail),
          onError: notifyError,
        })
      }
    >
      {works ? 'Re-add' : 'Re-add with the reconnect'}
      <Spoken>to {campaign.name}</Spoken>
    </Button>
  );
}
