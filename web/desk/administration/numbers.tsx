import { useState } from 'preact/hooks';
import { ask, change, newKey } from '../../client/connection';
import type { ResultOf } from '../../client/graphql';
import { Confirm } from '../../parts/confirm';
import { Choice, Field } from '../../parts/field';
import { Row } from '../../parts/row';
import { useAnswer } from '../../parts/use-answer';
import { useSubmission } from '../../parts/use-submission';
import { anyCountry, countryName } from './countries';
import { AVAILABLE_NUMBERS, GET_NUMBER, NUMBERS, RELEASE_NUMBER } from './operations';
import { Page } from './page';

type Organization = ResultOf<typeof NUMBERS>['organization'];
type Held = Organization['phoneNumbers'][number];
type Available = NonNullable<ResultOf<typeof AVAILABLE_NUMBERS>['organization']['availablePhoneNumbers']>[number];

/** The numbers that the organisation holds, and how it comes to others. */
export function Numbers() {
  const { answer, refusal, look } = useAnswer(NUMBERS, {}, ({ organization: { phoneNumbers, services } }) => ({ phoneNumbers, services }));
  const [said, setSaid] = useState('');
  const [leaving, setLeaving] = useState<Held | null>(null);
  const organization = answer?.organization;

  function done(sentence: string) {
    setSaid(sentence);
    look();
  }

  return (
    <Page
      title="Numbers"
      explanation="From these, text messages are sent and received. While there is none, there are no text messages."
      said={said}
      refusal={refusal}
      loading={!organization}
    >
      {organization?.phoneNumbers.length === 0 && <p class="quiet">You hold no number.</p>}
      <ul class="rows">
        {organization?.phoneNumbers.map((held) => (
          <Row key={held.id}>
            <strong>{held.number}</strong>
            <span>{countryName(held.country)}</span>
            <span class="quiet">{users(organization, held).join(', ') || 'Used by no service'}</span>
            <span class="actions">
              <button class="quiet" aria-label={`Release ${held.number}`} onClick={() => setLeaving(held)}>Release</button>
            </span>
          </Row>
        ))}
      </ul>
      <GetNumber onGot={done} />
      {leaving && <Release held={leaving} organization={organization!} onReleased={done} onClose={() => setLeaving(null)} />}
    </Page>
  );
}

/** The names of the services that use a number. */
function users({ services }: Organization, { id }: Held) {
  return services.filter(({ phoneNumber }) => phoneNumber?.id === id).map(({ name }) => name);
}

interface ReleaseProps {
  held: Held;
  organization: Organization;
  onReleased: (sentence: string) => void;
  onClose: () => void;
}

function Release({ held, organization, onReleased, onClose }: ReleaseProps) {
  const losing = users(organization, held);
  async function release() {
    const { releasePhoneNumber } = await change(RELEASE_NUMBER, { id: held.id });
    if (releasePhoneNumber.phoneNumber) onReleased(`${held.number} is released.`);
    return releasePhoneNumber.userErrors;
  }
  return (
    <Confirm
      title={`Release ${held.number}?`}
      action="Release"
      work={release}
      onClose={onClose}
      acknowledgement="I know that the number may not come back."
    >
      {losing.length > 0 ? <p>These services lose text messages: <strong>{losing.join(', ')}</strong>.</p> : <p>No service uses it.</p>}
      {organization.phoneNumbers.length === 1 && <p>It is your only number: without it nobody can be invited or written to by text message.</p>}
    </Confirm>
  );
}

/** A number of a country, and of an area where one is given, is chosen and bought. */
function GetNumber({ onGot }: { onGot: (sentence: string) => void }) {
  const [offered, setOffered] = useState<Available[] | null>(null);
  const [wanted, setWanted] = useState<Available | null>(null);

  const form = useSubmission(async (fields) => {
    setOffered(null);
    const areaCode = String(fields.get('areaCode')).trim() || null;
    const { organization } = await ask(AVAILABLE_NUMBERS, { country: String(fields.get('country')), areaCode });
    setOffered(organization.availablePhoneNumbers ?? []);
    return [];
  });

  function got(sentence: string) {
    setOffered(null);
    onGot(sentence);
  }

  return (
    <section class="part" aria-labelledby="get-title">
      <h3 id="get-title">Get a number</h3>
      <form class="form search" onSubmit={form.submit}>
        <Choice label="Country" name="country" required of={anyCountry} />
        <Field label="Area code" hint="Without the 0. Empty for mobile numbers." name="areaCode" inputMode="numeric" />
        <p class="refusal" role="alert">{form.note()}</p>
        <button class="quiet" disabled={form.busy}>See what is available</button>
      </form>
      <p class="said" role="status">{sentenceOf(offered)}</p>
      <ul class="rows" aria-label="Available numbers">
        {offered?.map((available) => (
          <Row key={available.number}>
            <strong>{available.number}</strong>
            <span class="quiet">{available.areaCode && `Area ${available.areaCode}`}</span>
            <span class="actions">
              <button aria-label={`Get Number ${available.number}`} onClick={() => setWanted(available)}>Get Number</button>
            </span>
          </Row>
        ))}
      </ul>
      {wanted && <Purchase number={wanted.number} onGot={got} onClose={() => setWanted(null)} />}
    </section>
  );
}

function sentenceOf(offered: Available[] | null) {
  if (!offered) return '';
  return offered.length > 0 ? `${offered.length} can be had.` : 'There is none at the moment. Try another area.';
}

interface PurchaseProps {
  number: string;
  onGot: (sentence: string) => void;
  onClose: () => void;
}

/** It spends money: whatever happens on the way, one key buys the number once. */
function Purchase({ number, onGot, onClose }: PurchaseProps) {
  const [key] = useState(newKey);
  async function buy() {
    const { purchasePhoneNumber } = await change(GET_NUMBER, { number, key });
    const status = purchasePhoneNumber.phoneNumber?.status;
    if (status) onGot(status === 'HELD' ? `${number} is yours.` : `${number} is being bought. It is listed once the carrier has said so.`);
    return purchasePhoneNumber.userErrors;
  }
  return (
    <Confirm title={`Get ${number}?`} action="Get Number" work={buy} onClose={onClose}>
      <p>The carrier charges for it from now on, until it is released.</p>
    </Confirm>
  );
}
