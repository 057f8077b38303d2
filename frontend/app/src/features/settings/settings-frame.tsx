import { Stack, Tabs } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { PageHeader } from '../../components/page-header.tsx';
import { useMay } from '../../lib/session.tsx';
import { useIsPaid } from '../../lib/standing.ts';
import { useTabInView } from '../../lib/tab-in-view.ts';
import { type SettingsTab, TABS } from './tabs.ts';

const LABELS: Record<SettingsTab, string> = {
  account: 'Account',
  email: 'Email',
  organization: 'Organization',
  integrations: 'Integrations',
  alerts: 'Alerts',
};

type Props = { tab: SettingsTab | 'billing'; children: ReactNode };

/** Heading and tabs of all settings. Billing is a page of its own, since payments come back to it. */
export function SettingsFrame({ tab, children }: Props) {
  const navigate = useNavigate();
  const list = useTabInView(tab);
  const paid = useIsPaid();
  const billing = useMay('billing:read') && paid;
  const turn = (next: string | null) =>
    void (next === 'billing'
      ? navigate({ to: '/settings/billing' })
      : navigate({ to: '/settings', search: { tab: next as SettingsTab } }));
  return (
    <Stack gap="lg" maw={1000}>
      <PageHeader title="Settings" />
      <Tabs value={tab} onChange={turn} keepMounted={false}>
        <Tabs.List ref={list} aria-label="Settings" mb="lg" className="tabs">
          {TABS.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {LABELS[one]}
            </Tabs.Tab>
          ))}
          {(billing || tab === 'billing') && <Tabs.Tab value="billing">Billing</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value={tab}>{children}</Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
