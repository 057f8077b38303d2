import { Button, Group, Text } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Loaded, Part } from '../../components/part.tsx';
import { ExactTime } from '../../components/relative-time.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { plural } from '../../lib/numbers.ts';
import type { SecondFactor } from '../../lib/types.ts';
import { factorOptions } from './api.ts';
import { DisableDialog, RenewDialog } from './factor-change.tsx';
import { FactorSetupDialog } from './factor-setup.tsx';
import { NeedsPassword, useHasPassword } from './parts.tsx';

const FEW = 3;
const LEAD = 'A code of an app on your phone, besides the password. Who learns the password alone cannot sign in.';

export function FactorCard() {
  const factor = useQuery(factorOptions());
  const badge = factor.data?.enabled && (
    <ToneBadge tone="success" Icon={IconShieldCheck}>
      On
    </ToneBadge>
  );
  return (
    <Part title="Second factor" badge={badge} lead={LEAD}>
      <Loaded query={factor} label="Loading second factor" heights={[36]}>
        {(state) => <Factor state={state} />}
      </Loaded>
    </Part>
  );
}

type Dialog = 'setup' | 'renew' | 'disable' | null;

function Factor({ state }: { state: SecondFactor }) {
  const [dialog, setDialog] = useState<Dialog>(null);
  const close = () => setDialog(null);
  const hasPassword = useHasPassword();
  return (
    <>
      {state.enabled && <Since state={state} />}
      {!hasPassword && !state.enabled ? (
        <NeedsPassword />
      ) : (
        <Group gap="sm">
          {state.enabled ? (
            <EnabledButtons onOpen={setDialog} />
          ) : (
            <Button onClick={() => setDialog('setup')}>Set up…</Button>
          )}
        </Group>
      )}
      {dialog === 'setup' && <FactorSetupDialog onClose={close} />}
      {dialog === 'renew' && <RenewDialog onClose={close} />}
      {dialog === 'disable' && <DisableDialog onClose={close} />}
    </>
  );
}

function EnabledButtons({ onOpen }: { onOpen: (dialog: Dialog) => void }) {
  return (
    <>
      <Button variant="default" onClick={() => onOpen('renew')}>
        New recovery codes…
      </Button>
      <Button variant="default" onClick={() => onOpen('disable')}>
        Turn off…
      </Button>
    </>
  );
}

function Since({ state }: { state: SecondFactor }) {
  const few = state.recovery_codes_left <= FEW;
  return (
    <Text size="sm">
      {state.confirmed_at && (
        <>
          Since <ExactTime iso={state.confirmed_at} />.{' '}
        </>
      )}
      {plural(state.recovery_codes_left, 'recovery code')} left
      {few ? ': make new ones before you run out of them.' : '.'}
    </Text>
  );
}
