import { createFileRoute } from '@tanstack/react-router';
import { ZoneNote } from '../../components/zone-note.tsx';
import { AssetsCard } from '../../features/deliverability/assets-card.tsx';
import { DeliverabilityFrame } from '../../features/deliverability/frame.tsx';
import { ListingsCard } from '../../features/deliverability/listings-card.tsx';
import { ListsCard } from '../../features/deliverability/lists-card.tsx';

export const Route = createFileRoute('/_app/deliverability/blocklists')({ component: Blocklists });

function Blocklists() {
  return (
    <DeliverabilityFrame
      place="/deliverability/blocklists"
      lead="Which of your domains and addresses are on which list, how that is known, and the way off."
    >
      <ListingsCard />
      <AssetsCard />
      <ListsCard />
      <ZoneNote />
    </DeliverabilityFrame>
  );
}
