// Lists that the API gives in parts of at most 100, read to their ends.
import type { AnyVariables, TypedDocumentNode } from '@urql/core';
import { ask } from './connection';

/** How many of a list a query asks for at once: the most that there may be. */
const part = 100;

type List = { id: string }[];

/** Where the lists of an answer are: each under the name of the variable that says after which of its things it goes on. */
export type ListsIn<Data, Variables> = (answer: Data) => { [Name in keyof Variables]?: List | null };

/**
 * Runs a query, and again while one of its lists may go on, all of which go on together: once, where none of them is longer than a
 * part. Gives the first answer, with the lists as long as they are.
 */
export async function askForAll<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: NoInfer<Variables>,
  listsIn: ListsIn<Data, Variables>,
) {
  const answer = await ask(query, variables);
  const whole = Object.entries<List | null | undefined>(listsIn(answer)).filter((entry): entry is [string, List] => !!entry[1]);
  for (let longest = lengthOf(whole); longest === part; ) {
    const ends = Object.fromEntries(whole.map(([name, list]) => [name, list.at(-1)?.id]));
    const more: Record<string, List | null | undefined> = listsIn(await ask(query, { ...variables, ...ends }));
    longest = lengthOf(Object.entries(more));
    for (const [name, list] of whole) list.push(...(more[name] ?? []));
  }
  return answer;
}

function lengthOf(lists: [name: string, list: List | null | undefined][]) {
  return Math.max(0, ...lists.map(([, list]) => list?.length ?? 0));
}
