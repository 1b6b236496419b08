import { change, newKey } from '../../client/connection';
import type { ResultOf } from '../../client/graphql';
import { Choice, Field } from '../../parts/field';
import { useAnswer } from '../../parts/use-answer';
import { anyCountry, countryName } from './countries';
import { CREATE_SITE, SITES, UPDATE_SITE } from './operations';
import { ThingForm, Things } from './things';

type Site = ResultOf<typeof SITES>['organization']['sites'][number];

export function Sites() {
  const { answer, refusal, look } = useAnswer(SITES, {}, ({ organization }) => ({ after: organization.sites }));
  return (
    <Things
      title="Sites"
      one="site"
      explanation="Where members work. Calls within a site's country are local to its members."
      things={answer?.organization.sites}
      refusal={refusal}
      about={({ country }) => countryName(country)}
      form={({ thing, onSaved }) => <SiteForm site={thing} onSaved={onSaved} />}
      look={look}
    />
  );
}

function SiteForm({ site, onSaved }: { site?: Site; onSaved: () => void }) {
  function save(fields: FormData) {
    const input = { name: String(fields.get('name')), country: String(fields.get('country')) };
    return site
      ? change(UPDATE_SITE, { input: { id: site.id, ...input } })
      : change(CREATE_SITE, { input: { ...input, idempotencyKey: newKey() } });
  }
  return (
    <ThingForm save={save} onSaved={onSaved} named={['name', 'country']}>
      {(against) => (
        <>
          <Field label="Name" name="name" required defaultValue={site?.name} refusal={against('name')} />
          <Choice label="Country" name="country" required of={anyCountry} chosen={site?.country} refusal={against('country')} />
        </>
      )}
    </ThingForm>
  );
}
