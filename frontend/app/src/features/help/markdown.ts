/** The little of Markdown that help pages use: headings, paragraphs, lists, tables; bold, code and links inside. */
export type Block =
  | { kind: 'heading'; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'list'; ordered: boolean; items: string[] }
  | { kind: 'table'; head: string[]; rows: string[][] };

const BULLET = /^(?:-|\d+\.) /;

export function blocksOf(markdown: string): Block[] {
  return markdown
    .trim()
    .split(/\n{2,}/)
    .map((part) => blockOf(part.split('\n')));
}

function blockOf(lines: string[]): Block {
  const [first = '', , ...rows] = lines;
  if (first.startsWith('#')) return { kind: 'heading', text: first.replace(/^#+ /, '') };
  if (first.startsWith('|')) return { kind: 'table', head: cells(first), rows: rows.map(cells) };
  if (BULLET.test(first)) {
    const items = lines.filter((line) => BULLET.test(line)).map((line) => line.replace(BULLET, ''));
    return { kind: 'list', ordered: !first.startsWith('-'), items };
  }
  return { kind: 'text', text: lines.join(' ') };
}

const cells = (line: string) =>
  line
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim());

export type Span = { kind: 'plain' | 'bold' | 'code'; text: string } | { kind: 'link'; text: string; href: string };

const SPANS = /\*\*([^*]+)\*\*|`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)/g;

/** Links lead to pages of ours or to the web; whatever else calls itself one stays words. */
export function spansOf(text: string): Span[] {
  const spans: Span[] = [];
  let end = 0;
  for (const match of text.matchAll(SPANS)) {
    const [whole, bold, code, label, href] = match;
    if (match.index > end) spans.push({ kind: 'plain', text: text.slice(end, match.index) });
    if (bold !== undefined) spans.push({ kind: 'bold', text: bold });
    else if (code !== undefined) spans.push({ kind: 'code', text: code });
    else if (href && /^(https:\/\/|\/(?!\/))/.test(href)) spans.push({ kind: 'link', text: label ?? '', href });
    else spans.push({ kind: 'plain', text: label ?? whole });
    end = match.index + whole.length;
  }
  if (end < text.length) spans.push({ kind: 'plain', text: text.slice(end) });
  return spans;
}
