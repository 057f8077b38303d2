import {
  changeMemberRole,
  createInvitation,
  createOrganization,
  leaveOrganization,
  removeMember,
  resendInvitation,
  revokeInvitation,
  transferOwnership,
} from '@mailwarden/api-client';
import {
  getMeQueryKey,
  listConnectionsOfFormerMembersOptions,
  listConnectionsOfFormerMembersQueryKey,
  listInvitationsOptions,
  listInvitationsQueryKey,
  listMembersOptions,
  listMembersQueryKey,
} from '@mailwarden/api-client/react-query';
import { useChange } from '../../lib/change.ts';
import type { Role } from '../../lib/roles.ts';

export const membersOptions = () => listMembersOptions();
/** Somebody may accept while the page is open. */
export const invitationsOptions = () => ({ ...listInvitationsOptions(), refetchInterval: 15_000 });
export const formerOptions = () => listConnectionsOfFormerMembersOptions();

/** One's own role may have changed with it, and so what the page may offer. */
const people = () => [
  listMembersQueryKey(),
  listInvitationsQueryKey(),
  listConnectionsOfFormerMembersQueryKey(),
  getMeQueryKey(),
];

export const useChangeRole = (member_id: string) =>
  useChange((role: Role) => changeMemberRole({ path: { member_id }, body: { role } }), people);

export const useRemoveMember = (member_id: string) => useChange(() => removeMember({ path: { member_id } }), people);

export const useTransfer = () =>
  useChange((body: { member_id: string; my_role: 'manager' | 'member' }) => transferOwnership({ body }), people);

/** Where one is afterwards; null: nowhere any more, and signed out. */
export const useLeave = () =>
  useChange(
    async () => (await leaveOrganization()).data.active_organization,
    () => [],
  );

export const useNewOrganization = () =>
  useChange(
    (body: { name: string; time_zone: string }) => createOrganization({ body }),
    () => [],
  );

export const useInvite = () =>
  useChange(
    (body: { email: string; role: Role }) => createInvitation({ body }),
    () => [listInvitationsQueryKey()],
  );

export const useResend = (invitation_id: string) =>
  useChange(
    () => resendInvitation({ path: { invitation_id } }),
    () => [listInvitationsQueryKey()],
  );

export const useRevoke = (invitation_id: string) =>
  useChange(
    () => revokeInvitation({ path: { invitation_id } }),
    () => [listInvitationsQueryKey()],
  );
