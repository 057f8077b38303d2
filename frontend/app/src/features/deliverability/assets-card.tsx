import { Button, Group, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Disclosure } from '../../components/disclosure.tsx';
import { Managed, useRightsTo } from '../../components/managed.tsx';
import { MoreButton } from '../../components/more-button.tsx';
import { Line, Lines, Part } from '../../components/part.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { EmptyState, ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { count, plural } from '../../lib/numbers.ts';
import type { AssetStanding, BlocklistAsset } from '../../lib/types.ts';
import { assetsOptions, useCheckNow } from './api.ts';
import { ANSWERS, STANDINGS } from './words.ts';

/** Each domain and address with what each list says of it. */
export function AssetsCard() {
  const assets = useInfiniteQuery(assetsOptions());
  const check = useCheckNow();
  const rows = assets.data?.pages.flatMap((page) => page.data) ?? [];
  const now = rows.length > 0 && <CheckNow check={check} asset={null} label="Check all now" />;
  return (
    <Part
      title="Your domains and addresses"
      lead="Asked every 6 to 12 hours, and every 30 to 60 minutes while listed. An answer counts only from a list that proved itself."
      actions={now}
    >
      <Text size="sm" role="status">
        {check.data && started(check.data)}
      </Text>
      {check.error && <ErrorState error={check.error} />}
      {assets.isPending && <LoadingBlocks label="Loading domains and addresses" heights={[64, 64]} />}
      {assets.error && !assets.data && <ErrorState error={assets.error} onRetry={() => void assets.refetch()} />}
      {assets.data && rows.length === 0 && <Nothing />}
      {rows.length > 0 && (
        <Lines label="Domains and addresses">
          {rows.map((asset) => (
            <AssetLine key={asset.asset} asset={asset} check={check} />
          ))}
        </Lines>
      )}
      <MoreButton query={assets} what="domains and addresses" />
    </Part>
  );
}

function started({ questions }: { questions: number }): string {
  if (questions === 0) return 'All of it was asked within the last five minutes.';
  return `${plural(questions, 'question')} to the lists; the answers come within a minute or two.`;
}

function Nothing() {
  const go = (
    <Button component={Link} to="/deliverability/domains">
      Go to domains
    </Button>
  );
  return (
    <EmptyState title="Nothing to watch yet" action={go}>
      Add a sending domain and the addresses that it sends from. Only what is yours is asked about.
    </EmptyState>
  );
}

type CheckProps = { check: ReturnType<typeof useCheckNow>; asset: string | null; label: string };

function CheckNow({ check, asset, label }: CheckProps) {
  const rights = useRightsTo('domains:write');
  return (
    <Managed rights={rights} wish={asset === null ? { action: 'manage_domains' } : undefined}>
      {(may) => (
        <Button
          variant={asset === null ? 'filled' : 'default'}
          size={asset === null ? 'sm' : 'xs'}
          disabled={!may}
          loading={check.isPending && check.variables === asset}
          leftSection={<IconRefresh size={16} aria-hidden />}
          onClick={() => check.mutate(asset)}
        >
          {label}
          {asset && <Spoken>{asset}</Spoken>}
        </Button>
      )}
    </Managed>
  );
}

function AssetLine({ asset, check }: { asset: BlocklistAsset; check: CheckProps['check'] }) {
  const { label, tone, Icon } = STANDINGS[asset.listed > 0 ? 'listed' : asset.clear > 0 ? 'clear' : 'unknown'];
  return (
    <Line
      name={
        <>
          {asset.asset}
          <ToneBadge tone={tone} Icon={Icon}>
            {asset.listed > 0 ? `On ${plural(asset.listed, 'list')}` : label}
          </ToneBadge>
          {asset.shared && <ToneBadge tone="gray">Shared with others</ToneBadge>}
        </>
      }
      action={<CheckNow check={check} asset={asset.asset} label="Check now" />}
    >
      {count(asset.clear)} clear · {count(asset.unknown)} cannot tell
      {asset.kind === 'ip' && asset.domains.length > 0 && ` · sends for ${asset.domains.join(', ')}`}
      <Group mt={4}>
        <Disclosure
          label={
            <span>
              What each list says<Spoken>of {asset.asset}</Spoken>
            </span>
          }
        >
          <DataTable
            label={`Lists on ${asset.asset}`}
            columns={COLUMNS}
            rows={asset.lists}
            rowKey={(one) => one.list_key}
            look="dense"
            minWidth={620}
          />
        </Disclosure>
      </Group>
    </Line>
  );
}

const COLUMNS: Column<AssetStanding>[] = [
  { head: 'List', cell: (one) => one.list_name },
  { head: 'Tier', cell: (one) => (one.tier === 'info' ? 'No listing' : one.tier) },
  {
    head: 'Stands as',
    cell: (one) => (
      <>
        {STANDINGS[one.status].label}
        {one.suspected_since && <span className="sub">a second answer is waited for</span>}
      </>
    ),
  },
  {
    head: 'Latest answer',
    cell: (one) => (
      <>
        {ANSWERS[one.verdict]}
        {one.why && <span className="sub">{one.why}</span>}
      </>
    ),
    kind: 'break-anywhere',
  },
  { head: 'Asked', cell: (one) => (one.asked_at ? <RelativeTime iso={one.asked_at} /> : 'Not yet'), kind: 'nowrap' },
  { head: 'Again', cell: (one) => <RelativeTime iso={one.due_at} />, kind: 'nowrap' },
];
