import { Alert, Text } from '@mantine/core';

const SEE = 'The cards below show what is connected.';

/** By the code of the problem; who comes back from a provider should know what to do next. */
const TEXTS: Record<string, string> = {
  role_required: 'Only owners and managers can connect accounts of the organization. Ask one of them to do it.',
  forbidden: 'Only owners and managers can connect accounts of the organization. Ask one of them to do it.',
  provider_not_configured: 'This provider is not set up on this installation. Ask its operator.',
  not_found: 'This installation does not know the provider that sent you back.',
  validation_error: 'The provider’s answer could not be read. Start again.',
  service_unavailable: 'We could not take the answer just now. Wait a moment, then start again.',
};
const OTHERWISE = 'Something went wrong on our side. Start again.';

type Props = { code: string; onDismiss: () => void };

export function LandingError({ code, onDismiss }: Props) {
  return (
    <Alert
      color="danger"
      variant="light"
      role="alert"
      title="Connecting did not finish"
      withCloseButton
      closeButtonLabel="Dismiss"
      onClose={onDismiss}
    >
      <Text size="sm">
        {TEXTS[code] ?? OTHERWISE} {SEE}
      </Text>
    </Alert>
  );
}
