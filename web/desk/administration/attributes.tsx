import { useState } from 'preact/hooks';
import type { FragmentOf } from '../../client/graphql';
import { CheckBoxes } from '../../parts/check-boxes';
import { Choice } from '../../parts/field';
import { Radios } from '../../parts/radios';
import { type Role, roles } from '../member/roles';
import { channels, choicesOf, type Channel, type ClassOfService, classesOfService } from './labels';
import type { GRANTABLE } from './operations';
import './attributes.css';

/** What a member is given besides their role. */
export interface Attributes {
  channels: Channel[];
  classOfService: ClassOfService;
  serviceIds: string[];
  siteIds: string[];
  skillIds: string[];
}

export const noAttributes: Attributes = { channels: [], classOfService: 'INTERNAL', serviceIds: [], siteIds: [], skillIds: [] };

/** The fields for it; `attributesIn` reads them. */
export function AttributeFields({ of, chosen }: { of: FragmentOf<typeof GRANTABLE>; chosen: Attributes }) {
  return (
    <div class="member-attributes">
      <CheckBoxes label="Channels" name="channels" of={channels} chosen={chosen.channels} />
      <Choice
        label="Class of service"
        hint="Which private calls they may make."
        name="classOfService"
        of={classesOfService}
        chosen={chosen.classOfService}
      />
      <CheckBoxes label="Services" name="serviceIds" of={choicesOf(of.services)} chosen={chosen.serviceIds} none="There are no services yet." />
      <CheckBoxes label="Sites" name="siteIds" of={choicesOf(of.sites)} chosen={chosen.siteIds} none="There are no sites yet." />
      <CheckBoxes label="Skills" name="skillIds" of={choicesOf(of.skills)} chosen={chosen.skillIds} none="There are no skills yet." />
    </div>
  );
}

export function attributesIn(fields: FormData): Attributes {
  const all = (name: string) => fields.getAll(name).map(String);
  return {
    channels: all('channels') as Channel[],
    classOfService: String(fields.get('classOfService')) as ClassOfService,
    serviceIds: all('serviceIds'),
    siteIds: all('siteIds'),
    skillIds: all('skillIds'),
  };
}

/** What differs from what was chosen before. What is not said stays, whoever else has changed it meanwhile. */
export function changesOf(attributes: Attributes, before: Attributes): Partial<Attributes> {
  const sorted = (value: string | string[]) => [value].flat().sort().join();
  const names = Object.keys(attributes) as (keyof Attributes)[];
  const changed = names.filter((name) => sorted(attributes[name]) !== sorted(before[name]));
  return Object.fromEntries(changed.map((name) => [name, attributes[name]]));
}

const choices = Object.entries(roles).map(([role, { name, may }]) => [role as Role, name, may] as const);

/** The role, each with what it may do; in a form's data under `role`. */
export function RoleChoice({ chosen, refusal }: { chosen: Role; refusal?: string }) {
  const [role, setRole] = useState(chosen);
  return (
    <div class="member-roles">
      <Radios label="Role" name="role" of={choices} chosen={role} onChoose={setRole} refusal={refusal} />
    </div>
  );
}

export function roleIn(fields: FormData) {
  return String(fields.get('role')) as Role;
}
