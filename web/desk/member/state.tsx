import { useState } from 'preact/hooks';
import { attempt } from '../../client/connection';
import { Dialog } from '../../parts/dialog';
import { Field } from '../../parts/field';
import { useSubmission } from '../../parts/use-submission';
import { me, type Member, serves } from './me';
import { SET_STATE } from './operations';

const labels = { READY: 'Ready', NOT_READY: 'Not ready', BUSY: 'In a call', AFTER_CALL_WORK: 'After-call work' } as const;

/** The member's own state, and a dialog to say another one. */
export function StateButton() {
  const [choosing, setChoosing] = useState(false);
  if (!me.value || !serves.value) return null;
  return (
    <>
      <button class="quiet state" data-state={me.value.state} onClick={() => setChoosing(true)}>
        <span class="unseen">My state: </span>
        {sentenceOf(me.value)}
      </button>
      {choosing && <StateDialog member={me.value} onClose={() => setChoosing(false)} />}
    </>
  );
}

function StateDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const [ready, setReady] = useState(member.state === 'READY');
  const form = useSubmission(async (fields) => {
    const state = ready ? 'READY' : 'NOT_READY';
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
        {member.call && <p>In a call with {member.call.number}. What is chosen here holds afterwards.</p>}
        <label><input type="radio" name="state" checked={ready} onChange={() => setReady(true)} /> Ready</label>
        <label><input type="radio" name="state" checked={!ready} onChange={() => setReady(false)} /> Not ready</label>
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

function sentenceOf({ state, stateReason, call }: Member) {
  const detail = state === 'BUSY' ? call?.number : stateReason;
  return [state && labels[state], detail].filter(Boolean).join(' – ');
}
