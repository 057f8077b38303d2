import { Text, Title } from '@mantine/core';
import { IconCircleCheck, IconCircleX, IconClock, IconStethoscope, type TablerIcon } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { AccountLink } from '../../components/account-link.tsx';
import { Line, Lines } from '../../components/part.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { panelStyle, type Tone, toneInk } from '../../components/tones.ts';
import { plural } from '../../lib/numbers.ts';
import type { Retest, Retests } from '../../lib/types.ts';
import { retestsOptions } from './api.ts';

const SHOWN_MS = 60 * 60_000;

/** While they run, and for an hour: later every account's own page tells more. */
export const isNews = ({ finished, data }: Retests, now = Date.now()) =>
  data.length > 0 && (!finished || data.some((one) => now - Date.parse(one.tested_at ?? one.asked_at) < SHOWN_MS));

/** Whoever pays again need not try every account: all are tested by themselves, and here is what came of it (I9). */
export default function RetestsPanel({ bought = false }: { bought?: boolean }) {
  const { data: retests } = useQuery(retestsOptions(bought));
  if (!retests || !isNews(retests)) return null;
  const { title, tone } = summary(retests);
  return (
    <section className="panel" style={panelStyle(tone)} aria-label="Tests of your accounts">
      <div role="status">
        <Title order={2} style={{ display: 'flex', gap: 8 }}>
          <IconStethoscope size={20} color={toneInk(tone)} aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
          {title}
        </Title>
      </div>
      <Text size="sm" mt={4}>
        Your plan works again, so we test everything that is connected. Syncs go on by themselves.
      </Text>
      <Lines label="Tested accounts">
        {retests.data.map((one) => (
          <Tested key={one.connection_id} retest={one} />
        ))}
      </Lines>
    </section>
  );
}

function summary({ finished, data }: Retests): { title: string; tone: Tone } {
  const all = plural(data.length, 'account');
  if (!finished) {
    const done = data.filter((one) => one.tested_at !== null).length;
    return { title: `Testing ${all}, ${done} done`, tone: 'brand' };
  }
  const failed = data.filter((one) => !one.ok).length;
  if (failed === 0) return { title: data.length === 1 ? 'Your account works' : `All ${all} work`, tone: 'success' };
  return { title: `${failed} of ${all} ${failed === 1 ? 'needs' : 'need'} a look`, tone: 'warning' };
}

function Tested({ retest }: { retest: Retest }) {
  const { tone, Icon, label } = outcome(retest);
  return (
    <Line
      name={
        <AccountLink provider={retest.provider} account={retest.connection_id} underline="always">
          {retest.account_label}
        </AccountLink>
      }
      action={
        <ToneBadge tone={tone} Icon={Icon}>
          {label}
        </ToneBadge>
      }
    >
      {retest.ok === false && retest.detail}
    </Line>
  );
}

function outcome({ ok, tested_at: at }: Retest): { tone: Tone; Icon: TablerIcon; label: string } {
  if (at === null) return { tone: 'gray', Icon: IconClock, label: 'Testing' };
  return ok
    ? { tone: 'success', Icon: IconCircleCheck, label: 'Works' }
    : { tone: 'danger', Icon: IconCircleX, label: 'Does not work' };
}
