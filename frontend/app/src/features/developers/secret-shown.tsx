import { Text } from '@mantine/core';
import { ShownOnce } from '../../components/shown-once.tsx';
import type { EndpointSecret } from '../../lib/types.ts';

export function SecretShown({ endpoint, onClose }: { endpoint: EndpointSecret; onClose: () => void }) {
  return (
    <ShownOnce title="The signing secret" what="the secret" secret={endpoint.secret} onClose={onClose}>
      <Text size="sm" className="break-anywhere">
        Your server at {endpoint.url} verifies with it that a message comes from us. Any library for Standard Webhooks
        does that.
      </Text>
      {endpoint.previous_secret_until && (
        <Text size="sm">The one before signs, too, for 24 hours: change it on your server in that time.</Text>
      )}
    </ShownOnce>
  );
}
