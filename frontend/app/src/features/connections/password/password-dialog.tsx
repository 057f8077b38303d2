import { Modal } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { notifyOk } from '../../../lib/notify.ts';
import { useReturnFocus } from '../../../lib/return-focus.ts';
import type { Connection, Discovery, Integration } from '../../../lib/types.ts';
import ConnectDialog from '../connect-dialog.tsx';
import { useIntegration } from '../rights.ts';
import { AddressForm } from './address-form.tsx';
import { emptyDraft, withFound } from './draft.ts';
import { FoundNote } from './found-note.tsx';
import { PasswordForm } from './password-form.tsx';

type Props = { integration: Integration; onClose: () => void };

/** Any mailbox by its password: address, servers, test, connect. Gmail by IMAP goes the same way. */
export default function PasswordDialog({ integration, onClose }: Props) {
  useReturnFocus();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(emptyDraft());
  const [found, setFound] = useState<Discovery | null>(null);
  const [stage, setStage] = useState<'address' | 'servers'>('address');
  const [better, setBetter] = useState<string | null>(null);
  const other = useIntegration(better ?? '');
  if (other) return <ConnectDialog integration={other} onClose={onClose} />;
  const take = (answer: Discovery) => {
    setFound(answer);
    setDraft(withFound(draft, answer));
    setStage('servers');
  };
  const finish = (connection: Connection) => {
    notifyOk(`${connection.account_label} is connected`);
    onClose();
    const search = { connected: connection.id };
    void navigate({ to: '/integrations/$provider', params: { provider: connection.provider }, search });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size={stage === 'address' ? 'md' : 'xl'}
      title={`Connect ${integration.label}`}
      closeOnClickOutside={stage === 'address'} // a slip of the mouse must not cost what was typed
    >
      {stage === 'address' ? (
        <AddressForm
          address={draft.address}
          onAddress={(address) => setDraft({ ...draft, address })}
          onFound={take}
          onByHand={() => setStage('servers')}
        />
      ) : (
        <PasswordForm
          draft={draft}
          found={found}
          note={found && <FoundNote found={found} onSwitch={setBetter} />}
          onChange={setDraft}
          onBack={() => setStage('address')}
          onConnected={finish}
        />
      )}
    </Modal>
  );
}
