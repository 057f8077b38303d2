import { Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { ErrorState } from '../../../components/states.tsx';
import type { MailStep } from '../../../lib/types.ts';
import { MailSteps } from './mail-steps.tsx';

type Props = {
  /** Of the last test. */
  result: { ok: boolean; steps: MailStep[] } | undefined;
  error: unknown;
  onSubmit: () => void;
  footer: ReactNode;
  children: ReactNode;
};

/** Its answer stands between the fields and the buttons; what was typed stays whatever the answer is. */
export function TestedForm({ result, error, onSubmit, footer, children }: Props) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <Stack gap="md">
        {children}
        {result && <MailSteps ok={result.ok} steps={result.steps} />}
        {error != null && <ErrorState error={error} />}
        {footer}
      </Stack>
    </form>
  );
}
