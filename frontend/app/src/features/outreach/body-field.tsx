import { Button, Group, Input, SegmentedControl, Stack, Text, Textarea } from '@mantine/core';
import { useId, useRef, useState } from 'react';
import { label } from './fields.ts';
import { toHtml, toText } from './plain.ts';

type Props = {
  step: number;
  html: string;
  fields: string[];
  disabled: boolean;
  error: string | undefined;
  onChange: (html: string) => void;
};

/** What a mail says: as plain text, or as HTML where it says more than that. Fields come by a click. */
export function BodyField({ step, html, fields, disabled, error, onChange }: Props) {
  const plain = toText(html);
  const [mode, setMode] = useState<'text' | 'html'>(plain === null ? 'html' : 'text');
  const [typed, setTyped] = useState(plain ?? '');
  const area = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const asText = mode === 'text';
  // what somebody types is kept as typed; only a change from outside is read back
  const text = toHtml(typed) === html ? typed : (plain ?? '');
  const write = (value: string) => {
    setTyped(value);
    onChange(asText ? toHtml(value) : value);
  };
  const insert = (field: string) => {
    const value = asText ? text : html;
    const at = area.current?.selectionStart ?? value.length;
    write(`${value.slice(0, at)}{{${field}}}${value.slice(area.current?.selectionEnd ?? at)}`);
    area.current?.focus();
  };
  return (
    <Input.Wrapper label="Mail" labelProps={{ htmlFor: id }} error={error}>
      <Stack gap="xs" mt={4}>
        <Group justify="space-between" gap="xs">
          <Group gap={4} role="group" aria-label={`Insert a field into step ${step}`}>
            {fields.map((field) => (
              <Button key={field} size="compact-xs" variant="default" disabled={disabled} onClick={() => insert(field)}>
                {label(field)}
              </Button>
            ))}
          </Group>
          <SegmentedControl
            size="xs"
            aria-label={`Write step ${step} as`}
            value={mode}
            onChange={(next) => setMode(next as 'text' | 'html')}
            data={[
              { value: 'text', label: 'Text', disabled: plain === null },
              { value: 'html', label: 'HTML' },
            ]}
          />
        </Group>
        <Textarea
          ref={area}
          id={id}
          autosize
          minRows={6}
          maxRows={20}
          disabled={disabled}
          value={asText ? text : html}
          onChange={(e) => write(e.target.value)}
          {...(!asText && { styles: { input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } } })}
        />
        <Text size="xs" c="dimmed">
          A field with a fallback: {'{{first_name|there}}'}. Signature and the way to unsubscribe are added when it is
          sent. {!asText && 'Scripts, forms and anything else that mail programs refuse are taken out when you save.'}
        </Text>
      </Stack>
    </Input.Wrapper>
  );
}
