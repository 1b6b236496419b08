import type { Member } from './me';

export type Role = Member['role'];

/** What members are to their organisation, in words. */
export const roles: Record<Role, { name: string; may: string }> = {
  ADMINISTRATOR: { name: 'Administrator', may: 'Serves customers, and manages members, services, sites, skills, portals, numbers, texts and settings.' },
  TEAM_LEADER: { name: 'Team leader', may: 'Serves customers, and ends text chats of others.' },
  AGENT: { name: 'Agent', may: 'Serves customers: rooms, invitations, support sessions, calls and text messages.' },
  QUALITY_ASSESSOR: { name: 'Quality assessor', may: 'Sees rooms, messages and lists, and writes in none.' },
};
