import { switchOrganization as postSwitch, signOut } from '@mailwarden/api-client';
import { getServiceStatusOptions } from '@mailwarden/api-client/react-query';

export async function leaveSession(): Promise<void> {
  await signOut();
}

export async function switchOrganization(organizationId: string): Promise<void> {
  await postSwitch({ body: { organization_id: organizationId } });
}

export const statusOptions = () => ({ ...getServiceStatusOptions(), refetchInterval: 60_000 });
