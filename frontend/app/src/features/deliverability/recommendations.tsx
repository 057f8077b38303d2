import { Button, Group, Text } from '@mantine/core';
import { IconAdjustments } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Line, Lines, Part } from '../../components/part.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { count } from '../../lib/numbers.ts';
import { gainText } from '../../lib/score.ts';
import { useTimeZone } from '../../lib/session.tsx';
import { shortDate } from '../../lib/time.ts';
import type { Recommendation } from '../../lib/types.ts';
import { SEVERITIES } from './words.ts';

type Props = { list: Recommendation[]; onTry: (one: Recommendation) => void };

/** The largest gain first, as the server sorted and computed them. */
export function Recommendations({ list, onTry }: Props) {
  return (
    <Part title="Recommendations" lead="From your own figures. The gain is what the score would win at once.">
      {list.length === 0 ? (
        <Text size="sm">There is nothing to recommend at the moment.</Text>
      ) : (
        <Lines label="Recommendations">
          {list.map((one) => (
            <Item key={`${one.code} ${one.domain ?? ''} ${one.title}`} one={one} onTry={onTry} />
          ))}
        </Lines>
      )}
    </Part>
  );
}

function Item({ one, onTry }: { one: Recommendation; onTry: Props['onTry'] }) {
  const { label, tone } = SEVERITIES[one.severity];
  return (
    <Line
      name={
        <>
          {one.title}
          <ToneBadge tone={tone}>{label}</ToneBadge>
          {one.domain && <ToneBadge tone="gray">{one.domain}</ToneBadge>}
        </>
      }
      action={
        <Group gap="xs">
          <Gain one={one} />
          <Button
            variant="default"
            size="xs"
            leftSection={<IconAdjustments size={14} aria-hidden />}
            onClick={() => onTry(one)}
          >
            Try it below<Spoken>: {one.title}</Spoken>
          </Button>
        </Group>
      }
    >
      {one.text}
      <Where one={one} />
    </Line>
  );
}

function Gain({ one }: { one: Recommendation }) {
  if (one.gain === 0) return <Text size="sm">No gain yet: another cap holds</Text>;
  return (
    <Text size="sm" fw={600} className="tnum">
      {gainText(one.gain)} points{one.score_after !== null && ` → ${one.score_after}`}
    </Text>
  );
}

/** The campaign that brings most of it, or the page where it is mended. */
function Where({ one: { campaign, line } }: { one: Recommendation }) {
  const zone = useTimeZone();
  if (campaign) {
    return (
      <div>
        Most of it came with{' '}
        <Link className="link" to="/campaigns" search={{ campaign: campaign.id }}>
          {campaign.name || 'Untitled'}
        </Link>{' '}
        ({count(campaign.events)} of {count(campaign.messages)}, sent {shortDate(campaign.sent_at, zone)}).
      </div>
    );
  }
  if (line === 'authentication') {
    return (
      <div>
        <Link className="link" to="/deliverability/domains">
          Open domains
        </Link>
      </div>
    );
  }
  if (line !== 'blocklists') return null;
  return (
    <div>
      <Link className="link" to="/deliverability/blocklists">
        Open blocklists
      </Link>
    </div>
  );
}
