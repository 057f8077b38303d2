import { ActionIcon, Group, Tooltip } from '@mantine/core';
import {
  IconBold,
  IconItalic,
  IconLink,
  IconList,
  IconListNumbers,
  IconUnderline,
  type TablerIcon,
} from '@tabler/icons-react';
import { type ClipboardEvent, useEffect, useRef, useState } from 'react';
import { LinkForm } from './link-form.tsx';
import { cleaned, cleanedHtml, textToHtml } from './simple-html.ts';

type Props = { id: string; first: string; describedBy: string; onChange: (html: string) => void };

/** The browser's own editing commands: old, but there is nothing else without an editor of hundreds of kilobytes. */
const command = (name: string, value?: string) => document.execCommand?.(name, false, value);

const TOOLS: { name: string; label: string; Icon: TablerIcon }[] = [
  { name: 'bold', label: 'Bold', Icon: IconBold },
  { name: 'italic', label: 'Italic', Icon: IconItalic },
  { name: 'underline', label: 'Underline', Icon: IconUnderline },
  { name: 'insertUnorderedList', label: 'List', Icon: IconList },
  { name: 'insertOrderedList', label: 'Numbered list', Icon: IconListNumbers },
];

/** A field for formatted text that holds its own content; `first` is what it begins with. */
export function RichArea({ id, first, describedBy, onChange }: Props) {
  const area = useRef<HTMLDivElement>(null);
  const [begin] = useState(first);
  const [marked, setMarked] = useState<Range | null>(null); // what the link is for, while its address is typed
  useEffect(() => area.current?.replaceChildren(cleaned(begin)), [begin]);
  const tell = () => onChange(cleanedHtml(area.current?.innerHTML ?? ''));
  const act = (name: string, value?: string) => {
    area.current?.focus();
    command(name, value);
    tell();
  };
  const link = (url: string) => {
    if (marked) select(marked);
    setMarked(null);
    if (marked && !marked.collapsed) act('createLink', url);
    else act('insertHTML', linked(url));
  };
  return (
    <div className="rich-box">
      <Group gap={4} role="toolbar" aria-label="Format" p={4}>
        {TOOLS.map(({ name, label, Icon }) => (
          <Tool key={name} label={label} Icon={Icon} onClick={() => act(name)} />
        ))}
        <Tool label="Link" Icon={IconLink} onClick={() => setMarked(selection(area.current))} />
      </Group>
      {marked && <LinkForm onLink={link} onClose={() => setMarked(null)} />}
      {/* biome-ignore lint/a11y/useSemanticElements: a text area holds no formatted text */}
      <div
        ref={area}
        id={id}
        className="rich-area"
        contentEditable
        role="textbox"
        tabIndex={0}
        aria-multiline
        aria-label="Message"
        aria-describedby={describedBy}
        onFocus={() => command('defaultParagraphSeparator', 'p')}
        onInput={tell}
        onPaste={(event) => {
          paste(event);
          tell();
        }}
      />
    </div>
  );
}

function Tool({ label, Icon, onClick }: { label: string; Icon: TablerIcon; onClick: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={label}
        onMouseDown={(event) => event.preventDefault()} // what is selected stays so
        onClick={onClick}
      >
        <Icon size={18} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

/** What comes from elsewhere brings its words, links and lists, but not its looks. */
function paste(event: ClipboardEvent): void {
  event.preventDefault();
  const html = event.clipboardData.getData('text/html');
  const text = event.clipboardData.getData('text/plain');
  if (html) command('insertHTML', cleanedHtml(html));
  else if (text.includes('\n')) command('insertHTML', textToHtml(text));
  else command('insertText', text);
}

function selection(area: HTMLElement | null): Range {
  const chosen = window.getSelection();
  const range = chosen && chosen.rangeCount > 0 ? chosen.getRangeAt(0) : null;
  if (range && area?.contains(range.commonAncestorContainer)) return range.cloneRange();
  const end = document.createRange();
  if (area) end.selectNodeContents(area);
  end.collapse(false);
  return end;
}

function select(range: Range): void {
  const chosen = window.getSelection();
  chosen?.removeAllRanges();
  chosen?.addRange(range);
}

function linked(url: string): string {
  const anchor = document.createElement('a');
  anchor.setAttribute('href', url);
  anchor.textContent = url;
  return anchor.outerHTML;
}
