import { attempt } from '../../client/connection';
import * as session from '../../client/session';
import { Field } from '../../parts/field';
import { useSubmission } from '../../parts/use-submission';
import { SIGN_IN } from './operations';
import './sign-in.css';

export function SignIn() {
  const form = useSubmission(async (fields) => {
    const { signIn } = await attempt(SIGN_IN, { email: String(fields.get('email')), password: String(fields.get('password')) });
    if (signIn.accessToken) session.begin({ accessToken: signIn.accessToken });
    return signIn.userErrors;
  });
  return (
    <main class="sign-in">
      <h1>Parley <span>Desk</span></h1>
      <p role="status">{session.farewell}</p>
      <form onSubmit={form.submit}>
        <Field label="Email" name="email" type="email" autocomplete="username" required />
        <Field label="Password" name="password" type="password" autocomplete="current-password" required />
        <p class="refusal" role="alert">{form.note()}</p>
        <button disabled={form.busy}>Sign in</button>
      </form>
    </main>
  );
}
