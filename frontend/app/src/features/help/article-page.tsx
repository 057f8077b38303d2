import { Anchor, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { PageHeader } from '../../components/page-header.tsx';
import { Loaded } from '../../components/part.tsx';
import { articleOptions } from './api.ts';
import { Prose } from './prose.tsx';
import { Updated } from './updated.tsx';

export function ArticlePage({ slug }: { slug: string }) {
  const article = useQuery(articleOptions(slug));
  return (
    <Stack gap="md" maw={760}>
      <Anchor size="sm" underline="always" renderRoot={(props) => <Link {...props} to="/help" />}>
        All help pages
      </Anchor>
      {!article.data && <PageHeader title="Help" />}
      <Loaded query={article} label="Loading the help page" heights={[40, 120, 160]}>
        {({ title, updated, body }) => (
          <>
            <PageHeader title={title}>
              <Updated day={updated} />
            </PageHeader>
            <Prose markdown={body} />
            <Text size="sm" c="dimmed">
              Something missing or wrong?{' '}
              <Anchor
                inherit
                underline="always"
                renderRoot={(props) => <Link {...props} to="/help" search={{ tab: 'contact' }} />}
              >
                Tell us
              </Anchor>
            </Text>
          </>
        )}
      </Loaded>
    </Stack>
  );
}
