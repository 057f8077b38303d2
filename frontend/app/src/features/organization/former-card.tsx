import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Line, Lines, Part } from '../../components/part.tsx';
import { ErrorState } from '../../components/states.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import type { LeftConnection } from '../../lib/types.ts';
import { formerOptions } from './api.ts';

/** Shown only when there is something to look after. */
export function FormerCard() {
  const former = useQuery(formerOptions());
  if (former.error && !former.data) {
    return <ErrorState error={former.error} onRetry={() => void former.refetch()} />;
  }
  if (!former.data?.length) return null;
  return (
    <Part
      title="Connections of former members"
      lead="These hang on the account of somebody who left. They work until that account is closed."
    >
      <Lines label="Connections of former members">
        {former.data.map((one) => (
          <Former key={one.connection_id} connection={one} />
        ))}
      </Lines>
    </Part>
  );
}

function Former({
  connection: { connection_id, provider, account_label, advice, status },
}: {
  connection: LeftConnection;
}) {
  const link = (
    <Anchor
      size="sm"
      underline="always"
      renderRoot={(props) => (
        <Link {...props} to="/integrations/$provider" params={{ provider }} search={{ account: connection_id }} />
      )}
    >
      Open {account_label}
    </Anchor>
  );
  const name = (
    <>
      {account_label}
      {status === 'inactive' && <ToneBadge tone="danger">Inactive</ToneBadge>}
    </>
  );
  return (
    <Line name={name} action={link}>
      {advice}
    </Line>
  );
}
