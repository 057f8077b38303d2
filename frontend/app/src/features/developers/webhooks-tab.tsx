import { Anchor, Button } from '@mantine/core';
import { IconWebhook } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Managed, useRightsTo } from '../../components/managed.tsx';
import { Line, Lines, Loaded, Part } from '../../components/part.tsx';
import { EmptyState } from '../../components/states.tsx';
import { plural } from '../../lib/numbers.ts';
import type { Endpoint, EndpointSecret } from '../../lib/types.ts';
import { endpointsOptions } from './api.ts';
import { Open } from './closed.tsx';
import { EndpointDialog } from './endpoint-dialog.tsx';
import { EndpointBadge, EndpointNews } from './endpoint-health.tsx';
import { SecretShown } from './secret-shown.tsx';

export default function WebhooksTab() {
  return (
    <Open permission="webhooks:read" title="Webhook endpoints are kept by owners and managers">
      <Endpoints />
    </Open>
  );
}

function Endpoints() {
  const endpoints = useQuery(endpointsOptions());
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<EndpointSecret | null>(null);
  const show = (endpoint: EndpointSecret) => {
    setMaking(false);
    setMade(endpoint);
  };
  return (
    <Part
      title="Webhook endpoints"
      lead="We send every event that you choose to your server, signed, and try again for three days."
      actions={<Add onClick={() => setMaking(true)} />}
    >
      <Loaded query={endpoints} label="Loading endpoints" heights={[64, 64]}>
        {({ data }) => (data.length === 0 ? <Nothing /> : <List endpoints={data} />)}
      </Loaded>
      {making && <EndpointDialog onClose={() => setMaking(false)} onMade={show} />}
      {made && <SecretShown endpoint={made} onClose={() => setMade(null)} />}
    </Part>
  );
}

function Add({ onClick }: { onClick: () => void }) {
  const rights = useRightsTo('webhooks:write');
  return (
    <Managed rights={rights} wish={{ action: 'manage_webhooks' }}>
      {(may) => (
        <Button disabled={!may} onClick={onClick}>
          Add endpoint…
        </Button>
      )}
    </Managed>
  );
}

function Nothing() {
  return (
    <EmptyState title="No endpoints yet" Icon={IconWebhook}>
      Add the address of your server, and it hears of changes within seconds instead of asking for them.
    </EmptyState>
  );
}

function List({ endpoints }: { endpoints: Endpoint[] }) {
  return (
    <Lines label="Webhook endpoints">
      {endpoints.map((one) => (
        <Line key={one.id} name={<Name endpoint={one} />}>
          {one.description && `${one.description} · `}
          {one.event_types.length === 0 ? 'all events' : plural(one.event_types.length, 'event type')} ·{' '}
          <EndpointNews endpoint={one} />
        </Line>
      ))}
    </Lines>
  );
}

function Name({ endpoint }: { endpoint: Endpoint }) {
  return (
    <>
      <Anchor
        inherit
        underline="always"
        renderRoot={(props) => (
          <Link {...props} to="/developers/webhooks/$endpoint" params={{ endpoint: endpoint.id }} />
        )}
      >
        {endpoint.url}
      </Anchor>
      <EndpointBadge endpoint={endpoint} />
    </>
  );
}
