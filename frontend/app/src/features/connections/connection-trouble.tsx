import { CausePanel } from '../../components/cause-panel.tsx';
import type { Connection } from '../../lib/types.ts';
import { MissingPermissions } from './missing-permissions.tsx';
import { isRepair, RepairButton } from './repair-button.tsx';

/** The whole story of what is wrong with an account, with the one button that mends it. */
export function ConnectionTrouble({ connection, providerLabel }: { connection: Connection; providerLabel: string }) {
  const action = isRepair(connection) && connection.status !== 'disconnected' && (
    <RepairButton connection={connection} providerLabel={providerLabel} />
  );
  if (connection.card) {
    const tone = connection.status === 'inactive' ? 'danger' : 'warning';
    return <CausePanel card={connection.card} tone={tone} action={action} />;
  }
  return <MissingPermissions connection={connection} action={action} />;
}
