import type { LiveRoom, Person } from './live-room';

const sides = { Member: 'Team', Customer: 'Customer', Specialist: 'Specialist' } as const;

/** Who is here at this moment. */
export function People({ live }: { live: LiveRoom }) {
  return (
    <ul class="people" aria-label="Who is here">
      {live.situation.value?.attendees.map((person) => (
        <li key={person.id}>
          {nameIn(live, person)} <span class="quiet">{sides[person.__typename]}</span>
        </li>
      ))}
    </ul>
  );
}

/** What somebody is called in a room. */
export function nameIn(live: LiveRoom, person: Person) {
  return live.isViewer(person) ? 'You' : person.name;
}
