import { Code } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Copyable } from '../../components/evidence-list.tsx';
import { ProviderTile } from '../../components/provider-tile.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { useTimeZone } from '../../lib/session.tsx';
import { shortDateTime } from '../../lib/time.ts';

/** Logs say when, not how long ago: lines are compared with each other. */
export function When({ at }: { at: string }) {
  return <time dateTime={at}>{shortDateTime(at, useTimeZone())}</time>;
}

export function Ago({ at, none = 'Never' }: { at: string | null; none?: string }) {
  return at ? <RelativeTime iso={at} /> : none;
}

type AccountProps = { provider: string; connectionId: string | null; label: string | null };

export function AccountCell({ provider, connectionId, label }: AccountProps) {
  return (
    <span className="with-tile">
      <ProviderTile provider={provider} size={22} />
      {connectionId ? (
        <Link
          className="link clip"
          to="/integrations/$provider"
          params={{ provider }}
          search={{ account: connectionId }}
          preload={false}
        >
          {label || 'Account'}
        </Link>
      ) : (
        <span className="clip">{label ?? 'No account'}</span>
      )}
    </span>
  );
}

export function ProviderCode({ code, requestId }: { code: string | null; requestId: string | null }) {
  if (!code && !requestId) return '–';
  return (
    <>
      {code && <Code fz="xs">{code}</Code>}
      {requestId && (
        <span className="sub">
          <Copyable text={requestId} />
        </span>
      )}
    </>
  );
}
