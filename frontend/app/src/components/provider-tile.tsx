import { Center } from '@mantine/core';

const TILES: Record<string, { letter: string; background: string }> = {
  hubspot: { letter: 'H', background: '#c2410c' },
  klaviyo: { letter: 'K', background: '#27272a' },
  keap: { letter: 'K', background: '#166534' },
};

/** A coloured initial: decorative, the provider's name always stands beside it. */
export function ProviderTile({ provider, size = 40 }: { provider: string; size?: number }) {
  const tile = TILES[provider] ?? { letter: provider.charAt(0).toUpperCase(), background: '#4338ca' };
  return (
    <Center
      aria-hidden
      w={size}
      h={size}
      fw={700}
      fz={size * 0.45}
      c="#fff"
      bg={tile.background}
      bdrs="md"
      style={{ flexShrink: 0, boxShadow: 'inset 0 0 0 1px rgb(255 255 255 / 14%)' }}
    >
      {tile.letter}
    </Center>
  );
}
