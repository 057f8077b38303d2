import { Group, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Disclosure } from '../../../components/disclosure.tsx';
import { MailFrame } from '../../../components/mail-frame.tsx';
import { mailboxOptions } from '../api.ts';
import type { Words } from './words-of.ts';

type Props = { words: Words; onChange: (part: Partial<Words>) => void };

/** What the mailbox adds: its signature, and tracking unless it is set otherwise for this mail. */
export function MailboxAdds({ words, onChange }: Props) {
  const mailbox = useQuery({ ...mailboxOptions(words.mailbox_id ?? ''), enabled: words.mailbox_id !== null });
  const settings = words.mailbox_id ? mailbox.data?.settings : undefined;
  const opens = words.track_opens ?? settings?.track_opens ?? true;
  const clicks = words.track_clicks ?? settings?.track_clicks ?? true;
  return (
    <>
      {settings?.signature_html && (
        <Disclosure label="The mailbox’s signature comes below it">
          <MailFrame title="Signature" html={settings.signature_html} height={110} />
        </Disclosure>
      )}
      <Group gap="lg">
        <Switch
          label="Track opens"
          description={words.track_opens === null ? 'As the mailbox is set.' : 'For this email.'}
          checked={opens}
          onChange={(e) => onChange({ track_opens: e.currentTarget.checked })}
        />
        <Switch
          label="Track clicks"
          description={words.track_clicks === null ? 'As the mailbox is set.' : 'For this email.'}
          checked={clicks}
          onChange={(e) => onChange({ track_clicks: e.currentTarget.checked })}
        />
      </Group>
    </>
  );
}
