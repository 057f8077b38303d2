import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';

/** "example.com" means a page; an address means a mail. Null: neither. */
function urlOf(typed: string): string | null {
  const text = typed.trim();
  if (/^(https?:\/\/|mailto:)\S+$/i.test(text)) return text;
  if (/^[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+$/.test(text)) return `mailto:${text}`;
  return /^[^\s@:]+\.[^\s@:]+/.test(text) && !/\s/.test(text) ? `https://${text}` : null;
}

export function LinkForm({ onLink, onClose }: { onLink: (url: string) => void; onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const url = urlOf(typed);
  return (
    <Group gap="xs" p={4} align="flex-end">
      <TextInput
        size="xs"
        label="Where the link leads"
        placeholder="https://example.com"
        flex="1 1 200px"
        data-autofocus
        ref={(input) => input?.focus()}
        value={typed}
        onChange={(e) => setTyped(e.target.value)}
        onKeyDown={(e) => {
          if (e.key === 'Escape') onClose();
          if (e.key !== 'Enter') return;
          e.preventDefault();
          if (url) onLink(url);
        }}
      />
      <Button size="xs" disabled={!url} onClick={() => url && onLink(url)}>
        Add link
      </Button>
      <Button size="xs" variant="default" onClick={onClose}>
        Cancel
      </Button>
    </Group>
  );
}
