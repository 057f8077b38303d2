import { ActionIcon, Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconDownload, IconTrash } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { MoreButton } from '../../components/more-button.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { useTimeZone } from '../../lib/session.tsx';
import { shortDate, shortDateTime } from '../../lib/time.ts';
import type { BundleItem } from '../../lib/types.ts';
import { bundleFile, bundlesOptions, useDeleteBundle } from './api.ts';

/** Earlier bundles until they expire; each can be looked at again, downloaded or deleted. */
export function BundleList({ onShow }: { onShow: (bundleId: string) => void }) {
  const list = useInfiniteQuery(bundlesOptions());
  const rows = list.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <section aria-label="Earlier bundles">
      <Title order={2} mb="xs">
        Earlier bundles
      </Title>
      {list.isPending && <LoadingBlocks label="Loading bundles" heights={[40]} />}
      {list.error && !list.data && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && rows.length === 0 && (
        <Text size="sm" c="dimmed">
          None. Bundles stay here for some days, then they are deleted.
        </Text>
      )}
      <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {rows.map((row) => (
          <BundleRow key={row.id} row={row} onShow={() => onShow(row.id)} />
        ))}
      </Stack>
      <MoreButton query={list} what="bundles" />
    </section>
  );
}

function BundleRow({ row, onShow }: { row: BundleItem; onShow: () => void }) {
  const zone = useTimeZone();
  const remove = useDeleteBundle();
  const made = shortDateTime(row.created_at, zone);
  return (
    <Group component="li" justify="space-between" gap="xs">
      <div>
        <Anchor component="button" type="button" size="sm" onClick={onShow}>
          Bundle of {made}
        </Anchor>
        <Text size="xs" c="dimmed" component="div">
          Deleted on {shortDate(row.expires_at, zone)}, <RelativeTime iso={row.expires_at} />
        </Text>
      </div>
      <Group gap="xs" wrap="nowrap">
        <ActionIcon
          component="a"
          href={bundleFile(row.id)}
          download={row.file_name}
          variant="default"
          size="lg"
          aria-label={`Download the bundle of ${made}`}
        >
          <IconDownload size={16} aria-hidden />
        </ActionIcon>
        <DeleteButton made={made} busy={remove.isPending} onDelete={() => remove.mutate(row.id)} />
      </Group>
    </Group>
  );
}

type DeleteProps = { made: string; busy: boolean; onDelete: () => void };

function DeleteButton({ made, busy, onDelete }: DeleteProps) {
  return (
    <Button
      variant="default"
      size="sm"
      loading={busy}
      leftSection={<IconTrash size={16} aria-hidden />}
      aria-label={`Delete the bundle of ${made}`}
      onClick={onDelete}
    >
      Delete
    </Button>
  );
}
