import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { SessionProvider } from '../lib/session.tsx';
import { evidence, session } from '../test/fixtures.ts';
import { EvidenceList } from './evidence-list.tsx';

const SAID = 'The stored authorization cannot be decrypted with the configured keys.';

test('what nobody was asked shows no answer, and none that is missing', () => {
  const item = evidence({ operation: 'open', method: '', host: '', path: '', status: null, message: SAID });
  render(
    <MantineProvider>
      <SessionProvider value={session()}>
        <EvidenceList items={[item]} />
      </SessionProvider>
    </MantineProvider>,
  );
  expect(screen.getByText(SAID)).toBeVisible();
  expect(screen.queryByText(/Request|Answer/)).toBeNull();
  expect(screen.queryByText(/No answer/)).toBeNull();
});
