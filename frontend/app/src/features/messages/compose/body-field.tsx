import { Group, Input, SegmentedControl, Stack, Text, Textarea } from '@mantine/core';
import { useId, useState } from 'react';
import { Disclosure } from '../../../components/disclosure.tsx';
import { MailFrame } from '../../../components/mail-frame.tsx';
import { RichArea } from './rich-area.tsx';
import { isSimple } from './simple-html.ts';

type Props = { html: string; error: string | undefined; onChange: (html: string) => void };

/** What the mail says: as formatted text, or as HTML where it says more than that. */
export function BodyField({ html, error, onChange }: Props) {
  const simple = isSimple(html);
  const [mode, setMode] = useState<'text' | 'html'>(simple ? 'text' : 'html');
  const id = useId();
  return (
    <Input.Wrapper label="Message" labelProps={{ htmlFor: id }} error={error}>
      <Stack gap="xs" mt={4}>
        {mode === 'text' ? (
          <RichArea id={id} describedBy={`${id}-hint`} first={html} onChange={onChange} />
        ) : (
          <Textarea
            id={id}
            autosize
            minRows={8}
            maxRows={24}
            aria-label="Message as HTML"
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
            value={html}
            onChange={(e) => onChange(e.target.value)}
          />
        )}
        <Group justify="space-between" gap="xs">
          <Text id={`${id}-hint`} size="xs" c="dimmed" flex="1 1 240px">
            {mode === 'html' &&
              'Scripts, forms and anything else that mail programs refuse are taken out when it is stored.'}
            {mode === 'html' && !simple && ' This says more than formatted text can.'}
          </Text>
          <SegmentedControl
            size="xs"
            aria-label="Write as"
            value={mode}
            onChange={(next) => setMode(next as 'text' | 'html')}
            data={[
              { value: 'text', label: 'Text', disabled: !simple },
              { value: 'html', label: 'HTML' },
            ]}
          />
        </Group>
        {mode === 'html' && html && (
          <Disclosure label="How it looks">
            <MailFrame title="Preview of the email" html={html} />
          </Disclosure>
        )}
      </Stack>
    </Input.Wrapper>
  );
}
