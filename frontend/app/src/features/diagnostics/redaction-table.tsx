import { Code, Stack, Text } from '@mantine/core';
import { Disclosure } from '../../components/disclosure.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { plural } from '../../lib/numbers.ts';
import type { Redaction } from '../../lib/types.ts';

const ACTIONS: Record<Redaction['action'], string> = {
  removed: 'Removed',
  masked: 'Masked',
  shortened: 'Shortened',
  left_out: 'Never read',
};

/** What was found and taken out comes first; what is never read at all is a long list of its own. */
export function RedactionTable({ redactions }: { redactions: Redaction[] }) {
  const found = redactions.filter((one) => one.action !== 'left_out');
  const never = redactions.filter((one) => one.action === 'left_out');
  return (
    <Stack gap="sm">
      {found.length > 0 ? (
        <Lines redactions={found} label="Taken out" />
      ) : (
        <Text size="sm">Nothing had to be taken out of what was collected.</Text>
      )}
      {never.length > 0 && (
        <Disclosure label={`Never read for a bundle: ${plural(never.length, 'field')}`}>
          <Lines redactions={never} label="Never read" />
        </Disclosure>
      )}
    </Stack>
  );
}

function Lines({ redactions, label }: { redactions: Redaction[]; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className="table-box" tabIndex={0} aria-label={`${label}, scrolls sideways`} style={{ maxHeight: 320 }}>
      <table className="table table-dense">
        <thead>
          <tr>
            <th>Where</th>
            <th>What</th>
            <th>Why</th>
            <th className="num">Times</th>
          </tr>
        </thead>
        <tbody>
          {redactions.map((one) => (
            <tr key={`${one.where} ${one.action} ${one.why}`}>
              <td className="break-anywhere">
                <Code fz="xs">{one.where}</Code>
              </td>
              <td>
                <ToneBadge tone="gray">{ACTIONS[one.action]}</ToneBadge>
              </td>
              <td>{one.why}</td>
              <td className="num">{one.count}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
