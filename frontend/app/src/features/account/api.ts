import {
  cancelEmailChange,
  changeEmail,
  changePassword,
  confirmSecondFactor,
  disableSecondFactor,
  endOtherSessions,
  endSession,
  linkIdentity,
  renewRecoveryCodes,
  replaceSignUpAddress,
  resendVerification,
  setUpSecondFactor,
  unlinkIdentity,
} from '@mailwarden/api-client';
import {
  getEmailOptions,
  getMeQueryKey,
  getSecondFactorOptions,
  getVerificationOptions,
  listIdentitiesOptions,
  listIdentityProvidersOptions,
  listSessionsOptions,
} from '@mailwarden/api-client/react-query';
import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';

/** Confirmed in another tab or on the phone, the banner goes by itself. */
export const verificationOptions = () => ({ ...getVerificationOptions(), refetchInterval: 15_000 });
export const emailOptions = () => getEmailOptions();
export const sessionsOptions = () => listSessionsOptions();
export const factorOptions = () => getSecondFactorOptions();
export const identitiesOptions = () => listIdentitiesOptions();
export const providersOptions = () => listIdentityProvidersOptions();

/** A change whose view shows its failure; then what it changed is read anew. */
function useChange<V, R>(mutationFn: (values: V) => Promise<R>, stale: () => QueryKey[]) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    meta: { inline: true },
    onSuccess: () => Promise.all(stale().map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}

const verification = () => getVerificationOptions().queryKey;
const email = () => getEmailOptions().queryKey;
const sessions = () => listSessionsOptions().queryKey;
const factor = () => getSecondFactorOptions().queryKey;
const identities = () => listIdentitiesOptions().queryKey;

export const useResend = () =>
  useChange(
    async () => (await resendVerification()).data,
    () => [verification()],
  );

export const useReplaceAddress = () =>
  useChange(
    async (address: string) => (await replaceSignUpAddress({ body: { email: address } })).data,
    () => [verification(), getMeQueryKey()],
  );

export const useChangePassword = () =>
  useChange(
    (body: { current_password: string; new_password: string }) => changePassword({ body }),
    () => [sessions()],
  );

export const useChangeEmail = () =>
  useChange(
    (body: { current_password: string; new_email: string }) => changeEmail({ body }),
    () => [email()],
  );

export const useCancelEmailChange = () =>
  useChange(
    () => cancelEmailChange(),
    () => [email()],
  );

export const useEndSession = () =>
  useChange(
    (session_id: string) => endSession({ path: { session_id } }),
    () => [sessions()],
  );

export const useEndOtherSessions = () =>
  useChange(
    () => endOtherSessions(),
    () => [sessions()],
  );

export const useSetUpFactor = () =>
  useChange(
    async (current_password: string) => (await setUpSecondFactor({ body: { current_password } })).data,
    () => [],
  );

export const useConfirmFactor = () =>
  useChange(
    async (code: string) => (await confirmSecondFactor({ body: { code } })).data.recovery_codes,
    () => [factor(), sessions()],
  );

type PasswordAndCode = { current_password: string; code: string };

export const useDisableFactor = () =>
  useChange(
    (body: PasswordAndCode) => disableSecondFactor({ body }),
    () => [factor()],
  );

export const useRenewCodes = () =>
  useChange(
    async (body: PasswordAndCode) => (await renewRecoveryCodes({ body })).data.recovery_codes,
    () => [factor()],
  );

export const useLinkIdentity = (provider: string) =>
  useChange(
    async (current_password: string) =>
      (await linkIdentity({ path: { provider }, body: { current_password } })).data.authorize_url,
    () => [],
  );

export const useUnlinkIdentity = () =>
  useChange(
    (identity_id: string) => unlinkIdentity({ path: { identity_id } }),
    () => [identities()],
  );
