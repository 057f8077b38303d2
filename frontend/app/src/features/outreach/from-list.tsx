import { Group } from '@mantine/core';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { ProviderTile } from '../../components/provider-tile.tsx';
import { toneInk } from '../../components/tones.ts';
import { plural } from '../../lib/numbers.ts';
import type { OutreachAccount } from '../../lib/types.ts';

const MOST = 3;

/** The FROM list of a row: who sends, and whether they can, by the same answer as everywhere. */
export function FromList({ accounts }: { accounts: OutreachAccount[] }) {
  const listed = accounts.filter((one) => one.state !== 'removed');
  const shown = listed.toSorted((a, b) => Number(a.usable) - Number(b.usable)).slice(0, MOST);
  if (listed.length === 0) return <span className="sub">No mailbox yet</span>;
  return (
    <>
      {shown.map((one) => (
        <Group key={one.id} gap={6} wrap="nowrap">
          <ProviderTile provider={one.provider} size={18} />
          <span className="clip" style={{ maxWidth: 190 }} title={one.address}>
            {one.address}
          </span>
          <Health account={one} />
        </Group>
      ))}
      {listed.length > MOST && <span className="sub">and {plural(listed.length - MOST, 'more', 'more')}</span>}
    </>
  );
}

function Health({ account }: { account: OutreachAccount }) {
  const Icon = account.usable ? IconCircleCheck : IconCircleX;
  const words = account.usable ? 'can send' : 'cannot send';
  return (
    <span
      className="nowrap"
      title={account.usable ? undefined : account.detail}
      style={{ color: toneInk(account.usable ? 'success' : 'danger'), fontSize: 12 }}
    >
      <Icon size={14} style={{ verticalAlign: -2 }} aria-hidden /> {words}
    </span>
  );
}
