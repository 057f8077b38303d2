import { createFileRoute } from '@tanstack/react-router';
import { DeliverabilityFrame } from '../../features/deliverability/frame.tsx';

export const Route = createFileRoute('/_app/deliverability/domains')({ component: Domains });

function Domains() {
  return (
    <DeliverabilityFrame place="/deliverability/domains" lead="">
      {null}
    </DeliverabilityFrame>
  );
}
