import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import { change, newKey } from '../../client/connection';
import { Heading } from '../../parts/heading';
import { useAnswer } from '../../parts/use-answer';
import { useSubmission } from '../../parts/use-submission';
import { addressOf, go, moved } from '../address';
import { type Role, roles } from '../member/roles';
import { type Address, AddressList, addressesIn, withAdded } from './addresses';
import { AttributeFields, type Attributes, attributesIn, noAttributes, RoleChoice, roleIn } from './attributes';
import { counted } from './labels';
import { GRANTABLE_THINGS, INVITE_MEMBERS } from './operations';
import { Page } from './page';
import './invite.css';

// By what they are called in addresses, so that the browser's Back leads to the one before.
const steps = { new: 'Role', attributes: 'Attributes', addresses: 'Addresses' } as const;
type StepName = keyof typeof steps;

export function isStep(id: string): id is StepName {
  return Object.hasOwn(steps, id);
}

/** Invites people to become members, in three steps: the role, the attributes, and the addresses of all who are given those. */
export function Invite({ step }: { step: StepName }) {
  const [role, setRole] = useState<Role>('AGENT');
  const [attributes, setAttributes] = useState(noAttributes);
  const [people, setPeople] = useState(nobody);
  const keepPeople = (change: Partial<People>) => setPeople((people) => ({ ...people, ...change }));
  const { answer, refusal } = useAnswer(GRANTABLE_THINGS, {}, ({ organization: { services, sites, skills } }) => ({ services, sites, skills }));
  // Who comes to a later step from elsewhere has chosen nothing yet.
  useLayoutEffect(() => {
    if (step !== 'new') moved('administration', 'invitations', 'new');
  }, []);
  return (
    <Page title="Invite members" of="invitations" refusal={refusal} loading={!answer}>
      <ol class="invite-steps" aria-label="Steps">
        {Object.entries(steps).map(([at, name]) => <li key={at} aria-current={at === step ? 'step' : undefined}>{name}</li>)}
      </ol>
      {answer && step === 'new' && (
        <Step title="What are they going to be?" next="attributes" onChange={(fields) => setRole(roleIn(fields))}>
          <RoleChoice chosen={role} />
        </Step>
      )}
      {answer && step === 'attributes' && (
        <Step
          title={`What is each ${roles[role].name.toLowerCase()} given?`}
          next="addresses"
          onChange={(fields) => setAttributes(attributesIn(fields))}
          back={<BackButton />}
        >
          <AttributeFields of={answer.organization} chosen={attributes} />
        </Step>
      )}
      {step === 'addresses' && <Addresses role={role} attributes={attributes} people={people} onChange={keepPeople} />}
    </Page>
  );
}

interface StepProps {
  title: string;
  next: StepName;
  /** Keeps what is in the fields, since one may leave at any moment and come back. */
  onChange: (fields: FormData) => void;
  back?: ComponentChildren;
  children: ComponentChildren;
}

/** A form that leads on. */
function Step({ title, next, onChange, back, children }: StepProps) {
  function submit(submission: SubmitEvent) {
    submission.preventDefault();
    go('administration', 'invitations', next);
  }
  return (
    <form class="form" onSubmit={submit} onChange={(event) => onChange(new FormData(event.currentTarget))}>
      <Heading level={3}>{title}</Heading>
      {children}
      <button>Next</button>
      {back}
    </form>
  );
}

/** Does what the browser's Back does. */
function BackButton() {
  return <button type="button" class="quiet" onClick={() => history.back()}>Back</button>;
}

function outcome(sent: number, refused: number) {
  const sentences = [];
  if (sent > 0) sentences.push(`${counted(sent, 'invitation is', 'invitations are')} sent.`);
  if (refused > 0) sentences.push(`${counted(refused, 'address', 'addresses')} could not be invited.`);
  return sentences.join(' ');
}

/** Who is going to be invited: what is typed, and what was added; and who has been. */
interface People {
  typed: string;
  addresses: Address[];
  invited: string[];
}

const nobody: People = { typed: '', addresses: [], invited: [] };

interface AddressesProps {
  role: Role;
  attributes: Attributes;
  people: People;
  onChange: (change: Partial<People>) => void;
}

/** Who is invited. Those who were refused stay in the list, with why, and can be mended. */
function Addresses({ role, attributes, people, onChange }: AddressesProps) {
  const { typed, addresses, invited } = people;
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
    onChange({
      typed: '',
      addresses: refused.map(({ email, error }) => ({ email, refusal: error!.message })),
      invited: [...invited, ...sent.map(({ email }) => email)],
    });
    setSaid(outcome(sent.length, refused.length));
    return [];
  });

  return (
    <div class="form">
      <Heading level={3}>Whom do you invite?</Heading>
      <p class="quiet">All of them are given what was chosen: {roles[role].name}.</p>
      <AddressList
        typed={typed}
        addresses={addresses}
        onType={(typed) => onChange({ typed })}
        onChange={(addresses) => onChange({ addresses })}
      />
      <p class="said" role="status">{said}</p>
      {invited.length > 0 && (
        <ul class="invite-done" aria-label="Invited">
          {invited.map((email) => <li key={email}>{email} – the invitation is sent</li>)}
        </ul>
      )}
      <form onSubmit={form.submit}>
        <p class="refusal" role="alert">{form.note()}</p>
        <button disabled={form.busy}>{wanted.length > 1 ? `Invite ${wanted.length} people` : 'Invite'}</button>
        <BackButton />
        {invited.length > 0 && <a href={addressOf('administration', 'invitations')}>See all invitations</a>}
      </form>
    </div>
  );
}
