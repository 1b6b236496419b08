// What somebody in a room may do with screens. The server holds everyone to it; this is for what is shown.
import { mayServe } from '../../client/roles';
import type { Situation, Viewer } from '../live-room';

/** Whether a viewer may share a screen in a support session. */
export function mayShare(viewer: Viewer, { specialistsMayShare }: NonNullable<Situation['supportSession']>) {
  switch (viewer.__typename) {
    case 'Member':
      return mayServe(viewer.role);
    case 'Customer':
      return true;
    case 'Specialist':
      return specialistsMayShare;
  }
}

/** Whether what a viewer does with keyboard and mouse over somebody's screen is passed on. */
export function mayControl(viewer: Viewer) {
  switch (viewer.__typename) {
    case 'Member':
      return mayServe(viewer.role);
    case 'Customer':
      return false;
    case 'Specialist':
      return viewer.access === 'CONTROL';
  }
}
