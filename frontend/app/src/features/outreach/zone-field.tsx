import { Group, Radio, TextInput } from '@mantine/core';
import { useTimeZone } from '../../lib/session.tsx';
import { zoneLabel } from '../../lib/time.ts';

type Props = { value: string; error: string | undefined; onChange: (zone: string) => void };

/** On whose clock the window opens. */
export function ZoneField({ value, error, onChange }: Props) {
  const own = useTimeZone();
  const known = value === 'organization' || value === 'recipient';
  return (
    <Radio.Group
      label="Time zone"
      value={known ? value : 'named'}
      onChange={(next) => onChange(next === 'named' ? own : next)}
      error={known ? error : undefined}
    >
      <Group mt="xs" align="flex-end">
        <Radio value="organization" label={`The organization’s: ${zoneLabel(own)}`} />
        <Radio value="recipient" label="Each recipient’s own, else the organization’s" />
        <Radio value="named" label="Another" />
        {!known && (
          <TextInput
            aria-label="Name of the time zone"
            placeholder="Europe/Madrid"
            value={value}
            error={error}
            onChange={(e) => onChange(e.target.value)}
          />
        )}
      </Group>
    </Radio.Group>
  );
}
