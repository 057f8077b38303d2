import { signIn as postSignIn, signUp as postSignUp } from '@mailwarden/api-client';

export type Credentials = { email: string; password: string };

export async function signIn({ email, password }: Credentials): Promise<void> {
  await postSignIn({ body: { email, password } });
}

export async function signUp(body: Credentials & { name: string; organization_name: string }): Promise<void> {
  const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone; // the organization's, until somebody changes it
  await postSignUp({ body: { ...body, time_zone } });
}
