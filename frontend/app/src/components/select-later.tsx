import { type SelectProps, TextInput } from '@mantine/core';
import { lazy, Suspense } from 'react';

const Select = lazy(() => import('./select.tsx'));

/** For pages on which few people have something to choose from: what drops down comes by itself, into the same room. */
export function SelectLater(props: SelectProps<string>) {
  const { label, size, flex, placeholder } = props;
  return (
    <Suspense fallback={<TextInput label={label} size={size} flex={flex} placeholder={placeholder} disabled />}>
      <Select {...props} />
    </Suspense>
  );
}
