import { Button, Text } from '@mantine/core';
import { IconLifebuoy } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { MoreButton } from '../../components/more-button.tsx';
import { Line, Lines, Part } from '../../components/part.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { EmptyState, ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import type { Tone } from '../../components/tones.ts';
import { notifyOk } from '../../lib/notify.ts';
import type { SupportRequest } from '../../lib/types.ts';
import { requestsOptions, useCloseRequest } from './api.ts';

const STATUS: Record<SupportRequest['status'], [Tone, string]> = {
  open: ['brand', 'Open'],
  answered: ['success', 'Answered'],
  closed: ['gray', 'Closed'],
};

export default function Requests() {
  const requests = useInfiniteQuery(requestsOptions());
  const rows = requests.data?.pages.flatMap((page) => page.data) ?? [];
  if (requests.isPending) return <LoadingBlocks label="Loading your requests" heights={[60, 60]} />;
  if (!requests.data) return <ErrorState error={requests.error} onRetry={() => void requests.refetch()} />;
  if (rows.length === 0) {
    return (
      <EmptyState title="No requests yet" Icon={IconLifebuoy}>
        What you ask support stands here, with the time by which you get an answer.
      </EmptyState>
    );
  }
  return (
    <Part title="Your requests" lead="Answers come by mail.">
      <Lines label="Your requests">
        {rows.map((one) => (
          <RequestLine key={one.id} request={one} />
        ))}
      </Lines>
      <MoreButton query={requests} what="requests" />
    </Part>
  );
}

function RequestLine({ request }: { request: SupportRequest }) {
  const [tone, word] = STATUS[request.status];
  const name = (
    <>
      {request.reference}
      <ToneBadge tone={tone}>{word}</ToneBadge>
      {request.urgency && <ToneBadge tone="warning">Urgent</ToneBadge>}
      {request.overdue && <ToneBadge tone="danger">Overdue</ToneBadge>}
    </>
  );
  return (
    <Line name={name} action={request.status !== 'closed' && <Close request={request} />}>
      <Text size="sm" lineClamp={2}>
        {request.description}
      </Text>
      Sent <RelativeTime iso={request.created_at} />
      {request.status === 'open' && (
        <>
          {' '}
          · answer due <RelativeTime iso={request.due_at} />
        </>
      )}
    </Line>
  );
}

function Close({ request }: { request: SupportRequest }) {
  const close = useCloseRequest(request.id);
  return (
    <>
      <Button
        variant="default"
        size="xs"
        loading={close.isPending}
        onClick={() => close.mutate(undefined, { onSuccess: () => notifyOk(`${request.reference} is closed`) })}
      >
        It is solved<Spoken>{request.reference}</Spoken>
      </Button>
      {close.error && <ErrorState error={close.error} />}
    </>
  );
}
