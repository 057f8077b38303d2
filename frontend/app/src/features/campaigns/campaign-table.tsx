import { Anchor, Card, Group, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ProviderTile } from '../../components/provider-tile.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { count, percent } from '../../lib/numbers.ts';
import { useTimeZone } from '../../lib/session.tsx';
import { shortDate, zoneLabel } from '../../lib/time.ts';
import type { Campaign } from '../../lib/types.ts';

export function CampaignTable({ campaigns }: { campaigns: Campaign[] }) {
  const zone = useTimeZone();
  return (
    <Card p={0}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <section className="table-box" tabIndex={0} aria-label="Campaigns, scrolls sideways">
        <Table verticalSpacing="sm" className="tnum" miw={980} highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Campaign</Table.Th>
              <Table.Th>Account</Table.Th>
              <Table.Th>Sent ({zoneLabel(zone)})</Table.Th>
              <Table.Th ta="right">Sent</Table.Th>
              <Table.Th ta="right">Delivered</Table.Th>
              <Table.Th ta="right">Opened</Table.Th>
              <Table.Th ta="right">Clicked</Table.Th>
              <Table.Th ta="right">Bounced</Table.Th>
              <Table.Th ta="right">Complaints</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {campaigns.map((campaign) => (
              <CampaignRow key={campaign.id} campaign={campaign} />
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </Card>
  );
}

function CampaignRow({ campaign }: { campaign: Campaign }) {
  const zone = useTimeZone();
  const { figures } = campaign;
  return (
    <Table.Tr>
      <Table.Td maw={300}>
        <Anchor
          size="sm"
          fw={500}
          renderRoot={(props) => (
            <Link
              {...props}
              from="/campaigns"
              to="/campaigns"
              search={(s) => ({ ...s, campaign: campaign.id })}
              resetScroll={false}
            />
          )}
        >
          {campaign.name || 'Untitled'}
        </Anchor>
        {campaign.subject && (
          <Text size="xs" c="dimmed" truncate>
            {campaign.subject}
          </Text>
        )}
        {campaign.archived && <ToneBadge tone="gray">Archived</ToneBadge>}
        {campaign.gone_at && <ToneBadge tone="gray">Deleted at the provider</ToneBadge>}
      </Table.Td>
      <Table.Td>
        <Group gap={8} wrap="nowrap">
          <ProviderTile provider={campaign.provider} size={22} />
          <Text size="sm" truncate maw={140}>
            {campaign.account_label}
          </Text>
        </Group>
      </Table.Td>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>
        {campaign.sent_at ? <time dateTime={campaign.sent_at}>{shortDate(campaign.sent_at, zone)}</time> : 'Not sent'}
      </Table.Td>
      <Table.Td ta="right">{count(figures?.sent)}</Table.Td>
      <Cell value={figures?.delivered} rate={figures?.delivery_rate} derived={figures?.delivered_derived} />
      <Cell value={figures?.opened} rate={figures?.open_rate} />
      <Cell value={figures?.clicked} rate={figures?.click_rate} />
      <Cell value={figures?.bounced} rate={figures?.bounce_rate} />
      <Cell value={figures?.complaints} rate={figures?.complaint_rate} />
    </Table.Tr>
  );
}

type CellProps = { value?: number | null; rate?: number | null; derived?: boolean };

/** A rate never stands without its count. */
function Cell({ value, rate, derived = false }: CellProps) {
  return (
    <Table.Td ta="right">
      {count(value)}
      {derived && (
        <Text span size="xs" c="dimmed" title="Derived: sent − bounced">
          {' '}
          derived
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {percent(rate)}
      </Text>
    </Table.Td>
  );
}
