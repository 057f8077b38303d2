import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';

/** A change whose view shows its failure; then what it changed is read anew. */
export function useChange<V, R>(mutationFn: (values: V) => Promise<R>, stale: () => QueryKey[]) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    meta: { inline: true },
    onSuccess: () => Promise.all(stale().map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}
