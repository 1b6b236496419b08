import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { change } from '../../client/connection';
import type { ResultOf, VariablesOf } from '../../client/graphql';
import { Field, LongField } from '../../parts/field';
import { useAnswer } from '../../parts/use-answer';
import { useSubmission } from '../../parts/use-submission';
import { SETTINGS, UPDATE_SETTINGS } from './operations';
import { Page } from './page';

type OrganizationSettings = ResultOf<typeof SETTINGS>['organization']['settings'];
type Input = VariablesOf<typeof UPDATE_SETTINGS>['input'];

export function Settings() {
  const { answer, refusal, look } = useAnswer(SETTINGS, {});
  const settings = answer?.organization.settings;
  return (
    <Page title="Settings" explanation="How the organisation does things." refusal={refusal} loading={!settings}>
      {settings && (
        <SettingsForm look={look} title="Rooms" named={['roomTimeoutDays', 'roomTimedOutText']}>
          {(against) => (
            <>
              <Field
                label="Days without activity"
                hint="After so many a room is timed out, 3 to 3,650: the customer can write again once re-invited."
                name="roomTimeoutDays"
                type="number"
                inputMode="numeric"
                required
                defaultValue={settings.roomTimeoutDays}
                refusal={against('roomTimeoutDays')}
              />
              <TextSetting
                label="What a customer is told of a room that is timed out"
                hint="Leave it empty for the built-in text."
                name="roomTimedOutText"
                of={settings}
                against={against}
              />
            </>
          )}
        </SettingsForm>
      )}
    </Page>
  );
}

interface SettingsFormProps {
  title: string;
  /** The names of its fields: settings are called the same in the form and in the API. */
  named: (keyof Input)[];
  look: () => void;
  children: (against: (name: string) => string) => ComponentChildren;
}

/** Some of the settings. The others stay as they are. */
export function SettingsForm({ title, named, look, children }: SettingsFormProps) {
  const [said, setSaid] = useState('');
  const form = useSubmission(async (fields) => {
    setSaid('');
    const { updateSettings } = await change(UPDATE_SETTINGS, { input: settingsIn(fields) });
    if (updateSettings.settings) {
      setSaid('Saved.');
      look();
    }
    return updateSettings.userErrors;
  });
  return (
    <form class="form part" onSubmit={form.submit} noValidate>
      <h3>{title}</h3>
      {children(form.against)}
      <p class="refusal" role="alert">{form.note(...named)}</p>
      <p class="said" role="status">{said}</p>
      <button disabled={form.busy}>Save</button>
    </form>
  );
}

function settingsIn(fields: FormData): Input {
  const days = fields.get('roomTimeoutDays');
  return { ...Object.fromEntries(fields), ...(days !== null && { roomTimeoutDays: Number(days) }) };
}

interface TextSettingProps {
  label: string;
  hint: string;
  name: Exclude<keyof OrganizationSettings, 'roomTimeoutDays'>;
  of: OrganizationSettings;
  against: (name: string) => string;
}

export function TextSetting({ label, hint, name, of, against }: TextSettingProps) {
  return (
    <LongField label={label} hint={`${hint} At most 1,000 characters.`} name={name} rows={3} defaultValue={of[name]} refusal={against(name)} />
  );
}
