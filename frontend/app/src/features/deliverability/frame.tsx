import { Stack, Tabs } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { PageHeader } from '../../components/page-header.tsx';

const PLACES = {
  '/deliverability': { label: 'Score', title: 'Deliverability' },
  '/deliverability/domains': { label: 'Domains', title: 'Sending domains' },
  '/deliverability/blocklists': { label: 'Blocklists', title: 'Blocklists' },
} as const;
type Place = keyof typeof PLACES;

type Props = { place: Place; lead: ReactNode; actions?: ReactNode; children: ReactNode };

/** Heading and tabs of the three pages; each has an address of its own. */
export function DeliverabilityFrame({ place, lead, actions, children }: Props) {
  const navigate = useNavigate();
  return (
    <Stack gap="lg" maw={1200}>
      <PageHeader title={PLACES[place].title} actions={actions}>
        {lead}
      </PageHeader>
      <Tabs value={place} onChange={(next) => void navigate({ to: next as Place })} keepMounted={false}>
        <Tabs.List aria-label="Deliverability" mb="lg" className="tabs">
          {(Object.keys(PLACES) as Place[]).map((one) => (
            <Tabs.Tab key={one} value={one}>
              {PLACES[one].label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={place}>
          <Stack gap="lg">{children}</Stack>
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
