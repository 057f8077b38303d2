import { Tooltip } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { useState } from 'react';
import { useTimeZone } from '../lib/session.tsx';
import { absolute, relative } from '../lib/time.ts';

/** "3 min ago", with the exact time and its zone in a tooltip that also opens on focus. */
export function RelativeTime({ iso }: { iso: string }) {
  const timeZone = useTimeZone();
  const [, drawAgain] = useState(0); // the time is read at each drawing: what came since would else lie ahead
  useInterval(() => drawAgain((times) => times + 1), 20_000, { autoInvoke: true });
  return (
    <Tooltip label={absolute(iso, timeZone)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users need the exact time too */}
      <time dateTime={iso} className="tnum" tabIndex={0}>
        {relative(iso)}
      </time>
    </Tooltip>
  );
}

export function ExactTime({ iso }: { iso: string }) {
  const timeZone = useTimeZone();
  return (
    <time dateTime={iso} className="tnum">
      {absolute(iso, timeZone)}
    </time>
  );
}
