import { Anchor, Button, Text } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Lines, Loaded, Part } from '../../components/part.tsx';
import { EmptyState } from '../../components/states.tsx';
import type { NewApiKey } from '../../lib/types.ts';
import { keysOptions } from './api.ts';
import { Open } from './closed.tsx';
import { KeyDialog } from './key-dialog.tsx';
import { KeyLine } from './key-line.tsx';
import { KeyShown } from './key-shown.tsx';

export default function KeysTab() {
  return (
    <Open permission="api_keys:write" title="API keys are kept by owners and managers">
      <Keys />
    </Open>
  );
}

function Keys() {
  const keys = useQuery(keysOptions());
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<NewApiKey | null>(null);
  const make = <Button onClick={() => setMaking(true)}>Create key…</Button>;
  const show = (key: NewApiKey) => {
    setMaking(false);
    setMade(key);
  };
  return (
    <Part title="API keys" lead={<Lead />} actions={make}>
      <Loaded query={keys} label="Loading keys" heights={[64, 64]}>
        {({ data }) =>
          data.length === 0 ? (
            <EmptyState title="No keys yet" Icon={IconKey}>
              A key lets a program of yours call the API, within the scopes that you give it.
            </EmptyState>
          ) : (
            <Lines label="API keys">
              {data.map((one) => (
                <KeyLine key={one.id} apiKey={one} onRotated={setMade} />
              ))}
            </Lines>
          )
        }
      </Loaded>
      {making && <KeyDialog onClose={() => setMaking(false)} onMade={show} />}
      {made && <KeyShown made={made} onClose={() => setMade(null)} />}
    </Part>
  );
}

function Lead() {
  return (
    <Text span inherit>
      A key never may more than its maker’s role allows at the time.{' '}
      <Anchor inherit underline="always" href="/docs">
        Read the API’s documentation
      </Anchor>
    </Text>
  );
}
