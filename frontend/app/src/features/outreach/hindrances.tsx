import { Button, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Line, Lines, Loaded, Part } from '../../components/part.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { toneInk } from '../../components/tones.ts';
import { plural } from '../../lib/numbers.ts';
import type { OutreachHindrance } from '../../lib/types.ts';
import { checkOptions, type Versioned } from './api.ts';
import type { Tab } from './search.ts';

type Props = { campaign: Versioned; onOpen: (tab: Tab) => void };

/** Everything that hinders the start, all at once, each with the way to where it is mended. */
export function Hindrances({ campaign, onOpen }: Props) {
  const check = useQuery(checkOptions(campaign.id));
  const found = check.data?.hindrances ?? [];
  const badge = check.data && (
    <ToneBadge tone={check.data.ready ? 'success' : 'warning'}>
      {check.data.ready ? 'Ready' : plural(found.length, 'thing')}
    </ToneBadge>
  );
  return (
    <Part title="Before it can start" badge={badge}>
      <Loaded query={check} label="Checking what is missing" heights={[48, 48]}>
        {({ ready, hindrances }) =>
          ready ? (
            <Text size="sm">
              <IconCircleCheck size={16} color={toneInk('success')} style={{ verticalAlign: -3 }} aria-hidden /> Nothing
              hinders the start. Look at a preview, then press Start.
            </Text>
          ) : (
            <Lines label="What hinders the start">
              {hindrances.map((one) => (
                <Line
                  key={one.code + one.detail}
                  name={<Found hindrance={one} />}
                  action={<Mend hindrance={one} onOpen={onOpen} />}
                />
              ))}
            </Lines>
          )
        }
      </Loaded>
    </Part>
  );
}

/** Whoever lacks a field can be left out, so that alone does not close the way. */
function Found({ hindrance }: { hindrance: OutreachHindrance }): ReactNode {
  const soft = hindrance.code === 'missing_fields';
  const Icon = soft ? IconAlertTriangle : IconCircleX;
  return (
    <>
      <Icon size={16} color={toneInk(soft ? 'warning' : 'danger')} style={{ flexShrink: 0 }} aria-hidden />
      <span style={{ flex: 1, fontWeight: 400 }}>{hindrance.detail}</span>
    </>
  );
}

const OPENS: Record<Tab, string> = {
  overview: '',
  steps: 'Open the steps',
  schedule: 'Open the options',
  recipients: 'Open the recipients',
  accounts: 'Open the FROM list',
};

function Mend({ hindrance, onOpen }: { hindrance: OutreachHindrance; onOpen: (tab: Tab) => void }) {
  if (hindrance.code === 'subscription_inactive') {
    return (
      <Button variant="default" size="xs" renderRoot={(props) => <Link {...props} to="/settings/billing" />}>
        Open billing
      </Button>
    );
  }
  const tab = place(hindrance);
  return (
    <Button variant="default" size="xs" onClick={() => onOpen(tab)}>
      {OPENS[tab]}
    </Button>
  );
}

function place({ code, account_id: account }: OutreachHindrance): Tab {
  if (account || code === 'no_accounts') return 'accounts';
  return code === 'no_recipients' ? 'recipients' : 'steps';
}
