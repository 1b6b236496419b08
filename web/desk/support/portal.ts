import type { ResultOf } from '../../client/graphql';
import type { PORTALS } from './operations';

export type Portal = ResultOf<typeof PORTALS>['organization']['portals'][number];

/** How portals start sessions, in words. */
export const modes = { PHONE: 'Phone', WEB: 'Web', QUEUE: 'Queue' } as const;

/** Whom a portal lets into a session, and how far. */
export function admits({ allowsSpecialists, allowsControl }: Portal) {
  if (!allowsSpecialists) return 'no external specialists';
  return allowsControl ? 'external specialists, with control of keyboard and mouse' : 'external specialists, who view only';
}
