import { change, newKey } from '../../client/connection';
import type { ResultOf } from '../../client/graphql';
import { CheckBox, CheckBoxes } from '../../parts/check-boxes';
import { Choice, Field } from '../../parts/field';
import { Pending } from '../../parts/pending';
import { useAnswer } from '../../parts/use-answer';
import { choicesOf } from './labels';
import { CREATE_SERVICE, SERVICE_FORM, SERVICES, UPDATE_SERVICE } from './operations';
import { ThingForm, Things } from './things';

type Service = ResultOf<typeof SERVICES>['organization']['services'][number];

export function Services() {
  const { answer, refusal, look } = useAnswer(SERVICES, {}, ({ organization }) => ({ after: organization.services }));
  return (
    <Things
      title="Services"
      one="service"
      explanation="What you do for customers, such as Sales. A service with a number supports text messages."
      things={answer?.organization.services}
      refusal={refusal}
      about={about}
      form={({ thing, onSaved }) => <ServiceForm service={thing} onSaved={onSaved} />}
      look={look}
    />
  );
}

function about({ phoneNumber, takesNewChats }: Service) {
  if (!phoneNumber) return 'No text messages';
  return [`Text messages by ${phoneNumber.number}`, takesNewChats && 'takes new chats'].filter(Boolean).join(' · ');
}

function listsIn({ node, organization: { skills, phoneNumbers } }: ResultOf<typeof SERVICE_FORM>) {
  return { needed: node?.__typename === 'Service' ? node.skills : null, skills, phoneNumbers };
}

function ServiceForm({ service, onSaved }: { service?: Service; onSaved: () => void }) {
  const { answer, refusal } = useAnswer(SERVICE_FORM, { id: service?.id ?? '', known: service !== undefined }, listsIn);
  if (!answer) return <Pending refusal={refusal} />;
  const { needed, skills, phoneNumbers } = listsIn(answer);

  function save(fields: FormData) {
    const input = {
      name: String(fields.get('name')),
      takesNewChats: fields.has('takesNewChats'),
      phoneNumberId: String(fields.get('phoneNumberId')) || null,
      skillIds: fields.getAll('skillIds').map(String),
    };
    return service
      ? change(UPDATE_SERVICE, { input: { id: service.id, ...input } })
      : change(CREATE_SERVICE, { input: { ...input, idempotencyKey: newKey() } });
  }

  return (
    <ThingForm save={save} onSaved={onSaved} named={['name', 'phoneNumberId']}>
      {(against) => (
        <>
          <Field label="Name" name="name" required defaultValue={service?.name} refusal={against('name')} />
          <Choice
            label="Number for text messages"
            name="phoneNumberId"
            of={[['', 'None: no text messages'], ...phoneNumbers.map(({ id, number }) => [id, number] as const)]}
            chosen={service?.phoneNumber?.id}
            refusal={against('phoneNumberId')}
          />
          <CheckBox
            label="Customers may start a chat by texting that number"
            name="takesNewChats"
            chosen={service?.takesNewChats}
          />
          <CheckBoxes
            label="Skills that a member needs to be offered its requests"
            name="skillIds"
            of={choicesOf(skills)}
            chosen={needed?.map(({ id }) => id)}
            none="There are no skills yet."
          />
        </>
      )}
    </ThingForm>
  );
}
