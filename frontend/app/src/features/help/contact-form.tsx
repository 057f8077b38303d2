import { Button, FileInput, Group, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { IconPaperclip } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { ErrorState } from '../../components/states.tsx';
import { filesFault, toAttachments } from '../../lib/files.ts';
import { fieldErrors } from '../../lib/problem.ts';
import type { SupportDesk, SupportRequestIn } from '../../lib/types.ts';

type Draft = {
  description: string;
  doing: string;
  steps: string;
  error_text: string;
  problem_request_id: string;
  urgency: SupportRequestIn['urgency'] | '';
  files: File[];
};

const orNull = (text: string) => text.trim() || null;

const toBody = async ({ files, urgency, ...draft }: Draft): Promise<SupportRequestIn> => ({
  description: draft.description,
  doing: orNull(draft.doing),
  steps: orNull(draft.steps),
  error_text: orNull(draft.error_text),
  problem_request_id: orNull(draft.problem_request_id),
  urgency: urgency || null,
  browser: navigator.userAgent.slice(0, 300),
  device: `${window.screen.width} × ${window.screen.height}`,
  attachments: await toAttachments(files),
});

type Props = {
  desk: SupportDesk;
  error: string | undefined;
  reference: string | undefined;
  send: { mutate: (body: SupportRequestIn) => void; isPending: boolean; error: unknown };
};

export function ContactForm({ desk, error, reference, send }: Props) {
  const [draft, setDraft] = useState<Draft>({
    description: '',
    doing: '',
    steps: '',
    error_text: error ?? '',
    problem_request_id: reference ?? '',
    urgency: '',
    files: [],
  });
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const fault = filesFault(draft.files, desk.files_most, desk.file_largest, desk.files_largest);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!fault) void toBody(draft).then((body) => send.mutate(body));
  };
  const wrong = fieldErrors(send.error);
  const area = (name: 'description' | 'doing' | 'steps' | 'error_text', rows: number) => ({
    rows,
    resize: 'vertical' as const,
    maxLength: 10_000,
    value: draft[name],
    error: wrong[name],
    onChange: (e: { target: { value: string } }) => change({ [name]: e.target.value }),
  });
  return (
    <form onSubmit={submit} aria-label="Contact support">
      <Stack>
        <Textarea label="What is the matter?" required withAsterisk={false} {...area('description', 5)} />
        <Textarea label="What were you about to do? (optional)" {...area('doing', 2)} />
        <Textarea label="How can we make it happen? (optional)" {...area('steps', 3)} />
        <Textarea
          label="Exact words of the error (optional)"
          description="“Copy details” beside every error gives them."
          {...area('error_text', 2)}
        />
        <TextInput
          label="Reference that the error showed (optional)"
          placeholder="req_…"
          value={draft.problem_request_id}
          error={wrong['problem_request_id']}
          onChange={(e) => change({ problem_request_id: e.target.value })}
        />
        <Urgency desk={desk} value={draft.urgency} onChange={(urgency) => change({ urgency })} />
        <FileInput
          multiple
          clearable
          label="Screenshots and files (optional)"
          description={`Up to ${desk.files_most} images, PDF or text files of at most ${Math.floor(desk.file_largest / 2 ** 20)} MB each.`}
          placeholder="Choose files"
          leftSection={<IconPaperclip size={16} aria-hidden />}
          clearButtonProps={{ 'aria-label': 'Remove the files' }}
          accept={desk.file_types.join(',')}
          value={draft.files}
          error={fault ?? wrong['attachments'] ?? wrong['content']}
          onChange={(files) => change({ files })}
        />
        {send.error != null && <ErrorState error={send.error} />}
        <Group>
          <Button type="submit" disabled={!draft.description.trim() || Boolean(fault)} loading={send.isPending}>
            Send to support
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type UrgencyProps = { desk: SupportDesk; value: Draft['urgency']; onChange: (urgency: Draft['urgency']) => void };

function Urgency({ desk, value, onChange }: UrgencyProps) {
  const usual = { value: '', label: `It can wait: an answer within ${desk.answer_within_hours} hours` };
  const reasons = desk.urgencies.map(({ code, label }) => ({
    value: code as string,
    label: `${label}: within ${desk.urgent_answer_within_hours} hours`,
  }));
  return (
    <Select
      label="How urgent is it?"
      allowDeselect={false}
      value={value ?? ''}
      data={[usual, ...reasons]}
      onChange={(next) => onChange((next ?? '') as Draft['urgency'])}
    />
  );
}
