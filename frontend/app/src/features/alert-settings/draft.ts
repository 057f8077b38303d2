import type { AlertRule, AlertSettings, AlertSettingsChange, RuleChange, RuleKind } from '../../lib/types.ts';

/** Texts as they stand in the fields. A URL null: the one that is stored stays. */
export type Draft = {
  frequency: AlertSettings['frequency'];
  digestHour: number;
  emailOn: boolean;
  onDisconnect: boolean;
  address: string;
  slackOn: boolean;
  slackUrl: string | null;
  webhookOn: boolean;
  webhookUrl: string | null;
};

export const draftOf = ({ frequency, digest_hour, email, slack, webhook }: AlertSettings): Draft => ({
  frequency,
  digestHour: digest_hour,
  emailOn: email.enabled,
  onDisconnect: email.on_disconnect,
  address: email.pending_address ?? email.address ?? '',
  slackOn: slack.enabled,
  slackUrl: null,
  webhookOn: webhook.enabled,
  webhookUrl: null,
});

export const toBody = (draft: Draft, enabled: boolean): AlertSettingsChange => ({
  enabled,
  frequency: draft.frequency,
  digest_hour: draft.digestHour,
  email: { enabled: draft.emailOn, on_disconnect: draft.onDisconnect, address: draft.address.trim() || null },
  slack: { enabled: draft.slackOn, url: draft.slackUrl },
  webhook: { enabled: draft.webhookOn, url: draft.webhookUrl },
});

/** `threshold` and `minimum_volume` empty while somebody types. */
export type RuleDraft = Omit<RuleChange, 'threshold' | 'minimum_volume'> & {
  threshold: number | '';
  minimum_volume: number | '' | null;
};
export type RuleDrafts = Record<RuleKind, RuleDraft>;

export function ruleDrafts(rules: AlertRule[]): RuleDrafts {
  const pairs = rules.map(({ kind, enabled, threshold, minimum_volume, frequency }) => [
    kind,
    { kind, enabled, threshold, minimum_volume, frequency },
  ]);
  return Object.fromEntries(pairs) as RuleDrafts;
}

/** What is wrong with a number, in the words of the field; the server looks again. */
export function wrongThreshold({ least, most, step }: AlertRule, value: number | ''): string | undefined {
  const sort = step === 1 ? 'a whole number' : 'a number';
  const fits = value !== '' && value >= least && value <= most && (step !== 1 || Number.isInteger(value));
  return fits ? undefined : `Use ${sort} from ${least} to ${most}.`;
}

export const wrongVolume = (value: number | '' | null) =>
  value === '' || value === 0 ? 'Use a whole number from 1 on.' : undefined;

/** Only what is complete is sent. */
export const toRule = (draft: RuleDraft): RuleChange => ({
  ...draft,
  threshold: Number(draft.threshold),
  minimum_volume: draft.minimum_volume === null ? null : Number(draft.minimum_volume),
});
