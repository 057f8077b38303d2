import { ActionIcon, Button, FileButton, Group, Progress, Stack, Text } from '@mantine/core';
import { IconPaperclip, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { ErrorState } from '../../../components/states.tsx';
import { fileSize, filesFault, toBase64 } from '../../../lib/files.ts';
import type { MailFile } from '../../../lib/types.ts';
import { store } from '../api.ts';
import type { DraftKeeper } from './keeper.ts';

const MOST = 20;
const LARGEST = 25 * 2 ** 20; // of all together, as most receivers take

type Props = { keeper: DraftKeeper; files: MailFile[] };
type Going = { name: string; done: number; of: number };

/** Attachments go to the draft one after the other, each when it is chosen. */
export function FilesField({ keeper, files }: Props) {
  const { attach, detach, going, fault, error } = useFiles(keeper, files);
  const size = files.reduce((sum, one) => sum + one.size, 0);
  return (
    <Stack gap="xs" role="group" aria-label="Attachments">
      <Group gap="xs">
        <FileButton multiple onChange={(chosen) => void attach(chosen)} disabled={going !== null}>
          {(props) => (
            <Button {...props} size="xs" variant="default" leftSection={<IconPaperclip size={16} aria-hidden />}>
              Attach files
            </Button>
          )}
        </FileButton>
        <Text size="xs" c="dimmed">
          {files.length > 0 ? `${fileSize(size)} of ${fileSize(LARGEST)}` : `Up to ${fileSize(LARGEST)} together`}
        </Text>
      </Group>
      {files.map((file) => (
        <Group key={file.id} gap="xs" wrap="nowrap">
          <Text size="sm" className="break-anywhere">
            {file.name} ({fileSize(file.size)})
          </Text>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove ${file.name}`}
            disabled={going !== null}
            onClick={() => void detach(file)}
          >
            <IconX size={16} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      {going && <Going {...going} />}
      {fault && (
        <Text size="sm" c="error" role="alert">
          {fault}
        </Text>
      )}
      {error != null && <ErrorState error={error} />}
    </Stack>
  );
}

function Going({ name, done, of }: Going) {
  return (
    <div role="status">
      <Text size="sm" className="break-anywhere">
        Attaching {name} ({done + 1} of {of})…
      </Text>
      <Progress value={(100 * done) / of} animated aria-label="Files attached" />
    </div>
  );
}

function useFiles(keeper: DraftKeeper, files: MailFile[]) {
  const [going, setGoing] = useState<Going | null>(null);
  const [fault, setFault] = useState<string>();
  const [error, setError] = useState<unknown>(null);
  const attach = async (chosen: File[]) => {
    const wrong = tooMuch(files, chosen);
    setFault(wrong);
    setError(null);
    if (wrong || chosen.length === 0 || !(await keeper.ensure())) return;
    try {
      for (const [done, file] of chosen.entries()) {
        setGoing({ name: file.name, done, of: chosen.length });
        const content = await toBase64(file);
        await keeper.alter((id) => store.attach(id, file.name, content));
      }
    } catch (problem) {
      setError(problem);
    }
    setGoing(null);
  };
  const detach = (file: MailFile) => keeper.alter((id) => store.detach(id, file.id)).catch(setError);
  return { attach, detach, going, fault, error };
}

function tooMuch(files: MailFile[], chosen: File[]): string | undefined {
  const left = LARGEST - files.reduce((sum, one) => sum + one.size, 0);
  if (files.length + chosen.length > MOST) return `At most ${MOST} files go with one email.`;
  const empty = chosen.find((file) => file.size === 0);
  if (empty) return `${empty.name} is empty.`;
  const wrong = filesFault(chosen, MOST, LARGEST, LARGEST);
  if (wrong) return wrong;
  const together = chosen.reduce((sum, one) => sum + one.size, 0);
  return together > left ? `That is too much: all files together may have ${fileSize(LARGEST)}.` : undefined;
}
