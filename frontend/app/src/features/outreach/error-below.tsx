import { Box } from '@mantine/core';
import { ErrorState } from '../../components/states.tsx';

/** What a click came to, next to the control that was clicked. */
export function ErrorBelow({ error }: { error: unknown }) {
  if (error == null) return null;
  return (
    <Box mt="xs" maw={480}>
      <ErrorState error={error} />
    </Box>
  );
}
