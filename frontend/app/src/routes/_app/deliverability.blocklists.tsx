import { createFileRoute } from '@tanstack/react-router';
import { DeliverabilityFrame } from '../../features/deliverability/frame.tsx';

export const Route = createFileRoute('/_app/deliverability/blocklists')({ component: Blocklists });

function Blocklists() {
  return (
    <DeliverabilityFrame place="/deliverability/blocklists" lead="">
      {null}
    </DeliverabilityFrame>
  );
}
