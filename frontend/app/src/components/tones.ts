import type { CSSProperties } from 'react';

export type Tone = 'success' | 'warning' | 'danger' | 'gray' | 'brand';

/** Colours of a badge: dark on tint in light, light on deep tint in dark; both clear 4.5:1. */
export function badgeStyle(tone: Tone): CSSProperties {
  const deep = tone === 'gray' ? 'var(--mantine-color-dark-5)' : mix(tone, 45);
  return {
    flexShrink: 0,
    minWidth: 'max-content', // a status is never cut to its first letter
    background: `light-dark(var(--mantine-color-${tone}-1), ${deep})`,
    color: `light-dark(var(--mantine-color-${tone}-9), var(--mantine-color-${tone}-2))`,
  };
}

/** Variables of the `.panel` class. */
export function panelStyle(tone: Tone): CSSProperties {
  const vars: Record<string, string> = {
    '--panel-light': `var(--mantine-color-${tone}-0)`,
    '--panel-dark': tone === 'gray' ? 'var(--mantine-color-dark-6)' : mix(tone, 18),
    '--panel-line-light': `var(--mantine-color-${tone}-2)`,
    '--panel-line-dark': tone === 'gray' ? 'var(--mantine-color-dark-4)' : mix(tone, 60),
  };
  return vars;
}

/** A tone's readable foreground on the page. */
export const toneInk = (tone: Tone) => `light-dark(var(--mantine-color-${tone}-7), var(--mantine-color-${tone}-3))`;

function mix(tone: Tone, share: number): string {
  return `color-mix(in srgb, var(--mantine-color-${tone}-9) ${share}%, var(--mantine-color-body))`;
}
