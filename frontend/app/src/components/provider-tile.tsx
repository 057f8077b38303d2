const TILES: Record<string, { letter: string; background: string }> = {
  hubspot: { letter: 'H', background: '#c2410c' },
  klaviyo: { letter: 'K', background: '#27272a' },
  keap: { letter: 'K', background: '#166534' },
  google: { letter: 'G', background: '#b91c1c' },
  microsoft: { letter: 'M', background: '#0369a1' },
  imap: { letter: '@', background: '#4338ca' },
};

/** A coloured initial: decorative, the provider's name always stands beside it. */
export function ProviderTile({ provider, size = 40 }: { provider: string; size?: number }) {
  const tile = TILES[provider] ?? { letter: provider.charAt(0).toUpperCase(), background: '#4338ca' };
  return (
    <span
      aria-hidden
      className="tile"
      style={{ width: size, height: size, fontSize: size * 0.45, background: tile.background }}
    >
      {tile.letter}
    </span>
  );
}
