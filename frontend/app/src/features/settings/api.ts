import { updateOrganization } from '@mailwarden/api-client';
import { getMeQueryKey } from '@mailwarden/api-client/react-query';
import { useMutation, useQueryClient } from '@tanstack/react-query';

type Change = { name: string; time_zone: string };

export function useSaveOrganization(version: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Change) => updateOrganization({ headers: { 'if-match': `"v${version}"` }, body }),
    meta: { inline: true },
    onSettled: () => client.invalidateQueries({ queryKey: getMeQueryKey() }),
  });
}
