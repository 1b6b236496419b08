import { useState } from 'preact/hooks';
import { attempt, messageOf } from '../connection';
import { Dialog } from '../parts/dialog';
import { Field } from '../parts/field';
import { me, type Member } from './me';
import { SET_STATE } from './operations';

const labels = { READY: 'Ready', NOT_READY: 'Not ready', BUSY: 'In a call', AFTER_CALL_WORK: 'After-call work' } as const;

/** The member's own state, and a dialog to say another one. */
export function StateButton() {
  const [choosing, setChoosing] = useState(false);
  if (!me.value) return null;
  return (
    <>
      <button class="quiet state" data-state={me.value.state} onClick={() => setChoosing(true)}>{sentenceOf(me.value)}</button>
      {choosing && <StateDialog member={me.value} onClose={() => setChoosing(false)} />}
    </>
  );
}

function StateDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const [ready, setReady] = useState(member.state === 'READY');
  const [refusal, setRefusal] = useState('');

  async function save(submission: SubmitEvent) {
    submission.preventDefault();
    const reason = new FormData(submission.currentTarget as HTMLFormElement).get('reason');
    try {
      const variables = ready ? { state: 'READY' as const } : { state: 'NOT_READY' as const, reason: String(reason) };
      const { setAgentState } = await attempt(SET_STATE, variables);
      if (setAgentState.member) me.value = setAgentState.member;
      if (setAgentState.userErrors.length === 0) return onClose();
      setRefusal(setAgentState.userErrors[0].message);
    } catch (error) {
      setRefusal(messageOf(error));
    }
  }

  return (
    <Dialog title="My state" onClose={onClose}>
      <form onSubmit={save}>
        {member.call && <p>In a call with {member.call.number}. What is chosen here holds afterwards.</p>}
        <label><input type="radio" name="state" checked={ready} onChange={() => setReady(true)} /> Ready</label>
        <label><input type="radio" name="state" checked={!ready} onChange={() => setReady(false)} /> Not ready</label>
        {!ready && <Field label="Reason" name="reason" maxLength={100} required defaultValue={member.stateReason ?? ''} list="reasons" />}
        <datalist id="reasons"><option value="Break" /><option value="Lunch" /><option value="Meeting" /></datalist>
        <p class="refusal" role="alert">{refusal}</p>
        <button>Save</button>
      </form>
    </Dialog>
  );
}

function sentenceOf({ state, stateReason, call }: Member) {
  const detail = state === 'BUSY' ? call?.number : stateReason;
  return [state && labels[state], detail].filter(Boolean).join(' – ');
}
