import { Anchor, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { PageHeader } from '../../components/page-header.tsx';
import { Loaded } from '../../components/part.tsx';
import type { Endpoint } from '../../lib/types.ts';
import { endpointOptions } from './api.ts';
import { Open } from './closed.tsx';
import { Deliveries } from './deliveries.tsx';
import { EndpointActions } from './endpoint-actions.tsx';
import { EndpointCard } from './endpoint-card.tsx';
import type { DeliverySearch } from './search.ts';

type Props = { endpointId: string; filter: DeliverySearch; onFilter: (change: DeliverySearch) => void };

export function EndpointPage(props: Props) {
  return (
    <Stack gap="lg" maw={1200}>
      <Anchor
        size="sm"
        underline="always"
        renderRoot={(rest) => <Link {...rest} to="/developers" search={{ tab: 'webhooks' }} />}
      >
        All webhook endpoints
      </Anchor>
      <Open permission="webhooks:read" title="Webhook endpoints are kept by owners and managers" order={1}>
        <Opened {...props} />
      </Open>
    </Stack>
  );
}

function Opened({ endpointId, filter, onFilter }: Props) {
  const endpoint = useQuery(endpointOptions(endpointId));
  const { data } = endpoint;
  return (
    <>
      <PageHeader title="Webhook endpoint" actions={data && <EndpointActions key={data.version} endpoint={data} />}>
        <Text span inherit className="break-anywhere">
          {data?.url}
        </Text>
      </PageHeader>
      <Loaded query={endpoint} label="Loading the endpoint" heights={[160, 200]}>
        {(one: Endpoint) => (
          <>
            <EndpointCard endpoint={one} />
            <Deliveries endpoint={one} filter={filter} onFilter={onFilter} />
          </>
        )}
      </Loaded>
    </>
  );
}
