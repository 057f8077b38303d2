import { Anchor, Button, CopyButton, Group } from '@mantine/core';
import { problemText } from '../lib/problem.ts';
import { problemDetails } from '../lib/problem-details.ts';

/** What to tell support about an error: to copy, or to take along into the form. Comes with the first error. */
export default function ErrorDetails({ error }: { error: unknown }) {
  const { title, requestId } = problemText(error);
  const search = new URLSearchParams({ tab: 'contact', error: title, ...(requestId && { reference: requestId }) });
  return (
    <Group gap="sm">
      <CopyButton value={problemDetails(error)} timeout={4000}>
        {({ copied, copy }) => (
          <Button variant="default" size="xs" onClick={copy}>
            <span aria-live="polite">{copied ? 'Details copied' : 'Copy details'}</span>
          </Button>
        )}
      </CopyButton>
      <Anchor size="sm" underline="always" href={`/help?${search}`}>
        Contact support
      </Anchor>
    </Group>
  );
}
