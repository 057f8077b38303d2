import { shortDate } from '../../lib/time.ts';

export function Updated({ day }: { day: string }) {
  return (
    <>
      Last updated <time dateTime={day}>{shortDate(day, 'UTC')}</time>
    </>
  );
}
