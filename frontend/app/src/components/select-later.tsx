import { type SelectProps, TextInput } from '@mantine/core';
import { lazy, Suspense } from 'react';

const Select = lazy(() => import('./select.tsx'));

/** For pages on which few people have something to choose from: what drops down comes by itself, into the same room. */
export function SelectLater(props: SelectProps<string>) {
  const { label, description, size, flex, w, placeholder } = props;
  const room = { label, description, size, flex, w, placeholder };
  return (
    <Suspense fallback={<TextInput {...room} disabled />}>
      <Select {...props} />
    </Suspense>
  );
}
