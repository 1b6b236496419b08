import { addressOf } from '../address';

/** The parts of the administration, by what they are called in addresses. */
export const sections = {
  invitations: 'Invitations',
  members: 'Members',
  services: 'Services',
  sites: 'Sites',
  skills: 'Skills',
  portals: 'Portals',
  numbers: 'Numbers',
  texts: 'Texts',
  settings: 'Settings',
} as const;

export type Section = keyof typeof sections;

export function Sections({ current }: { current: string }) {
  return (
    <nav class="list sections" aria-label="Administration">
      <ul>
        <li><a href={addressOf('administration')} aria-current={current === '' ? 'page' : undefined}>Overview</a></li>
        {Object.entries(sections).map(([section, title]) => (
          <li key={section}>
            <a href={addressOf('administration', section)} aria-current={section === current ? 'page' : undefined}>{title}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
