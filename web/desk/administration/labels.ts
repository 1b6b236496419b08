// How the values of the schema are called.
import type { VariablesOf } from '../../client/graphql';
import type { INVITE_MEMBERS } from './operations';

type Attributes = VariablesOf<typeof INVITE_MEMBERS>['input'];
export type Channel = NonNullable<Attributes['channels']>[number];
export type ClassOfService = NonNullable<Attributes['classOfService']>;

export const channels: readonly (readonly [Channel, string])[] = [
  ['SMS', 'Text message (SMS)'],
  ['EMAIL', 'Email'],
  ['VOICE', 'Telephone'],
  ['CHAT', 'Chat in a room'],
];

/** The labels are fixed. */
export const classesOfService: readonly (readonly [ClassOfService, string])[] = [
  ['INTERNAL', 'Internal calls'],
  ['LOCAL_EXCLUDING_MOBILE', 'Local (excluding mobile)'],
  ['LOCAL_INCLUDING_MOBILE', 'Local (including mobile)'],
  ['LOCAL_AND_INTERNATIONAL', 'Local and international'],
];

/** Things with a name, as what can be chosen. */
export function choicesOf(things: readonly { id: string; name: string }[]) {
  return things.map(({ id, name }) => [id, name] as const);
}

/** `1 member`, `2 members`. */
export function counted(count: number, one: string, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}
