import { Code, Text } from '@mantine/core';
import { ShownOnce } from '../../components/shown-once.tsx';
import type { NewApiKey } from '../../lib/types.ts';

/** The key, and the first call to make with it. */
export function KeyShown({ made, onClose }: { made: NewApiKey; onClose: () => void }) {
  const call = `curl -H "Authorization: Bearer $MAILWARDEN_API_KEY" ${window.location.origin}/v1/integrations`;
  return (
    <ShownOnce title={`Your key “${made.key.name}”`} what="the key" secret={made.secret} onClose={onClose}>
      <Text size="sm">Put it into the environment of your program, not into its code, and try it:</Text>
      <Code block style={{ whiteSpace: 'pre-wrap' }} className="break-anywhere">
        {call}
      </Code>
    </ShownOnce>
  );
}
