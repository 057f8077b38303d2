import { Anchor, Text } from '@mantine/core';
import { RelativeTime } from '../../components/relative-time.tsx';
import type { SupportDesk } from '../../lib/types.ts';

/** When one gets an answer, and where else one can write. */
export function DeskNote({ desk }: { desk: SupportDesk }) {
  return (
    <Text size="sm" c="dimmed" component="div">
      We answer within {desk.answer_within_hours} hours, urgent requests within {desk.urgent_answer_within_hours}. The
      desk is {desk.open_now ? 'open, and closes' : 'closed, and opens'} <RelativeTime iso={desk.changes_at} /> (
      {desk.opens} to {desk.closes}, Monday to Friday, New York, {desk.zone_abbreviation}). Or write to{' '}
      <Anchor inherit underline="always" href={`mailto:${desk.address}`}>
        {desk.address}
      </Anchor>
      {desk.chat_url && (
        <>
          , or{' '}
          <Anchor inherit underline="always" href={desk.chat_url} target="_blank" rel="noreferrer">
            chat with us
          </Anchor>
        </>
      )}
      .
    </Text>
  );
}
