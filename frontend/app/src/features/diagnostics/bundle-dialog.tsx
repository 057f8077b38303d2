import { Button, Group, Modal, Stack } from '@mantine/core';
import { useState } from 'react';
import { useReturnFocus } from '../../lib/return-focus.ts';
import { BundleForm } from './bundle-form.tsx';
import { BundleList } from './bundle-list.tsx';
import { BundlePreview } from './bundle-preview.tsx';

/** Collect, look at what was collected and what was taken out, then download. Nothing is sent to anybody. */
export default function BundleDialog({ onClose }: { onClose: () => void }) {
  useReturnFocus();
  const [shown, setShown] = useState<string | null>(null);
  return (
    <Modal opened onClose={onClose} size="xl" title={shown ? 'Preview of the support bundle' : 'Support bundle'}>
      {shown ? (
        <Stack gap="lg">
          <BundlePreview bundleId={shown} />
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setShown(null)}>
              Back
            </Button>
            <Button variant="default" onClick={onClose}>
              Close
            </Button>
          </Group>
        </Stack>
      ) : (
        <Stack gap="xl">
          <BundleForm onMade={setShown} />
          <BundleList onShow={setShown} />
        </Stack>
      )}
    </Modal>
  );
}
