import type { ComponentChildren } from 'preact';
import type { ResultOf } from '../../client/graphql';
import { PlusIcon } from '../../parts/icons';
import { useAnswer } from '../../parts/use-answer';
import { addressOf } from '../address';
import { roles } from '../member/roles';
import { counted } from './labels';
import { OVERVIEW } from './operations';
import { Page } from './page';
import { type Section, sections } from './sections';
import './overview.css';

type Answer = ResultOf<typeof OVERVIEW>;

function listsIn({ organization: { services, sites, skills, portals, phoneNumbers } }: Answer) {
  return { services, sites, skills, portals, phoneNumbers };
}

/** A tile for each section: how much there is of it, and what it is for. */
export function Overview() {
  const { answer, refusal } = useAnswer(OVERVIEW, {}, listsIn);
  const organization = answer?.organization;
  return (
    <Page title="Administration" of={null} explanation={organization?.name} refusal={refusal} loading={!organization}>
      {organization && (
        <div class="overview">
          <Tile section="invitations" number={organization.memberInvitations?.totalCount} sentence="Pending: people who were asked to become members.">
            <a class="plus" href={addressOf('administration', 'invitations', 'new')} aria-label="Invite members"><PlusIcon /></a>
            <ul>
              {organization.memberInvitations?.nodes.map(({ id, email, role }) => (
                <li key={id}>{email} <span class="quiet">{roles[role].name}</span></li>
              ))}
            </ul>
          </Tile>
          <Tile section="members" number={organization.members.totalCount} sentence="Who works here, and what they may do." />
          <Tile section="services" number={organization.services.length} sentence="What you do for customers." />
          <Tile section="sites" number={organization.sites.length} sentence="Where members work." />
          <Tile section="skills" number={organization.skills.length} sentence="What members can do." />
          <Tile section="portals" number={organization.portals.length} sentence="Ways to start a support session." />
          <Tile
            section="numbers"
            number={organization.phoneNumbers.length}
            sentence={organization.phoneNumbers.length > 0 ? 'For text messages.' : 'Without one there are no text messages.'}
          />
          <Tile section="texts" sentence="What invitations and replies say, and predefined messages." />
          <Tile section="settings" sentence={`Rooms are timed out after ${counted(organization.settings.roomTimeoutDays, 'day')}.`} />
        </div>
      )}
    </Page>
  );
}

interface TileProps {
  section: Section;
  number?: number;
  sentence: string;
  children?: ComponentChildren;
}

function Tile({ section, number, sentence, children }: TileProps) {
  return (
    <section class="overview-tile" aria-labelledby={`tile-${section}`}>
      <h3 id={`tile-${section}`}><a href={addressOf('administration', section)}>{sections[section]}</a></h3>
      {number !== undefined && <p class="number">{number}</p>}
      <p class="quiet">{sentence}</p>
      {children}
    </section>
  );
}
