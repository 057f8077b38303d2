import { infiniteQueryOptions, type QueryKey } from '@tanstack/react-query';

export type Page<T> = { data: T[]; has_more: boolean; next_cursor: string | null };
type Fetch<P> = (cursor: string | undefined, signal: AbortSignal) => Promise<{ data: P }>;

/** A cursor list, page after page. The key extends the plain one, so that invalidating that reaches this too. */
export function pages<P extends { next_cursor: string | null }>(key: QueryKey, fetch: Fetch<P>) {
  return infiniteQueryOptions({
    queryKey: [...key, 'pages'],
    queryFn: async ({ pageParam, signal }) => (await fetch(pageParam || undefined, signal)).data,
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
}
