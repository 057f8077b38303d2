import { Anchor, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Line, Lines, Loaded } from '../../components/part.tsx';
import { EmptyState } from '../../components/states.tsx';
import type { Article } from '../../lib/types.ts';
import { articlesOptions } from './api.ts';
import { Updated } from './updated.tsx';

type Props = { q: string; onSearch: (q: string | undefined) => void };

export function Articles({ q, onSearch }: Props) {
  const [words, setWords] = useState(q);
  const search = useDebouncedCallback((next: string) => onSearch(next.trim() || undefined), 250);
  const articles = useQuery({ ...articlesOptions(q), placeholderData: keepPreviousData });
  return (
    <Stack>
      <search aria-label="Help pages">
        <TextInput
          type="search"
          label="Search the help pages"
          leftSection={<IconSearch size={16} aria-hidden />}
          maw={480}
          value={words}
          onChange={(e) => {
            setWords(e.target.value);
            search(e.target.value);
          }}
        />
      </search>
      <Loaded query={articles} label="Loading help pages" heights={[60, 60, 60]}>
        {(list: Article[]) => (list.length === 0 ? <Nothing /> : <Found list={list} />)}
      </Loaded>
    </Stack>
  );
}

function Found({ list }: { list: Article[] }) {
  return (
    <Lines label="Help pages">
      {list.map(({ slug, title, summary, excerpt, updated }) => (
        <Line
          key={slug}
          name={
            <Anchor
              inherit
              underline="always"
              renderRoot={(props) => <Link {...props} to="/help/$slug" params={{ slug }} />}
            >
              {title}
            </Anchor>
          }
          action={
            <Text size="xs" c="dimmed">
              <Updated day={updated} />
            </Text>
          }
        >
          {excerpt ?? summary}
        </Line>
      ))}
    </Lines>
  );
}

function Nothing() {
  return (
    <EmptyState title="No page holds all of these words">Try fewer, or write to us: we answer by e-mail.</EmptyState>
  );
}
