import { Stack, Textarea } from '@mantine/core';
import { Disclosure } from '../../components/disclosure.tsx';
import { MailFrame } from '../../components/mail-frame.tsx';

type Props = { value: string; error: string | undefined; onChange: (html: string) => void };

/** Shown in a frame without rights: what is typed here is sanitised only when it is saved. */
export function SignatureField({ value, error, onChange }: Props) {
  return (
    <Stack gap="xs">
      <Textarea
        label="Signature"
        description="HTML. Scripts, forms and anything else that mail programs refuse are taken out when you save."
        autosize
        minRows={4}
        maxRows={12}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
        value={value}
        error={error}
        onChange={(e) => onChange(e.target.value)}
      />
      {value && (
        <Disclosure label="How it looks below an email">
          <MailFrame title="Signature" html={value} height={110} />
        </Disclosure>
      )}
    </Stack>
  );
}
