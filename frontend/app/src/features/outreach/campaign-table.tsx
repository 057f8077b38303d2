import { Card, Group } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { TableBox } from '../../components/data-table.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { count, percent } from '../../lib/numbers.ts';
import type { OutreachCampaign } from '../../lib/types.ts';
import { FromList } from './from-list.tsx';
import { ProgressLine } from './progress-line.tsx';
import { StateBadge } from './state-badge.tsx';
import { PAUSES, share } from './words.ts';

const FIGURES = ['opened', 'clicked', 'replied', 'bounced'] as const;

export function CampaignTable({ campaigns }: { campaigns: OutreachCampaign[] }) {
  return (
    <Card p={0}>
      <TableBox label="Outreach campaigns">
        <table className="table table-hover table-wide">
          <thead>
            <tr>
              <th style={{ width: 'clamp(170px, 20vw, 230px)' }}>Campaign</th>
              <th>From</th>
              <th style={{ width: 130 }}>Progress</th>
              <th className="num">Sent</th>
              <th className="num">Opened</th>
              <th className="num">Clicked</th>
              <th className="num">Replied</th>
              <th className="num">Bounced</th>
            </tr>
          </thead>
          <tbody>
            {campaigns.map((campaign) => (
              <Row key={campaign.id} campaign={campaign} />
            ))}
          </tbody>
        </table>
      </TableBox>
    </Card>
  );
}

function Row({ campaign }: { campaign: OutreachCampaign }) {
  const { figures, pause_reason: reason } = campaign;
  return (
    <tr>
      <td style={{ maxWidth: 300 }}>
        <Link className="link break-anywhere" to="/outreach/$campaign" params={{ campaign: campaign.id }}>
          {campaign.name}
        </Link>
        <Group gap={6} my={2}>
          <StateBadge state={campaign.state} />
          {campaign.rotation && <ToneBadge tone="gray">Rotation</ToneBadge>}
        </Group>
        {campaign.state === 'paused' && reason && <span className="sub">{PAUSES[reason].why}</span>}
      </td>
      <td>
        <FromList accounts={campaign.accounts} />
      </td>
      <td>
        <ProgressLine counts={campaign.recipients} name={campaign.name} />
      </td>
      <td className="num">
        {count(figures.sent)}
        {figures.unknown > 0 && <span className="sub">{count(figures.unknown)} unknown</span>}
      </td>
      {FIGURES.map((name) => (
        <td key={name} className="num">
          {count(figures[name])}
          <span className="sub">{percent(share(figures[name], figures.sent))}</span>
        </td>
      ))}
    </tr>
  );
}
