import type { AnyVariables, TypedDocumentNode } from '@urql/core';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ApiError, ask, messageOf } from '../client/connection';
import { oneAtATime } from '../client/one-at-a-time';
import { askForAll, type ListsIn } from '../client/whole-lists';

/**
 * What a query answers; null until it has. It is asked again by `look`, which whoever has changed something calls, and when the page
 * is looked at again: of this nothing tells that it has changed. Lists that may be long are read to their ends where `listsIn` tells
 * which they are.
 */
export function useAnswer<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: NoInfer<Variables>,
  listsIn?: ListsIn<Data, Variables>,
) {
  const [answer, setAnswer] = useState<Data | null>(null);
  const [refusal, setRefusal] = useState('');
  const wanted = JSON.stringify(variables);
  const newest = useRef(wanted);
  newest.current = wanted;

  const look = useMemo(
    () =>
      oneAtATime(async () => {
        try {
          const data = await (listsIn ? askForAll(query, variables, listsIn) : ask(query, variables));
          if (newest.current !== wanted) return; // by now something else is asked for
          setAnswer(data);
          setRefusal('');
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          if (newest.current === wanted) setRefusal(messageOf(error));
        }
      }),
    [query, wanted],
  );

  useEffect(() => {
    const lookAgain = () => document.visibilityState === 'visible' && look();
    look();
    document.addEventListener('visibilitychange', lookAgain);
    return () => document.removeEventListener('visibilitychange', lookAgain);
  }, [look]);

  return { answer, refusal, look };
}
