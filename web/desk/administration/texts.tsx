import { useState } from 'preact/hooks';
import { Choice } from '../../parts/field';
import { Pending } from '../../parts/pending';
import { useAnswer } from '../../parts/use-answer';
import { MessagesOfService } from '../message/predefined';
import { choicesOf } from './labels';
import { SERVICES, SETTINGS } from './operations';
import { Page } from './page';
import { SettingsForm, TextSetting } from './settings';

/** What the organisation writes: of its own accord, and the predefined messages of its services. */
export function Texts() {
  const { answer, refusal, look } = useAnswer(SETTINGS, {});
  const settings = answer?.organization.settings;
  const link = 'Where <link> stands comes the link, otherwise at the end.';
  return (
    <Page title="Texts" explanation="What customers read. Leave a text empty for the built-in one." refusal={refusal} loading={!settings}>
      {settings && (
        <SettingsForm look={look} title="Invitations and replies" named={['smsInvitationText', 'emailInvitationText', 'smsHelpText']}>
          {(against) => (
            <>
              <TextSetting label="Invitation by SMS" hint={link} name="smsInvitationText" of={settings} against={against} />
              <TextSetting label="Invitation by email" hint={link} name="emailInvitationText" of={settings} against={against} />
              <TextSetting label="Reply to HELP" hint="Sent to customers who text HELP to one of your numbers." name="smsHelpText" of={settings} against={against} />
            </>
          )}
        </SettingsForm>
      )}
      <section class="part" aria-labelledby="predefined-title">
        <h3 id="predefined-title">Predefined messages</h3>
        <p class="explanation">Texts that all who work for a service can choose when they write to a customer.</p>
        <MessagesOfServices />
      </section>
    </Page>
  );
}

function MessagesOfServices() {
  const { answer } = useAnswer(SERVICES, {}, ({ organization }) => ({ after: organization.services }));
  const [chosen, setChosen] = useState('');
  const services = answer?.organization.services;
  if (!services) return <Pending />;
  if (services.length === 0) return <p class="quiet">There are no services yet.</p>;
  const serviceId = chosen || services[0]!.id;
  return (
    <>
      <Choice label="Service" of={choicesOf(services)} chosen={serviceId} onChange={(event) => setChosen(event.currentTarget.value)} />
      <MessagesOfService key={serviceId} id={serviceId} />
    </>
  );
}
