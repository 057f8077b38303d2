import { Alert, Button, Stack } from '@mantine/core';
import { IconAlertCircle, IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Part } from '../../components/part.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { ErrorState } from '../../components/states.tsx';
import { landingError } from '../../lib/landing.ts';
import { notifyOk } from '../../lib/notify.ts';
import type { Identity, IdentityProvider } from '../../lib/types.ts';
import { AccountDialog } from './account-form.tsx';
import { identitiesOptions, providersOptions, useLinkIdentity, useUnlinkIdentity } from './api.ts';
import { OwnPassword } from './own-password.tsx';
import { NeedsPassword, Row, useHasPassword } from './parts.tsx';

/** What the way back from a provider's page leads here with. */
export type Landing = { linked: string | undefined; error: string | undefined };

/** Nothing where the operator set no provider up and nothing is joined. */
export function IdentitiesCard({ landing }: { landing: Landing }) {
  const offered = useQuery(providersOptions()).data?.data ?? [];
  const joined = useQuery(identitiesOptions()).data?.data ?? [];
  const hasPassword = useHasPassword();
  const free = offered.filter(({ provider }) => !joined.some((one) => one.provider === provider));
  if (joined.length === 0 && offered.length === 0) return null;
  return (
    <Part title="Other ways to sign in" lead="An account elsewhere that signs you in here, instead of the password.">
      <Landed landing={landing} offered={offered} />
      <Stack gap="sm">
        {joined.map((one) => (
          <Joined key={one.id} identity={one} />
        ))}
        {hasPassword && free.map((one) => <Free key={one.provider} provider={one} />)}
        {!hasPassword && free.length > 0 && <NeedsPassword />}
      </Stack>
    </Part>
  );
}

function Landed({ landing, offered }: { landing: Landing; offered: IdentityProvider[] }) {
  const name = offered.find(({ provider }) => provider === landing.linked)?.label;
  const words = landingError(landing.error ?? null);
  if (words) {
    return (
      <Alert color="danger" variant="light" role="alert" icon={<IconAlertCircle aria-hidden />} title={words.title}>
        {words.detail}
      </Alert>
    );
  }
  if (!name) return null;
  return (
    <Alert color="success" variant="light" role="status" icon={<IconCircleCheck aria-hidden />}>
      {name} signs you in from now on.
    </Alert>
  );
}

function Joined({ identity }: { identity: Identity }) {
  const unlink = useUnlinkIdentity();
  const { provider_label: label, last_used_at: used } = identity;
  const remove = () => unlink.mutate(identity.id, { onSuccess: () => notifyOk(`${label} no longer signs you in`) });
  return (
    <div>
      {unlink.error && <ErrorState error={unlink.error} />}
      <Row
        name={label}
        action={
          <Button variant="default" size="xs" loading={unlink.isPending} onClick={remove}>
            Remove
            <Spoken>{label}</Spoken>
          </Button>
        }
      >
        {identity.account} · {used ? <>last used {<RelativeTime iso={used} />}</> : 'not used yet'}
      </Row>
    </div>
  );
}

function Free({ provider: { provider, label } }: { provider: IdentityProvider }) {
  const [open, setOpen] = useState(false);
  return (
    <Row
      name={label}
      action={
        <Button variant="default" size="xs" onClick={() => setOpen(true)}>
          Join…
          <Spoken>{label}</Spoken>
        </Button>
      }
    >
      Not joined.
      {open && <JoinDialog provider={provider} label={label} onClose={() => setOpen(false)} />}
    </Row>
  );
}

function JoinDialog({ provider, label, onClose }: { provider: string; label: string; onClose: () => void }) {
  const link = useLinkIdentity(provider);
  const go = (url: string) => window.location.assign(url);
  return (
    <AccountDialog
      title={`Join your ${label} account`}
      submit={`Continue to ${label}`}
      pending={link.isPending}
      error={link.error}
      onClose={onClose}
      onSubmit={({ current_password = '' }) => link.mutate(current_password, { onSuccess: go })}
    >
      {(errors) => <OwnPassword errors={errors} autoFocus />}
    </AccountDialog>
  );
}
