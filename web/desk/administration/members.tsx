import { useState } from 'preact/hooks';
import { change } from '../../client/connection';
import type { ResultOf } from '../../client/graphql';
import { Confirm } from '../../parts/confirm';
import { Field } from '../../parts/field';
import { useAnswer } from '../../parts/use-answer';
import { useSubmission } from '../../parts/use-submission';
import { addressOf, go } from '../address';
import * as me from '../member/me';
import { roles } from '../member/roles';
import { AttributeFields, attributesIn, changesOf, RoleChoice, roleIn } from './attributes';
import { counted } from './labels';
import { DEACTIVATE_MEMBER, MEMBER_DETAILS, MEMBERS, UPDATE_MEMBER } from './operations';
import { Page } from './page';
import { firstPage, Pages } from './pages';

type Answer = ResultOf<typeof MEMBER_DETAILS>;
type Details = Extract<NonNullable<Answer['node']>, { __typename: 'Member' }>;

function listsIn({ organization: { services, sites, skills }, node }: Answer) {
  const own = memberIn(node);
  return { services, sites, skills, ownServices: own?.services, ownSites: own?.sites, ownSkills: own?.skills };
}

function memberIn(node: Answer['node'] = null) {
  return node?.__typename === 'Member' ? node : null;
}

/** The list of members, or one of them. */
export function Members({ id }: { id: string }) {
  const [said, setSaid] = useState('');
  function left(name: string) {
    setSaid(`${name} is no longer a member.`);
    go('administration', 'members');
  }
  return id ? <OneMember key={id} id={id} onLeft={left} /> : <MemberList said={said} />;
}

function MemberList({ said }: { said: string }) {
  const [wanted, setWanted] = useState(firstPage);
  const { answer, refusal } = useAnswer(MEMBERS, wanted);
  const members = answer?.organization.members;
  return (
    <Page
      title="Members"
      explanation={members && `${counted(members.totalCount, 'person has', 'people have')} a seat. Others become members by an invitation.`}
      action={<a class="button" href={addressOf('administration', 'invitations', 'new')}>Invite members</a>}
      said={said}
      refusal={refusal}
      loading={!members}
    >
      <ul class="rows">
        {members?.nodes.map(({ id, name, email, role }) => (
          <li key={id}>
            <a href={addressOf('administration', 'members', id)}><strong>{name}</strong></a>
            <span>{email}</span>
            <span class="quiet">{roles[role].name}</span>
          </li>
        ))}
      </ul>
      {members && <Pages of={members.pageInfo} onGo={setWanted} />}
    </Page>
  );
}

function OneMember({ id, onLeft }: { id: string; onLeft: (name: string) => void }) {
  const { answer, refusal, look } = useAnswer(MEMBER_DETAILS, { id }, listsIn);
  const [said, setSaid] = useState('');
  const [leaving, setLeaving] = useState(false);
  const member = memberIn(answer?.node);

  async function deactivate() {
    const { deactivateMember } = await change(DEACTIVATE_MEMBER, { id });
    if (deactivateMember.userErrors.length === 0) onLeft(member!.name);
    return deactivateMember.userErrors;
  }

  function saved(name: string) {
    setSaid(`${name} is saved.`);
    look();
    me.look(); // it may have been the member's own
  }

  return (
    <Page
      title={member?.name ?? 'Member'}
      of="members"
      explanation={member?.email ?? ''}
      action={member && <button class="quiet" onClick={() => setLeaving(true)}>Deactivate</button>}
      said={said}
      refusal={refusal}
      loading={!answer}
    >
      {member && <MemberForm member={member} of={answer!.organization} onSaved={saved} />}
      {member && leaving && (
        <Confirm title={`Deactivate ${member.name}?`} action="Deactivate" work={deactivate} onClose={() => setLeaving(false)}>
          <p>They are signed out at once and cannot sign in again. What they have written stays.</p>
        </Confirm>
      )}
    </Page>
  );
}

interface MemberFormProps {
  member: Details;
  of: Answer['organization'];
  onSaved: (name: string) => void;
}

function MemberForm({ member, of, onSaved }: MemberFormProps) {
  const chosen = {
    channels: member.channels ?? [],
    classOfService: member.classOfService ?? 'INTERNAL',
    serviceIds: idsOf(member.services),
    siteIds: idsOf(member.sites),
    skillIds: idsOf(member.skills),
  };
  const form = useSubmission(async (fields) => {
    const [firstName, lastName] = [String(fields.get('firstName')), String(fields.get('lastName'))];
    const input = { id: member.id, firstName, lastName, role: roleIn(fields), ...changesOf(attributesIn(fields), chosen) };
    const { updateMember } = await change(UPDATE_MEMBER, { input });
    if (updateMember.member) onSaved(updateMember.member.name);
    return updateMember.userErrors;
  });
  return (
    <form class="form" onSubmit={form.submit}>
      <div class="beside">
        <Field label="First name" name="firstName" required defaultValue={member.firstName} refusal={form.against('firstName')} />
        <Field label="Last name" name="lastName" required defaultValue={member.lastName} refusal={form.against('lastName')} />
      </div>
      <RoleChoice chosen={member.role} refusal={form.against('role')} />
      <AttributeFields of={of} chosen={chosen} />
      <p class="refusal" role="alert">{form.note('firstName', 'lastName', 'role')}</p>
      <button disabled={form.busy}>Save</button>
    </form>
  );
}

function idsOf(things: readonly { id: string }[] | null) {
  return (things ?? []).map(({ id }) => id);
}
