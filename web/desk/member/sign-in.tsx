import { useState } from 'preact/hooks';
import { attempt, messageOf } from '../connection';
import { Field } from '../parts/field';
import * as session from '../session';
import { SIGN_IN } from './operations';

export function SignIn() {
  const [refusal, setRefusal] = useState('');
  const [busy, setBusy] = useState(false);

  async function signIn(submission: SubmitEvent) {
    submission.preventDefault();
    const form = new FormData(submission.currentTarget as HTMLFormElement);
    setBusy(true);
    try {
      const { signIn } = await attempt(SIGN_IN, { email: String(form.get('email')), password: String(form.get('password')) });
      setRefusal(signIn.userErrors.map((error) => error.message).join(' '));
      if (signIn.accessToken) session.begin(signIn.accessToken);
    } catch (error) {
      setRefusal(messageOf(error));
    }
    setBusy(false);
  }

  return (
    <main class="sign-in">
      <h1>Desk</h1>
      <form onSubmit={signIn}>
        <Field label="Email" name="email" type="email" autocomplete="username" required />
        <Field label="Password" name="password" type="password" autocomplete="current-password" required />
        <p class="refusal" role="alert">{refusal}</p>
        <button disabled={busy}>Sign in</button>
      </form>
    </main>
  );
}
