import { IconLock } from '@tabler/icons-react';
import { AskBeside } from '../../components/ask-beside.tsx';
import { EmptyState } from '../../components/states.tsx';
import { useSession } from '../../lib/session.tsx';

/** Logs name colleagues and carry the providers' words: owners and managers see them (M11–M18). */
export const useMayDiagnose = () => useSession().permissions.includes('diagnostics:read');

export function Closed() {
  return (
    <EmptyState
      title="For owners and managers"
      Icon={IconLock}
      action={<AskBeside wish={{ action: 'look_at_diagnostics' }} />}
    >
      These logs show who authorized what, and what the providers answered. Ask an owner or manager of your organization
      to look, or to change your role. How each account is doing stands on the page of integrations.
    </EmptyState>
  );
}
