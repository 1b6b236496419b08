import type { Person, Situation } from './live-room';
import { me } from '../member/me';

const sides = { Member: 'Team', Customer: 'Customer', Specialist: 'Specialist' } as const;

/** Who is here at this moment. */
export function People({ situation }: { situation: Situation }) {
  return (
    <ul class="people" aria-label="Who is here">
      {situation.attendees.map((person) => (
        <li key={person.id}>
          {nameOf(person)} <span class="quiet">{sides[person.__typename]}</span>
        </li>
      ))}
    </ul>
  );
}

export function nameOf(person: Person) {
  return person.id === me.value?.id ? 'You' : person.name;
}
