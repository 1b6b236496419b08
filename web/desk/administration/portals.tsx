import { useState } from 'preact/hooks';
import { change, newKey } from '../../client/connection';
import { CheckBox } from '../../parts/check-boxes';
import { Choice, Field } from '../../parts/field';
import { useAnswer } from '../../parts/use-answer';
import { PORTALS } from '../support/operations';
import { admits, modes, type Portal } from '../support/portal';
import { CREATE_PORTAL, UPDATE_PORTAL } from './operations';
import { ThingForm, Things } from './things';

export function Portals() {
  const { answer, refusal, look } = useAnswer(PORTALS, {}, ({ organization }) => ({ after: organization.portals }));
  return (
    <Things
      title="Portals"
      one="portal"
      explanation="The ways through which support sessions are started, and whether outside specialists may come into those."
      things={answer?.organization.portals}
      refusal={refusal}
      about={(portal) => `${modes[portal.mode]} · ${admits(portal)}`}
      form={({ thing, onSaved }) => <PortalForm portal={thing} onSaved={onSaved} />}
      look={look}
    />
  );
}

function PortalForm({ portal, onSaved }: { portal?: Portal; onSaved: () => void }) {
  const [admitting, setAdmitting] = useState(portal?.allowsSpecialists ?? false);

  function save(fields: FormData) {
    const input = { name: String(fields.get('name')), allowsSpecialists: admitting, allowsControl: admitting && fields.has('allowsControl') };
    return portal
      ? change(UPDATE_PORTAL, { input: { id: portal.id, ...input } })
      : change(CREATE_PORTAL, { input: { ...input, mode: String(fields.get('mode')) as Portal['mode'], idempotencyKey: newKey() } });
  }

  return (
    <ThingForm save={save} onSaved={onSaved} named={['name']}>
      {(against) => (
        <>
          <Field label="Name" name="name" required defaultValue={portal?.name} refusal={against('name')} />
          {portal ? (
            <p class="quiet">{modes[portal.mode]}: how a portal starts sessions stays as it is.</p>
          ) : (
            <Choice label="Mode" hint="How it starts sessions, for good." name="mode" of={Object.entries(modes)} />
          )}
          <fieldset class="check-boxes">
            <legend>Specialists</legend>
            <CheckBox label="Outside specialists may be invited" chosen={admitting} onChoose={setAdmitting} />
            <CheckBox
              label="They may be given control of keyboard and mouse"
              name="allowsControl"
              chosen={portal?.allowsControl}
              disabled={!admitting}
            />
          </fieldset>
        </>
      )}
    </ThingForm>
  );
}
