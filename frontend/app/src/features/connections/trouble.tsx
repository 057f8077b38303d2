import { Text } from '@mantine/core';
import { AccountLink } from '../../components/account-link.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { panelStyle } from '../../components/tones.ts';
import type { Connection } from '../../lib/types.ts';

/** A card's short word on what is wrong; the whole story is one click away. */
export function Trouble({ connection }: { connection: Connection }) {
  const { card, missing_scopes: missing, status } = connection;
  if (!card && missing.length === 0) return null;
  return (
    <div className="panel" style={panelStyle(status === 'inactive' ? 'danger' : 'warning')}>
      <Text size="sm" fw={500}>
        {card?.title ?? `Permission missing: ${missing.join(', ')}`}
      </Text>
      <Text size="sm" component="div">
        {card && (
          <>
            Since <RelativeTime iso={card.first_failed_at} />.{' '}
          </>
        )}
        <AccountLink provider={connection.provider} account={connection.id} tab="history" underline="always">
          See what happened
        </AccountLink>
      </Text>
    </div>
  );
}
