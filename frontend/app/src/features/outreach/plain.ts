const LINK = /\bhttps?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/g;
const SIMPLE = new Set(['P', 'BR', 'A']);

/** Plain text as a mail's HTML: a blank line parts paragraphs, addresses become links. */
export function toHtml(text: string): string {
  const paragraphs = text.trim().split(/\n{2,}/);
  return text.trim() === '' ? '' : paragraphs.map((one) => `<p>${lines(one)}</p>`).join('');
}

const lines = (paragraph: string) => escaped(paragraph).replace(LINK, '<a href="$&">$&</a>').replaceAll('\n', '<br>');

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Back to plain text; null where the HTML says more than plain text can. */
export function toText(html: string): string | null {
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  const elements = [...body.querySelectorAll('*')];
  if (!elements.every(isSimple) || [...body.childNodes].some(isLoose)) return null;
  for (const line of body.querySelectorAll('br')) line.replaceWith('\n');
  return [...body.querySelectorAll('p')].map((one) => one.textContent ?? '').join('\n\n');
}

const isSimple = (element: Element) =>
  SIMPLE.has(element.tagName) &&
  (element.tagName === 'A' ? element.textContent === element.getAttribute('href') : element.attributes.length === 0);

const isLoose = (node: ChildNode) =>
  node.nodeName !== 'P' && !(node.nodeName === '#text' && (node.textContent ?? '').trim() === '');
