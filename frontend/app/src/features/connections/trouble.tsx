import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
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
        <Anchor
          size="sm"
          underline="always"
          renderRoot={(props) => (
            <Link
              {...props}
              to="/integrations/$provider"
              params={{ provider: connection.provider }}
              search={{ account: connection.id, tab: 'history' }}
            />
          )}
        >
          See what happened
        </Anchor>
      </Text>
    </div>
  );
}
