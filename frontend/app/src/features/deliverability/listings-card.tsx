import { SegmentedControl, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { MoreButton } from '../../components/more-button.tsx';
import { Part } from '../../components/part.tsx';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { listingsOptions } from './api.ts';
import { ListingCard } from './listing-card.tsx';

type Status = 'open' | 'ended';

/** Times on a list: those that last with the way off, and those that are over. */
export function ListingsCard() {
  const [status, setStatus] = useState<Status>('open');
  const listings = useInfiniteQuery(listingsOptions(status));
  const rows = listings.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Part
      title="Listings"
      lead="Said only after two answers that agree, ten minutes apart. The end needs the same."
      actions={
        <SegmentedControl
          aria-label="Which listings"
          value={status}
          onChange={(next) => setStatus(next as Status)}
          data={[
            { value: 'open', label: 'Listed now' },
            { value: 'ended', label: 'Ended' },
          ]}
        />
      }
    >
      {listings.isPending && <LoadingBlocks label="Loading listings" heights={[120]} />}
      {listings.error && !listings.data && (
        <ErrorState error={listings.error} onRetry={() => void listings.refetch()} />
      )}
      {listings.data && rows.length === 0 && (
        <Text size="sm">
          {status === 'open' ? 'Nothing of yours is known to be listed.' : 'No listing has ended so far.'}
        </Text>
      )}
      {rows.map((listing) => (
        <ListingCard key={listing.id} listing={listing} />
      ))}
      <MoreButton query={listings} what="listings" />
    </Part>
  );
}
