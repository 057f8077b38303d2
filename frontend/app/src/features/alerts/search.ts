import type { Alert } from '../../lib/types.ts';

/** In the address, so that a finding can be sent to a colleague. */
export type AlertSearch = { kind?: Alert['kind'] | undefined; unread?: boolean | undefined };

export const KINDS: Record<Alert['kind'], string> = {
  integration_disconnected: 'Integration disconnected',
  integration_recovered: 'Integration works again',
  authorization_expiring: 'Authorization ends soon',
  permission_missing: 'Permission missing',
  score_drop: 'Deliverability score drop',
  bounce_spike: 'Bounce rate spike',
  complaint_increase: 'Spam complaint increase',
  blocklist_addition: 'Blocklist addition',
  sync_failure: 'Sync failure',
  data_stale: 'Data out of date',
  alert_recovered: 'Trouble is over',
  reconnect_asked: 'Asked to reconnect',
  action_asked: 'Asked for something',
  campaigns_paused: 'Campaigns paused',
  campaigns_at_stake: 'Recipients at stake',
  recipients_stopped: 'Recipients stopped',
  campaigns_can_resume: 'Campaigns can be resumed',
  campaign_guarded: 'Campaign paused by its guard',
  webhook_endpoint_failing: 'Webhook endpoint fails',
  webhook_endpoint_recovered: 'Webhook endpoint works again',
  webhook_endpoint_disabled: 'Webhook endpoint disabled',
  test: 'Test alert',
};

const isKind = (value: unknown): value is Alert['kind'] => typeof value === 'string' && Object.hasOwn(KINDS, value);

export const readAlertSearch = (raw: Record<string, unknown>): AlertSearch => ({
  kind: isKind(raw['kind']) ? raw['kind'] : undefined,
  unread: raw['unread'] === true || undefined,
});

export const NO_FILTER: AlertSearch = { kind: undefined, unread: undefined };
export const isFiltered = ({ kind, unread }: AlertSearch) => Boolean(kind || unread);
