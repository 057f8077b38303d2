import { Alert, Card, Code, Group, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Fact } from '../../components/evidence-list.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import type { Endpoint } from '../../lib/types.ts';
import { errorLabel } from './delivery-words.tsx';
import { EndpointBadge, EndpointNews } from './endpoint-health.tsx';

export function EndpointCard({ endpoint }: { endpoint: Endpoint }) {
  return (
    <Card component="section" aria-label="State of the endpoint">
      <Stack>
        <Group gap="xs">
          <Title order={2}>{endpoint.description || 'State'}</Title>
          <EndpointBadge endpoint={endpoint} />
        </Group>
        <Trouble endpoint={endpoint} />
        <dl className="facts">
          <Fact name="Deliveries">
            <EndpointNews endpoint={endpoint} />
          </Fact>
          <Fact name="Events">
            {endpoint.event_types.length === 0
              ? 'All'
              : endpoint.event_types.map((type) => (
                  <span key={type}>
                    <Code>{type}</Code>{' '}
                  </span>
                ))}
          </Fact>
          <Fact name="Added">
            <RelativeTime iso={endpoint.created_at} />
          </Fact>
          {endpoint.previous_secret_until && (
            <Fact name="Old secret">
              signs beside the new one, ends <RelativeTime iso={endpoint.previous_secret_until} />
            </Fact>
          )}
        </dl>
      </Stack>
    </Card>
  );
}

const WHY_DISABLED = {
  member: 'Somebody disabled it. Nothing is lost: enabled again, it gets what happened in the last 30 days.',
  gone: 'Your server answered 410 Gone, so we stopped. Enabled again, it gets what happened in the last 30 days.',
};

function Trouble({ endpoint }: { endpoint: Endpoint }) {
  if (!endpoint.enabled) {
    return (
      <Alert color="gray" variant="light" icon={<IconAlertTriangle aria-hidden />} title="Disabled">
        {WHY_DISABLED[endpoint.disabled_reason ?? 'member']}
      </Alert>
    );
  }
  if (endpoint.health !== 'failing') return null;
  return (
    <Alert color="danger" variant="light" icon={<IconAlertTriangle aria-hidden />} title="Your server accepts nothing">
      <Text size="sm" component="div">
        {errorLabel(endpoint.last_error)}
        {endpoint.rest_until && (
          <>
            {' '}
            We try again <RelativeTime iso={endpoint.rest_until} />.
          </>
        )}{' '}
        What waits is sent with the first success; nothing is lost for three days.
      </Text>
    </Alert>
  );
}
