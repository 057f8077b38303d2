import { Alert, Stack } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { AskBeside } from '../../components/ask-beside.tsx';
import { useRightsTo } from '../../components/managed.tsx';
import { Loaded } from '../../components/part.tsx';
import type { AlertRules, AlertSettings } from '../../lib/types.ts';
import { rulesOptions, settingsOptions } from './api.ts';
import { DeliveryLog } from './delivery-log.tsx';
import { draftOf } from './draft.ts';
import { useEdits } from './edits.ts';
import { MasterCard } from './master-card.tsx';
import { RulesCard } from './rules-card.tsx';
import { SendingCard } from './sending-card.tsx';
import { TestCard } from './test-card.tsx';

/** What is alerted, and by which ways it goes out. Members see the rules; the ways are for owners and managers. */
export default function AlertSettingsTab() {
  const { may, reason } = useRightsTo('alerts:write');
  const rules = useQuery(rulesOptions());
  return (
    <Stack>
      {!may && (
        <Alert color="gray" variant="light" p="sm" icon={<IconInfoCircle aria-hidden />}>
          <Stack gap="xs">
            {reason}
            <AskBeside wish={{ action: 'manage_alerts' }} size="xs" />
          </Stack>
        </Alert>
      )}
      <Loaded query={rules} label="Loading alert rules" heights={[90, 420]}>
        {(data) => (may ? <Managed rules={data} /> : <RulesCard rules={data} may={false} />)}
      </Loaded>
    </Stack>
  );
}

function Managed({ rules }: { rules: AlertRules }) {
  const settings = useQuery(settingsOptions());
  return (
    <Loaded query={settings} label="Loading alert settings" heights={[90, 420, 320]}>
      {(data) => <Parts rules={rules} settings={data} />}
    </Loaded>
  );
}

function Parts({ rules, settings }: { rules: AlertRules; settings: AlertSettings }) {
  const edits = useEdits(draftOf(settings), settings.version);
  return (
    <>
      <MasterCard settings={settings} onSaved={edits.follow} />
      <RulesCard rules={rules} may />
      <SendingCard settings={settings} edits={edits} />
      <TestCard unsaved={edits.dirty} />
      <DeliveryLog />
    </>
  );
}
