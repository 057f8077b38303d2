import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { remember, store, type Versioned } from '../api.ts';
import { DraftKeeper } from './keeper.ts';
import type { Words } from './words-of.ts';

export function useKeeper(stored: Versioned | null, first: Words, onMade: (id: string) => void) {
  const client = useQueryClient();
  const [keeper] = useState(
    () => new DraftKeeper(store, stored, first, { onMade, onStored: (message) => void remember(client, message) }),
  );
  const view = useSyncExternalStore(keeper.subscribe, keeper.snapshot);
  useEffect(() => () => keeper.leave(), [keeper]);
  return { keeper, view };
}
