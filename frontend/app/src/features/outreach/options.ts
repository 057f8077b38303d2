import type { OutreachChange, OutreachDetail } from '../../lib/types.ts';

const NAMES = ['name', 'schedule', 'track_opens', 'track_clicks', 'bounce_guard_percent', 'auto_resume'] as const;
export type Options = Pick<OutreachDetail, (typeof NAMES)[number]>;

export const optionsOf = (campaign: OutreachDetail) =>
  Object.fromEntries(NAMES.map((name) => [name, campaign[name]])) as Options;

/** Only what differs, so that nobody's change of something else is undone. */
export const changes = (from: Options, to: Options): OutreachChange =>
  Object.fromEntries(
    NAMES.filter((name) => JSON.stringify(from[name]) !== JSON.stringify(to[name])).map((name) => [name, to[name]]),
  );
