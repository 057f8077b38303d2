/** What can be looked for; a word with a dot behind it finds all that begins with it. */
export const TOPICS = [
  { value: 'member.', label: 'Members' },
  { value: 'invitation.', label: 'Invitations' },
  { value: 'organization.', label: 'Organization' },
  { value: 'connection.', label: 'Connections' },
  { value: 'mailbox.', label: 'Mailboxes' },
  { value: 'sync.', label: 'Syncs' },
  { value: 'api_key.', label: 'API keys' },
  { value: 'webhook_endpoint.', label: 'Webhook endpoints' },
  { value: 'device.', label: 'Devices' },
  { value: 'session.', label: 'Sign-ins' },
  { value: 'account.', label: 'Accounts' },
  { value: 'support_bundle.', label: 'Support bundles' },
];

const CALLERS: Record<string, string> = { api_key: 'by API key', token: 'by a device', system: 'Mailwarden itself' };

export const callerLabel = (kind: string) => CALLERS[kind];

/** "member.role_changed" → "Member: role changed"; an operation's own name reads as words, too. */
export function actionLabel(action: string): string {
  const words = action
    .replace('.', ': ')
    .replaceAll('_', ' ')
    .replace(/^api\b/, 'API');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
