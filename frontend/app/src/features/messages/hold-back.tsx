import { Button } from '@mantine/core';
import { ErrorState } from '../../components/states.tsx';
import { useMay } from '../../lib/session.tsx';
import { useCancel, type Versioned } from './api.ts';

/** While it waits it can be held back; from the attempt on it may be out. */
export function HoldBack({ message }: { message: Versioned }) {
  const cancel = useCancel(message.id);
  const may = useMay('messages:send');
  if (message.kind !== 'one_off') return 'It belongs to an outreach campaign: pause or change that.';
  if (!may) return null;
  return (
    <>
      <div>
        <Button size="xs" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate(undefined)}>
          Hold back
        </Button>
      </div>
      {cancel.error && <ErrorState error={cancel.error} />}
    </>
  );
}
