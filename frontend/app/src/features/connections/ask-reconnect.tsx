import { Asking, CopyMessage } from '../../components/asking.tsx';
import { useMay } from '../../lib/session.tsx';
import type { Connection } from '../../lib/types.ts';
import { accountName } from './accounts.ts';
import { useAskReconnect } from './api.ts';

/** `what`: the message to paste, without the address. */
type Props = { connection: Connection; what: string; size?: 'xs' | 'sm' };

/** For whoever may not reconnect it: one click tells those who may, here and by mail. */
export default function AskReconnect({ connection, what, size = 'sm' }: Props) {
  const may = useMay('connections:ask');
  const ask = useAskReconnect(connection.id);
  const { id, provider } = connection;
  const page = `${window.location.origin}/integrations/${provider}?account=${id}`;
  const message = `${what} ${page}`;
  if (!may) return <CopyMessage message={message} size={size} />;
  return <Asking ask={ask} about={`reconnect ${accountName(connection)}`} message={message} size={size} />;
}
