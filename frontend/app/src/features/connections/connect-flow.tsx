import { lazy, Suspense } from 'react';
import { takesPassword } from '../../lib/kinds.ts';
import type { Integration } from '../../lib/types.ts';

const ConnectDialog = lazy(() => import('./connect-dialog.tsx'));
const PasswordDialog = lazy(() => import('./password/password-dialog.tsx'));

type Props = { integration: Integration; onClose: () => void };

/** The way to a new account: over the provider's page, or with a password that is tried here. */
export function ConnectFlow({ integration, onClose }: Props) {
  const Dialog = takesPassword(integration.provider) ? PasswordDialog : ConnectDialog;
  return (
    <Suspense fallback={null}>
      <Dialog integration={integration} onClose={onClose} />
    </Suspense>
  );
}
