import { useEffect, useRef, useState } from 'preact/hooks';
import { attempt } from '../client/connection';
import { secretOfLink } from '../client/link';
import * as session from '../client/session';
import { Field } from '../parts/field';
import { useSubmission } from '../parts/use-submission';
import { JOIN } from './operations';

/** Asks for a name. Nothing of the session is shown before; opening the page uses nothing up. */
export function Join({ farewell }: { farewell: string }) {
  const [closed, setClosed] = useState(false);
  const form = useSubmission(async (fields) => {
    const { joinSupportSession } = await attempt(JOIN, { code: secretOfLink(), name: String(fields.get('name')) });
    const { accessToken, supportSession, userErrors } = joinSupportSession;
    if (accessToken && supportSession) session.begin({ accessToken, roomId: supportSession.room.id });
    setClosed(userErrors.some(({ code }) => code === 'CODE_INVALID'));
    return userErrors;
  });
  return (
    <main class="welcome">
      <h1>You are asked into a support session</h1>
      {farewell && <Farewell sentence={farewell} />}
      <form onSubmit={form.submit}>
        {!closed && (
          <Field
            label="Your name"
            name="name"
            autocomplete="name"
            hint="Everyone in the session sees it."
            required
            refusal={form.against('name')}
          />
        )}
        <p class="refusal" role="alert">{form.note('name')}</p>
        {!closed && <button disabled={form.busy}>Continue</button>}
      </form>
    </main>
  );
}

function Farewell({ sentence }: { sentence: string }) {
  const place = useRef<HTMLParagraphElement>(null);
  useEffect(() => place.current!.focus(), [sentence]);
  return <p ref={place} class="farewell" tabIndex={-1}>{sentence}</p>;
}
