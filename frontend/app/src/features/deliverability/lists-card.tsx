import { Anchor, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Loaded, Part } from '../../components/part.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { shortDate } from '../../lib/time.ts';
import type { Blocklist, ListHealth, RetiredList } from '../../lib/types.ts';
import { blocklistsOptions } from './api.ts';
import { HEALTH } from './words.ts';

/** Which lists there are, whether each is believed now, and those that are gone. */
export function ListsCard() {
  const lists = useQuery(blocklistsOptions());
  return (
    <Loaded query={lists} label="Loading lists" heights={[200, 120]}>
      {({ lists: all, retired }) => (
        <>
          <Part
            title="Lists and their health"
            lead="A list is believed only while it answers three questions right whose answers are known beforehand."
          >
            <DataTable
              label="Lists"
              columns={COLUMNS}
              rows={[...all].sort((a, b) => Number(b.used) - Number(a.used))}
              rowKey={(one) => one.key}
              minWidth={820}
              look="dense"
            />
          </Part>
          <Part title="Retired lists" lead="Shown with the reason and never asked: a dead list may list the world.">
            <DataTable
              label="Retired lists"
              columns={RETIRED}
              rows={retired}
              rowKey={(one) => one.name}
              minWidth={560}
              look="dense"
            />
          </Part>
        </>
      )}
    </Loaded>
  );
}

const FACES: Record<ListHealth['face'], string> = { ipv4: 'IPv4', ipv6: 'IPv6', name: 'Names' };

function Health({ list }: { list: Blocklist }) {
  if (!list.used) {
    return (
      <>
        <ToneBadge tone="gray">Not asked here</ToneBadge>
        {list.unused_why && <span className="sub">{list.unused_why}</span>}
      </>
    );
  }
  return list.health.map((one) => {
    const { label, tone, Icon } = HEALTH[one.status];
    return (
      <div key={one.face}>
        <ToneBadge tone={tone} Icon={Icon}>
          {FACES[one.face]}: {label}
        </ToneBadge>
        <span className="sub">
          {one.why}
          {one.checked_at && (
            <>
              {' '}
              Tested <RelativeTime iso={one.checked_at} />
            </>
          )}
        </span>
      </div>
    );
  });
}

/** Links may hold a place for what is looked up, which only a listing knows. */
const removal = ({ removal: { url } }: Blocklist) => (url && !url.includes('{asset}') ? url : null);
const lookup = (list: Blocklist) =>
  list.lookup_url.includes('{asset}') ? new URL(list.lookup_url).origin : list.lookup_url;

const COLUMNS: Column<Blocklist>[] = [
  {
    head: 'List',
    cell: (list) => (
      <>
        {list.name}
        <span className="sub">{list.operator}</span>
      </>
    ),
  },
  { head: 'Of', cell: (list) => (list.kind === 'ip' ? 'Addresses' : 'Domains') },
  { head: 'Tier', cell: (list) => (list.tier === 'info' ? 'No listing' : list.tier) },
  { head: 'Now', cell: (list) => <Health list={list} /> },
  {
    head: 'Removal',
    cell: (list) => (
      <>
        <Anchor display="block" size="sm" py={4} href={lookup(list)} target="_blank" rel="noreferrer">
          Look up at {list.name}
        </Anchor>
        {removal(list) && (
          <Anchor display="block" size="sm" py={4} href={removal(list) ?? ''} target="_blank" rel="noreferrer">
            Removal at {list.name}
          </Anchor>
        )}
        <span className="sub">{list.removal.advice}</span>
      </>
    ),
  },
];

const RETIRED: Column<RetiredList>[] = [
  { head: 'List', cell: (list) => list.name },
  {
    head: 'Ended',
    cell: (list) => (list.ended ? shortDate(list.ended, 'UTC') : 'Nobody wrote it down'),
    kind: 'nowrap',
  },
  { head: 'Why', cell: (list) => <Text size="sm">{list.reason}</Text> },
];
