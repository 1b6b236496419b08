import type { ComponentChildren } from 'preact';
import type { Attendee, LiveRoom, Person } from './live-room';

const sides = { Member: 'Team', Customer: 'Customer', Specialist: 'Specialist' } as const;

interface PeopleProps {
  live: LiveRoom;
  /** What can be done with somebody. */
  menuOf?: (person: Attendee) => ComponentChildren;
}

/** Who is here at this moment. */
export function People({ live, menuOf }: PeopleProps) {
  return (
    <ul class="people" aria-label="Who is here">
      {live.situation.value?.attendees.map((person) => (
        <li key={person.id}>
          {nameIn(live, person)} <span class="quiet">{describe(person)}</span>
          {menuOf?.(person)}
        </li>
      ))}
    </ul>
  );
}

function describe(person: Attendee) {
  return person.__typename === 'Specialist' ? `${sides.Specialist} · ${person.accessLabel}` : sides[person.__typename];
}

/** What somebody is called in a room. */
export function nameIn(live: LiveRoom, person: Person) {
  return live.isViewer(person) ? 'You' : person.name;
}
