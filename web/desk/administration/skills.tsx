import { change, newKey } from '../../client/connection';
import { Field } from '../../parts/field';
import { useAnswer } from '../../parts/use-answer';
import { CREATE_SKILL, SKILLS, UPDATE_SKILL } from './operations';
import { ThingForm, Things } from './things';

export function Skills() {
  const { answer, refusal, look } = useAnswer(SKILLS, {}, ({ organization }) => ({ after: organization.skills }));
  return (
    <Things
      title="Skills"
      one="skill"
      explanation="What members can do, such as a language. A service may need some of them."
      things={answer?.organization.skills}
      refusal={refusal}
      form={({ thing, onSaved }) => <SkillForm skill={thing} onSaved={onSaved} />}
      look={look}
    />
  );
}

function SkillForm({ skill, onSaved }: { skill?: { id: string; name: string }; onSaved: () => void }) {
  function save(fields: FormData) {
    const name = String(fields.get('name'));
    return skill
      ? change(UPDATE_SKILL, { input: { id: skill.id, name } })
      : change(CREATE_SKILL, { input: { name, idempotencyKey: newKey() } });
  }
  return (
    <ThingForm save={save} onSaved={onSaved} named={['name']}>
      {(against) => <Field label="Name" name="name" required defaultValue={skill?.name} refusal={against('name')} />}
    </ThingForm>
  );
}
