import { Card } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { TableBox } from '../../components/data-table.tsx';
import { DerivedBadge } from '../../components/derived-badge.tsx';
import { campaignState, FigureStateBadge } from '../../components/figure-state.tsx';
import { ProviderTile } from '../../components/provider-tile.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { bounceKinds, count, percent } from '../../lib/numbers.ts';
import { useTimeZone } from '../../lib/session.tsx';
import { shortDate } from '../../lib/time.ts';
import type { Campaign } from '../../lib/types.ts';

export function CampaignTable({ campaigns }: { campaigns: Campaign[] }) {
  return (
    <Card p={0}>
      <TableBox label="Campaigns">
        <table className="table table-hover table-wide">
          <thead>
            <tr>
              <th style={{ width: 230 }}>Campaign</th>
              <th>Account</th>
              <th>Sent on</th>
              <th className="num">Sent</th>
              <th className="num">Delivered</th>
              <th className="num">Opened</th>
              <th className="num">Clicked</th>
              <th className="num">Bounced</th>
              <th className="num">Complaints</th>
            </tr>
          </thead>
          <tbody>
            {campaigns.map((campaign) => (
              <CampaignRow key={campaign.id} campaign={campaign} />
            ))}
          </tbody>
        </table>
      </TableBox>
    </Card>
  );
}

function CampaignRow({ campaign }: { campaign: Campaign }) {
  const zone = useTimeZone();
  const { figures } = campaign;
  const state = campaignState(campaign);
  return (
    <tr>
      <td style={{ maxWidth: 300 }}>
        <Link
          className="link"
          from="/campaigns"
          to="/campaigns"
          search={(s) => ({ ...s, campaign: campaign.id })}
          resetScroll={false}
          preload={false}
        >
          {campaign.name || 'Untitled'}
        </Link>
        {campaign.subject && <span className="sub clip">{campaign.subject}</span>}
        {figures?.derived && <DerivedBadge />} {campaign.archived && <ToneBadge tone="gray">Archived</ToneBadge>}
        {campaign.gone_at && <ToneBadge tone="gray">Deleted at the provider</ToneBadge>}
      </td>
      <td>
        <span className="with-tile">
          <ProviderTile provider={campaign.provider} size={22} />
          <span className="clip">{campaign.account_label}</span>
        </span>
      </td>
      <td style={{ whiteSpace: 'nowrap' }}>
        {campaign.sent_at ? <time dateTime={campaign.sent_at}>{shortDate(campaign.sent_at, zone)}</time> : 'Not sent'}
        {state && (
          <span className="sub">
            <FigureStateBadge state={state} until={null} />{' '}
            {state === 'provisional' && campaign.provisional_until && (
              <span className="sub">until {shortDate(campaign.provisional_until, zone)}</span>
            )}
          </span>
        )}
      </td>
      <td className="num">{count(figures?.sent)}</td>
      <Cell value={figures?.delivered} rate={figures?.delivery_rate} derived={figures?.delivered_derived} />
      <Cell value={figures?.opened} rate={figures?.open_rate} />
      <Cell value={figures?.clicked} rate={figures?.click_rate} />
      <Cell value={figures?.bounced} rate={figures?.bounce_rate} kinds={figures && bounceKinds(figures)} />
      <Cell value={figures?.complaints} rate={figures?.complaint_rate} />
    </tr>
  );
}

type CellProps = {
  value?: number | null;
  rate?: number | null;
  derived?: boolean;
  kinds?: string[] | null | undefined;
};

const unbroken = (words: string) => words.replaceAll(' ', '\u00A0');

/** A rate never stands without its count. */
function Cell({ value, rate, derived = false, kinds }: CellProps) {
  return (
    <td className="num">
      {count(value)}
      <span className="sub" title={derived ? 'Derived: sent − bounced' : undefined}>
        {percent(rate)}
        {derived && ' derived'}
      </span>
      {kinds && <span className="sub wraps">{kinds.map(unbroken).join(', ')}</span>}
    </td>
  );
}
