import { Button, Code } from '@mantine/core';
import { useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Disclosure } from '../../components/disclosure.tsx';
import { Line } from '../../components/part.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import type { Tone } from '../../components/tones.ts';
import { notifyOk } from '../../lib/notify.ts';
import { plural } from '../../lib/numbers.ts';
import type { ApiKey, NewApiKey } from '../../lib/types.ts';
import { useRevokeKey } from './api.ts';
import { RotateKeyDialog } from './rotate-key-dialog.tsx';

const STATUS: Record<string, [Tone, string]> = {
  active: ['success', 'Active'],
  expiring: ['warning', 'Being replaced'],
  expired: ['gray', 'Expired'],
  revoked: ['gray', 'Revoked'],
};

type Props = { apiKey: ApiKey; onRotated: (made: NewApiKey) => void };

export function KeyLine({ apiKey, onRotated }: Props) {
  const [tone, word] = STATUS[apiKey.status] ?? ['gray', apiKey.status];
  const works = apiKey.status === 'active' || apiKey.status === 'expiring';
  const name = (
    <>
      {apiKey.name} <Code>{apiKey.hint}…</Code>
      <ToneBadge tone={tone}>{word}</ToneBadge>
    </>
  );
  return (
    <Line name={name} action={works && <KeyActions apiKey={apiKey} onRotated={onRotated} />}>
      <Facts apiKey={apiKey} />
      <Scopes apiKey={apiKey} />
    </Line>
  );
}

function Facts({ apiKey: { created_by_name, created_at, last_used_at, expires_at, allowed_ips } }: { apiKey: ApiKey }) {
  return (
    <>
      By {created_by_name} <RelativeTime iso={created_at} /> ·{' '}
      {last_used_at ? (
        <>
          last used <RelativeTime iso={last_used_at} />
        </>
      ) : (
        'never used'
      )}{' '}
      ·{' '}
      {expires_at ? (
        <>
          ends <RelativeTime iso={expires_at} />
        </>
      ) : (
        'without an end'
      )}
      {allowed_ips.length > 0 && ` · only from ${allowed_ips.join(', ')}`}
    </>
  );
}

/** What its maker's role has lost since is told, as calls with it are refused. */
function Scopes({ apiKey: { name, scopes, effective_scopes: effective } }: { apiKey: ApiKey }) {
  const lost = scopes.filter((scope) => !effective.includes(scope));
  const label = (
    <>
      {plural(scopes.length, 'scope')}
      <Spoken>of {name}</Spoken>
    </>
  );
  return (
    <Disclosure label={label}>
      {effective.map((scope) => (
        <span key={scope}>
          <Code>{scope}</Code>{' '}
        </span>
      ))}
      {lost.length > 0 && <p>Not any more, since its maker’s role does not allow it: {lost.join(', ')}</p>}
    </Disclosure>
  );
}

function KeyActions({ apiKey, onRotated }: Props) {
  const [open, setOpen] = useState<'rotate' | 'revoke' | null>(null);
  const close = () => setOpen(null);
  const rotated = (made: NewApiKey) => {
    close();
    onRotated(made);
  };
  return (
    <>
      {apiKey.status === 'active' && (
        <Button variant="default" size="xs" onClick={() => setOpen('rotate')}>
          Rotate…<Spoken>{apiKey.name}</Spoken>
        </Button>
      )}
      <Button variant="default" size="xs" onClick={() => setOpen('revoke')}>
        Revoke…<Spoken>{apiKey.name}</Spoken>
      </Button>
      {open === 'rotate' && <RotateKeyDialog apiKey={apiKey} onClose={close} onRotated={rotated} />}
      {open === 'revoke' && <Revoke apiKey={apiKey} onClose={close} />}
    </>
  );
}

function Revoke({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const revoke = useRevokeKey(apiKey.id);
  const done = () => {
    notifyOk(`The key “${apiKey.name}” is revoked`);
    onClose();
  };
  return (
    <ConfirmDialog
      title={`Revoke “${apiKey.name}”?`}
      confirm="Revoke the key"
      keep="Keep it"
      pending={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate(undefined, { onSuccess: done })}
      onClose={onClose}
    >
      Programs that use it are refused from the next call on. This cannot be undone.
    </ConfirmDialog>
  );
}
