import { switchOrganization as postSwitch, signOut } from '@mailwarden/api-client';
import { getStatusOptions } from '@mailwarden/api-client/react-query';

export async function leaveSession(): Promise<void> {
  await signOut();
}

export async function switchOrganization(organizationId: string): Promise<void> {
  await postSwitch({ body: { organization_id: organizationId } });
}

export const statusOptions = () => ({ ...getStatusOptions(), refetchInterval: 60_000 });
