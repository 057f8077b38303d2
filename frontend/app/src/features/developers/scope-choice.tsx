import { Checkbox, SimpleGrid } from '@mantine/core';
import type { ApiScope } from '../../lib/types.ts';

type Props = { scopes: ApiScope[]; value: string[]; error: string | undefined; onChange: (scopes: string[]) => void };

/** What one's own role does not allow can be seen, and not given away. */
export function ScopeChoice({ scopes, value, error, onChange }: Props) {
  return (
    <Checkbox.Group label="It may" value={value} onChange={onChange} error={error}>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs" mt={6}>
        {scopes.map(({ scope, description, grantable }) => (
          <Checkbox
            key={scope}
            value={scope}
            disabled={!grantable}
            label={description}
            description={grantable ? scope : `${scope} · your role does not allow it`}
          />
        ))}
      </SimpleGrid>
    </Checkbox.Group>
  );
}
