import '@mantine/core/styles/Mark.css';
import '@mantine/spotlight/styles.css';
import { createSpotlight, Spotlight } from '@mantine/spotlight';
import { IconBan, IconCreditCard, IconListCheck, IconPencil, IconSearch, IconWorld } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { useReturnFocus } from '../../lib/return-focus.ts';
import { useMay } from '../../lib/session.tsx';
import { useIsPaid } from '../../lib/standing.ts';
import { PAGES } from './nav.tsx';

const MORE = [
  { to: '/messages/compose', label: 'New email', Icon: IconPencil },
  { to: '/messages/suppressions', label: 'Suppression list', Icon: IconBan },
  { to: '/deliverability/domains', label: 'Sending domains', Icon: IconWorld },
  { to: '/deliverability/blocklists', label: 'Blocklists', Icon: IconListCheck },
];
const BILLING = { to: '/settings/billing', label: 'Billing', Icon: IconCreditCard };

const [store, spotlight] = createSpotlight();

export default function CommandPalette({ onClose }: { onClose: () => void }) {
  useReturnFocus();
  const navigate = useNavigate();
  const paid = useIsPaid();
  const billing = useMay('billing:read') && paid;
  useEffect(() => spotlight.open(), []);
  const actions = useMemo(
    () =>
      [...PAGES, ...MORE, ...(billing ? [BILLING] : [])].map(({ to, label, Icon }) => ({
        id: to,
        label: `Go to ${label}`,
        leftSection: <Icon size={18} aria-hidden />,
        onClick: () => void navigate({ to }),
      })),
    [navigate, billing],
  );
  return (
    <Spotlight
      store={store}
      actions={actions}
      shortcut={null}
      attributes={{ content: { 'aria-label': 'Command palette' } }}
      highlightQuery
      nothingFound="No matching page"
      onSpotlightClose={onClose}
      searchProps={{
        'aria-label': 'Search pages',
        placeholder: 'Type the name of a page…',
        leftSection: <IconSearch size={18} aria-hidden />,
      }}
    />
  );
}
