import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconHelpCircle,
  IconMinus,
  type TablerIcon,
} from '@tabler/icons-react';
import type { Tone } from '../../components/tones.ts';
import type { AssetStanding, DomainLookRow, ListHealth, Recommendation, RecordResult } from '../../lib/types.ts';

type Look = { label: string; tone: Tone; Icon: TablerIcon };

export const SEVERITIES: Record<Recommendation['severity'], { label: string; tone: Tone }> = {
  critical: { label: 'Critical', tone: 'danger' },
  high: { label: 'High', tone: 'danger' },
  medium: { label: 'Medium', tone: 'warning' },
  low: { label: 'Low', tone: 'gray' },
  info: { label: 'Worth knowing', tone: 'gray' },
};

/** What nobody could tell is never read as missing. */
export const VERDICTS: Record<RecordResult['verdict'], Look> = {
  valid: { label: 'Valid', tone: 'success', Icon: IconCircleCheck },
  fault: { label: 'Fault', tone: 'danger', Icon: IconCircleX },
  absent: { label: 'Absent', tone: 'warning', Icon: IconMinus },
  unknown: { label: 'Cannot tell', tone: 'gray', Icon: IconHelpCircle },
};

export const CHECKS: Record<RecordResult['check'], string> = {
  spf: 'SPF',
  dkim: 'DKIM',
  dmarc: 'DMARC',
  mx: 'MX',
  fcrdns: 'Reverse DNS',
  mta_sts: 'MTA-STS',
  tls_rpt: 'TLS-RPT',
  bimi: 'BIMI',
};

export const TRIGGERS: Record<DomainLookRow['trigger'], string> = {
  added: 'Added',
  schedule: 'By itself',
  verify: 'Verify now',
  settings: 'Selectors or addresses changed',
};

export const HEALTH: Record<ListHealth['status'], Look> = {
  unchecked: { label: 'Not needed yet', tone: 'gray', Icon: IconMinus },
  healthy: { label: 'Believed', tone: 'success', Icon: IconCircleCheck },
  silent: { label: 'Silent', tone: 'warning', Icon: IconAlertTriangle },
  wildcard: { label: 'Lists what cannot be listed', tone: 'warning', Icon: IconAlertTriangle },
  refused: { label: 'Refuses us', tone: 'warning', Icon: IconAlertTriangle },
  broken: { label: 'Broken answers', tone: 'warning', Icon: IconAlertTriangle },
  unreachable: { label: 'No answer', tone: 'warning', Icon: IconAlertTriangle },
};

export const STANDINGS: Record<AssetStanding['status'], Look> = {
  listed: { label: 'Listed', tone: 'danger', Icon: IconCircleX },
  clear: { label: 'Clear', tone: 'success', Icon: IconCircleCheck },
  unknown: { label: 'Cannot tell', tone: 'gray', Icon: IconHelpCircle },
};

export const ANSWERS: Record<AssetStanding['verdict'], string> = {
  listed: 'Listed',
  clear: 'Clear',
  refused: 'The list refused',
  broken: 'Not an answer of a blocklist',
  unclear: 'Says what it does not document',
  unknown: 'No answer',
};
