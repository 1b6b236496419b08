import { useState } from 'preact/hooks';
import { Choice, Field } from '../../parts/field';
import { Heading } from '../../parts/heading';
import { BackIcon } from '../../parts/icons';
import { addressOf, go } from '../address';
import { me } from '../member/me';
import type { Contact } from './contact';
import { look } from './conversations';
import { TextForm } from './text-form';

/** A new text message. During a call for a service it goes to that customer; otherwise the member says to whom, and for what. */
export function ContactPanel({ contact }: { contact: Contact }) {
  const services = contact.services?.filter((service) => service.supportsSms) ?? [];
  const [serviceId, setServiceId] = useState(services[0]?.id);
  const [to, setTo] = useState('');
  const call = me.value?.call?.service ? me.value.call : null;

  return (
    <section class="contact" aria-labelledby="contact-title">
      <header>
        <a class="back" href={addressOf('texts')}><BackIcon /> Text messages</a>
        <Heading id="contact-title">New text message</Heading>
      </header>
      {services.length === 0 && !call && <p class="notice">None of your services sends text messages: an administrator can give you one that does.</p>}
      <TextForm
        contact={contact}
        target={call ? { callId: call.id } : { serviceId, to }}
        serviceId={call?.service?.id ?? serviceId}
        to={call?.number ?? to}
        onSent={({ conversation }) => {
          look();
          if (conversation) go('texts', conversation.id);
        }}
      >
        {(against) =>
          call ? (
            <p class="notice">To {call.number}, with whom you speak for {call.service!.name}.</p>
          ) : (
            <>
              <Choice
                label="Service"
                of={services.map(({ id, name }) => [id, name] as const)}
                chosen={serviceId}
                onChange={(event) => setServiceId(event.currentTarget.value)}
              />
              <Field
                label="Customer's number"
                type="tel"
                required
                value={to}
                onInput={(event) => setTo(event.currentTarget.value)}
                refusal={against('to')}
              />
            </>
          )
        }
      </TextForm>
    </section>
  );
}
