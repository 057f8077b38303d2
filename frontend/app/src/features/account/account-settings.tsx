import { Stack } from '@mantine/core';
import { FactorCard } from './factor-card.tsx';
import { IdentitiesCard, type Landing } from './identities-card.tsx';
import { SessionsCard } from './sessions-card.tsx';
import { SignInCard } from './sign-in-card.tsx';

/** Everything about how this person signs in. A chunk of its own: most visits to the settings are for something else. */
export default function AccountSettings({ landing }: { landing: Landing }) {
  return (
    <Stack maw={640}>
      <SignInCard />
      <FactorCard />
      <IdentitiesCard landing={landing} />
      <SessionsCard />
    </Stack>
  );
}
