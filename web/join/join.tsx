// The page of who is invited to become a member: say who you are, choose a password, and be one.
import { useState } from 'preact/hooks';
import { attempt } from '../client/connection';
import type { ResultOf } from '../client/graphql';
import { secretOfLink } from '../client/link';
import { Field } from '../parts/field';
import { Heading } from '../parts/heading';
import { useSubmission } from '../parts/use-submission';
import { ACCEPT } from './operations';

type Member = NonNullable<ResultOf<typeof ACCEPT>['acceptMemberInvitation']['member']>;

const details = ['firstName', 'lastName', 'password'] as const;

export function Join() {
  const [member, setMember] = useState<Member | null>(null);
  return <main class="join">{member ? <Welcome member={member} /> : <Registration onMember={setMember} />}</main>;
}

function Registration({ onMember }: { onMember: (member: Member) => void }) {
  const form = useSubmission(async (fields) => {
    const [firstName, lastName, password] = details.map((name) => String(fields.get(name)));
    const input = { token: secretOfLink(), firstName: firstName!, lastName: lastName!, password: password! };
    const { acceptMemberInvitation } = await attempt(ACCEPT, { input });
    if (acceptMemberInvitation.member) onMember(acceptMemberInvitation.member);
    return acceptMemberInvitation.userErrors;
  });
  return (
    <form onSubmit={form.submit}>
      <h1>Join the team</h1>
      <p>You are invited. Tell us who you are, and choose a password to sign in with.</p>
      <Field label="First name" name="firstName" autocomplete="given-name" maxLength={64} required refusal={form.against('firstName')} />
      <Field label="Last name" name="lastName" autocomplete="family-name" maxLength={64} required refusal={form.against('lastName')} />
      <Field
        label="Password"
        name="password"
        type="password"
        autocomplete="new-password"
        hint="At least 10 characters."
        required
        refusal={form.against('password')}
      />
      <p class="refusal" role="alert">{form.note(...details)}</p>
      <button disabled={form.busy}>Join</button>
    </form>
  );
}

function Welcome({ member }: { member: Member }) {
  return (
    <>
      <Heading level={1}>Welcome, {member.name}</Heading>
      <p>You are registered. From now on sign in with <strong>{member.email}</strong> and your password.</p>
      <p><a href="/desk">Go on to the desk</a></p>
    </>
  );
}
