import { Fieldset, Group, NumberInput, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useId } from 'react';
import type { MailServer } from '../../../lib/types.ts';
import { type Protocol, type Security, withSecurity } from './draft.ts';

const TITLES: Record<Protocol, string> = { imap: 'Reading (IMAP)', smtp: 'Sending (SMTP)' };
const SECURITY: { value: Security; label: string }[] = [
  { value: 'tls', label: 'TLS' },
  { value: 'starttls', label: 'STARTTLS' },
  { value: 'none', label: 'None' },
];

type Props = {
  protocol: Protocol;
  value: MailServer;
  source: string;
  errors: Record<string, string>;
  onChange: (value: MailServer) => void;
};

/** One server, with where its settings came from. */
export function ServerFields({ protocol, value, source, errors, onChange }: Props) {
  const securityId = useId();
  const error = (field: string) => errors[`${protocol}.${field}`];
  return (
    <Fieldset legend={TITLES[protocol]} p="md">
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {source}
        </Text>
        <Group align="flex-start" gap="sm" wrap="nowrap">
          <TextInput
            label="Server"
            placeholder={`${protocol}.example.com`}
            required
            withAsterisk={false}
            flex={1}
            autoComplete="off"
            spellCheck={false}
            value={value.host}
            error={error('host')}
            onChange={(e) => onChange({ ...value, host: e.target.value })}
          />
          <NumberInput
            label="Port"
            w={92}
            min={1}
            max={65_535}
            hideControls
            allowDecimal={false}
            value={value.port}
            error={error('port')}
            onChange={(port) => typeof port === 'number' && onChange({ ...value, port })}
          />
        </Group>
        <div>
          <Text size="sm" fw={500} id={securityId} mb={4}>
            Encryption
          </Text>
          <SegmentedControl
            aria-labelledby={securityId}
            size="xs"
            fullWidth
            data={SECURITY}
            value={value.security}
            onChange={(next) => onChange(withSecurity(protocol, value, next as Security))}
          />
          {value.security === 'none' && (
            <Text size="xs" c="dimmed" mt={4}>
              A password is sent without encryption only inside your operator’s own network.
            </Text>
          )}
        </div>
      </Stack>
    </Fieldset>
  );
}
