import { type CreateExportData, createExport, deleteExport, listExports } from '@mailwarden/api-client';
import { listExportsQueryKey } from '@mailwarden/api-client/react-query';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { saveFile } from './files.ts';
import { pages } from './pages.ts';
import type { ExportRow } from './types.ts';

type Asked = CreateExportData['body'];
export type Format = Asked['format'];
type WantedOf<One> = One extends Asked ? Pick<One, 'report' | 'filters'> : never;
/** A page, and the filters that it shows now. */
export type Wanted = WantedOf<Asked>;

export const isOpen = ({ status }: ExportRow) => status === 'queued' || status === 'running';

/** While one is being made, how far it is; those that are ready say when their file goes. */
export function exportsOptions() {
  return {
    ...pages(listExportsQueryKey(), (cursor, signal) => listExports({ query: { cursor, limit: 20 }, signal })),
    refetchInterval: ({ state }: { state: { data?: { pages: { data: ExportRow[] }[] } } }) =>
      state.data?.pages.some((page) => page.data.some(isOpen)) ? 2_000 : 30_000,
  };
}

/** A small file is saved at once, and nothing is given; a large one is made in the background, and that is given. */
export function useExport(wanted: Wanted) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (format: Format) => {
      const { data, response } = await createExport({ body: { ...wanted, format } as Asked, parseAs: 'blob' });
      const file = data as Blob;
      if (response.status === 202) return JSON.parse(await file.text()) as ExportRow;
      saveFile(file, nameIn(response.headers) ?? `mailwarden.${format}`);
      return undefined;
    },
    onSuccess: (begun) => begun && client.invalidateQueries({ queryKey: listExportsQueryKey() }),
  });
}

export function useRemoveExport() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => deleteExport({ path: { export_id: id } }),
    onSettled: () => client.invalidateQueries({ queryKey: listExportsQueryKey() }),
  });
}

const nameIn = (headers: Headers) => /filename="([^"]+)"/.exec(headers.get('Content-Disposition') ?? '')?.[1];
