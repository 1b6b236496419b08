import { useState } from 'preact/hooks';
import { attempt, change } from '../../client/connection';
import { Dialog } from '../../parts/dialog';
import { Field } from '../../parts/field';
import { Radios } from '../../parts/radios';
import { useSubmission } from '../../parts/use-submission';
import type { Colleague } from './colleagues';
import { look, me, type Member, serves } from './me';
import { FINISH, SET_STATE } from './operations';
import './state.css';

const labels = { READY: 'Ready', NOT_READY: 'Not ready', BUSY: 'In a call', AFTER_CALL_WORK: 'After-call work' } as const;

/** The member's own state, a dialog to say another one, and the end of what a call has left to do. */
export function StateButton() {
  const [choosing, setChoosing] = useState(false);
  if (!me.value || !serves.value) return null;
  return (
    <>
      <button class="quiet state" onClick={() => setChoosing(true)}>
        <span class="unseen">My state: </span>
        <StateSentence member={me.value} />
      </button>
      {me.value.state === 'AFTER_CALL_WORK' && me.value.call && <Finish callId={me.value.call.id} />}
      {choosing && <StateDialog member={me.value} onClose={() => setChoosing(false)} />}
    </>
  );
}

/** A state in words, beside a dot of its colour. */
export function StateSentence({ member }: { member: Colleague & Partial<Member> }) {
  const { state, stateReason, call } = member;
  const detail = state === 'BUSY' ? call?.number : stateReason;
  return (
    <span class="state-sentence" data-state={state}>
      {[state && labels[state], detail].filter(Boolean).join(' – ')}
    </span>
  );
}

function Finish({ callId }: { callId: string }) {
  const form = useSubmission(async () => {
    const { finishAfterCallWork } = await change(FINISH, { callId });
    await look();
    return finishAfterCallWork.userErrors;
  });
  return (
    <form class="finish" onSubmit={form.submit}>
      <button disabled={form.busy}>Finish<span class="unseen"> after-call work</span></button>
      <p class="refusal" role="alert">{form.note()}</p>
    </form>
  );
}

function StateDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const [state, setState] = useState<'READY' | 'NOT_READY'>(member.state === 'READY' ? 'READY' : 'NOT_READY');
  const ready = state === 'READY';
  const form = useSubmission(async (fields) => {
    const { setAgentState } = await attempt(SET_STATE, { state, reason: ready ? null : String(fields.get('reason')) });
    if (setAgentState.member) {
      me.value = setAgentState.member;
      onClose();
    }
    return setAgentState.userErrors;
  });
  return (
    <Dialog title="My state" onClose={onClose}>
      <form onSubmit={form.submit}>
        {member.call && <p>{callSentence(member.call)} What is chosen here holds afterwards.</p>}
        <Radios
          label={<span class="unseen">State</span>}
          name="state"
          of={[['READY', labels.READY], ['NOT_READY', labels.NOT_READY]]}
          chosen={state}
          onChoose={setState}
          inRow
        />
        {!ready && (
          <Field
            label="Reason"
            name="reason"
            maxLength={100}
            required
            list="reasons"
            defaultValue={member.stateReason ?? ''}
            refusal={form.against('reason')}
          />
        )}
        <datalist id="reasons"><option value="Break" /><option value="Lunch" /><option value="Meeting" /></datalist>
        <p class="refusal" role="alert">{form.note('reason')}</p>
        <button disabled={form.busy}>Save</button>
      </form>
    </Dialog>
  );
}

function callSentence({ number, status }: NonNullable<Member['call']>) {
  return status === 'ACTIVE' ? `In a call with ${number}.` : `The call with ${number} has after-call work.`;
}
