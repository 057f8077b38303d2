import { Code, Group, Text } from '@mantine/core';
import { encode } from 'uqr';
import type { FactorSetup } from '../../lib/types.ts';
import { CopyText } from './copy-text.tsx';

const QUIET = 4; // modules of white around it, as ISO/IEC 18004 asks
const SIZE = 180;

/** Drawn here, so that the secret goes to nobody. Black on white in both schemes: readers want it so. */
export function SetupKey({ setup }: { setup: FactorSetup }) {
  const { data, size } = encode(setup.otpauth_uri, { ecc: 'M', border: QUIET });
  const cells = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')));
  return (
    <div>
      <svg
        viewBox={`0 0 ${size} ${size}`}
        width={SIZE}
        height={SIZE}
        role="img"
        aria-label="QR code of the setup key"
        shapeRendering="crispEdges"
        style={{ display: 'block', margin: '0 auto', background: '#fff', borderRadius: 8 }}
      >
        <path d={cells.join('')} fill="#000" />
      </svg>
      <Text size="sm" mt="sm" mb={4}>
        Setup key
      </Text>
      <Group gap="xs" wrap="nowrap">
        <Code className="break-anywhere" fz="sm">
          {setup.setup_key}
        </Code>
        <CopyText text={setup.setup_key} label="Copy key" />
      </Group>
    </div>
  );
}
