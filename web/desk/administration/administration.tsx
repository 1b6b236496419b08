import { Pending } from '../../parts/pending';
import { isAdministrator, me } from '../member/me';
import { Invitations } from './invitations';
import { Members } from './members';
import { Numbers } from './numbers';
import { Overview } from './overview';
import { Portals } from './portals';
import type { Section } from './sections';
import { Services } from './services';
import { Settings } from './settings';
import { Sites } from './sites';
import { Skills } from './skills';
import { Texts } from './texts';
import './administration.css';

const pages = {
  invitations: Invitations,
  members: Members,
  services: Services,
  sites: Sites,
  skills: Skills,
  portals: Portals,
  numbers: Numbers,
  texts: Texts,
  settings: Settings,
};

/** What administrators manage: an overview, or one section of it, in which one thing may be open. */
export default function Administration({ section, id }: { section: string; id: string }) {
  if (!me.value) return <Pending />;
  if (!isAdministrator.value) return <p role="alert">This is for administrators.</p>;
  if (!Object.hasOwn(pages, section)) return <Overview />;
  const Shown = pages[section as Section];
  return <Shown id={id} />;
}
