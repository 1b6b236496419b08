import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { change, newKey } from '../../client/connection';
import { Heading } from '../../parts/heading';
import { useAnswer } from '../../parts/use-answer';
import { useSubmission } from '../../parts/use-submission';
import { addressOf } from '../address';
import { type Role, roles } from '../member/roles';
import { type Address, AddressList, addressesIn, withAdded } from './addresses';
import { AttributeFields, type Attributes, attributesIn, noAttributes, RoleChoice, roleIn } from './attributes';
import { counted } from './labels';
import { GRANTABLE_THINGS, INVITE_MEMBERS } from './operations';
import { Page } from './page';
import './invite.css';

const steps = ['Role', 'Attributes', 'Addresses'] as const;

/** Invites people to become members, in three steps: the role, the attributes, and the addresses of all who are given those. */
export function Invite() {
  const [step, setStep] = useState(0);
  const [role, setRole] = useState<Role>('AGENT');
  const [attributes, setAttributes] = useState(noAttributes);
  const { answer, refusal } = useAnswer(GRANTABLE_THINGS, {});
  return (
    <Page title="Invite members" of="invitations" refusal={refusal} loading={!answer}>
      <ol class="invite-steps" aria-label="Steps">
        {steps.map((name, at) => <li key={name} aria-current={at === step ? 'step' : undefined}>{name}</li>)}
      </ol>
      {answer && step === 0 && (
        <Step title="What are they going to be?" onNext={(fields) => (setRole(roleIn(fields)), setStep(1))}>
          <RoleChoice chosen={role} />
        </Step>
      )}
      {answer && step === 1 && (
        <Step
          title={`What is each ${roles[role].name.toLowerCase()} given?`}
          onNext={(fields) => (setAttributes(attributesIn(fields)), setStep(2))}
          onBack={(fields) => (setAttributes(attributesIn(fields)), setStep(0))}
        >
          <AttributeFields of={answer.organization} chosen={attributes} />
        </Step>
      )}
      {step === 2 && <Addresses role={role} attributes={attributes} onBack={() => setStep(1)} />}
    </Page>
  );
}

interface StepProps {
  title: string;
  onNext: (fields: FormData) => void;
  onBack?: (fields: FormData) => void;
  children: ComponentChildren;
}

/** A form that leads on. What is in it is kept when one goes back, too. */
function Step({ title, onNext, onBack, children }: StepProps) {
  const form = useRef<HTMLFormElement>(null);
  function next(submission: SubmitEvent) {
    submission.preventDefault();
    onNext(new FormData(form.current!));
  }
  return (
    <form class="form" ref={form} onSubmit={next}>
      <Heading level={3}>{title}</Heading>
      {children}
      <button>Next</button>
      {onBack && <button type="button" class="quiet" onClick={() => onBack(new FormData(form.current!))}>Back</button>}
    </form>
  );
}

function outcome(sent: number, refused: number) {
  const sentences = [];
  if (sent > 0) sentences.push(`${counted(sent, 'invitation is', 'invitations are')} sent.`);
  if (refused > 0) sentences.push(`${counted(refused, 'address', 'addresses')} could not be invited.`);
  return sentences.join(' ');
}

interface AddressesProps {
  role: Role;
  attributes: Attributes;
  onBack: () => void;
}

/** Who is invited. Those who were refused stay in the list, with why, and can be mended. */
function Addresses({ role, attributes, onBack }: AddressesProps) {
  const [typed, setTyped] = useState('');
  const [addresses, setAddresses] = useState<Address[]>([]);
  const [invited, setInvited] = useState<string[]>([]);
  const [said, setSaid] = useState('');
  const wanted = withAdded(addresses, addressesIn(typed));

  const form = useSubmission(async () => {
    if (wanted.length === 0) return [{ code: 'REQUIRED' as const, message: 'Give at least one address.', field: null, roomId: null }];
    const emails = wanted.map(({ email }) => email);
    const { inviteMembers } = await change(INVITE_MEMBERS, { input: { role, ...attributes, emails, idempotencyKey: newKey() } });
    if (inviteMembers.userErrors.length > 0) return inviteMembers.userErrors;
    const results = inviteMembers.results ?? [];
    const sent = results.filter(({ error }) => !error);
    const refused = results.filter(({ error }) => error);
    setTyped('');
    setInvited([...invited, ...sent.map(({ email }) => email)]);
    setAddresses(refused.map(({ email, error }) => ({ email, refusal: error!.message })));
    setSaid(outcome(sent.length, refused.length));
    return [];
  });

  return (
    <div class="form">
      <Heading level={3}>Whom do you invite?</Heading>
      <p class="quiet">All of them are given what was chosen: {roles[role].name}.</p>
      <AddressList typed={typed} addresses={addresses} onType={setTyped} onChange={setAddresses} />
      <p class="said" role="status">{said}</p>
      {invited.length > 0 && (
        <ul class="invite-done" aria-label="Invited">
          {invited.map((email) => <li key={email}>{email} – the invitation is sent</li>)}
        </ul>
      )}
      <form onSubmit={form.submit}>
        <p class="refusal" role="alert">{form.note()}</p>
        <button disabled={form.busy}>{wanted.length > 1 ? `Invite ${wanted.length} people` : 'Invite'}</button>
        <button type="button" class="quiet" onClick={onBack}>Back</button>
        {invited.length > 0 && <a href={addressOf('administration', 'invitations')}>See all invitations</a>}
      </form>
    </div>
  );
}
