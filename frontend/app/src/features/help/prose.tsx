import { Anchor, Code, List, Text, Title } from '@mantine/core';
import { BareTable, TableBox } from '../../components/data-table.tsx';
import { type Block, blocksOf, spansOf } from './markdown.ts';

/** A help page's Markdown as elements: nothing of it is ever read as HTML. */
export function Prose({ markdown }: { markdown: string }) {
  return blocksOf(markdown).map((block, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a page's parts have no id and never change places
    <Part key={index} block={block} />
  ));
}

function Part({ block }: { block: Block }) {
  switch (block.kind) {
    case 'heading':
      return <Title order={2}>{block.text}</Title>;
    case 'text':
      return (
        <Text size="sm" lh={1.65}>
          <Spans text={block.text} />
        </Text>
      );
    case 'list':
      return (
        <List size="sm" type={block.ordered ? 'ordered' : 'unordered'} spacing="xs">
          {block.items.map((item) => (
            <List.Item key={item}>
              <Spans text={item} />
            </List.Item>
          ))}
        </List>
      );
    case 'table':
      return <Table head={block.head} rows={block.rows} />;
  }
}

function Table({ head, rows }: { head: string[]; rows: string[][] }) {
  const columns = head.map((title, at) => ({
    head: title,
    cell: (row: string[]) => <Spans text={row[at] ?? ''} />,
  }));
  return (
    <TableBox label={`Table: ${head.join(', ')}`}>
      <BareTable columns={columns} rows={rows} rowKey={(row) => row.join('|')} />
    </TableBox>
  );
}

function Spans({ text }: { text: string }) {
  return spansOf(text).map((span, index) => {
    // a span's place is what it is: they have no id and never move
    const key = `${index} ${span.text}`;
    if (span.kind === 'link') {
      return (
        <Anchor key={key} inherit underline="always" href={span.href}>
          {span.text}
        </Anchor>
      );
    }
    if (span.kind === 'bold') return <strong key={key}>{span.text}</strong>;
    if (span.kind === 'code') return <Code key={key}>{span.text}</Code>;
    return <span key={key}>{span.text}</span>;
  });
}
