import type { Member } from './types.ts';

export type Role = Member['role'];

export const ROLE_LABELS: Record<Role, string> = { owner: 'Owner', manager: 'Manager', member: 'Member' };

export const ROLE_HINTS: Record<Role, string> = {
  owner: 'Decides about everything, billing and other owners included.',
  manager: 'Looks after connections, members, alerts and keys.',
  member: 'Sees everything and connects their own mailboxes.',
};
