import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Copyable } from '../../components/evidence-list.tsx';
import { Loaded, Part } from '../../components/part.tsx';
import { ExactTime } from '../../components/relative-time.tsx';
import type { SupportRequestDetail } from '../../lib/types.ts';
import { deskOptions, useSendRequest } from './api.ts';
import { ContactForm } from './contact-form.tsx';
import { DeskNote } from './desk-note.tsx';

type Props = { error: string | undefined; reference: string | undefined; onRequests: () => void };

export default function Contact({ error, reference, onRequests }: Props) {
  const desk = useQuery(deskOptions());
  const send = useSendRequest();
  if (send.data) return <Received request={send.data} onRequests={onRequests} />;
  return (
    <Loaded query={desk} label="Loading the form" heights={[40, 300]}>
      {(one) => (
        <Part title="Contact support" lead={<DeskNote desk={one} />}>
          <ContactForm desk={one} error={error} reference={reference} send={send} />
        </Part>
      )}
    </Loaded>
  );
}

function Received({ request, onRequests }: { request: SupportRequestDetail; onRequests: () => void }) {
  return (
    <Alert color="success" variant="light" icon={<IconCircleCheck aria-hidden />} title="We have your request">
      <Stack gap="xs">
        <Text size="sm" component="div">
          Reference <Copyable text={request.reference} />. You get an answer by mail to {request.email} until{' '}
          <ExactTime iso={request.due_at} />.
        </Text>
        <Group>
          <Button variant="default" size="xs" onClick={onRequests}>
            See your requests
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
