/** What can be written in the plain editor; HTML that says more is edited as HTML. */
const TAGS = new Set(['P', 'DIV', 'BR', 'B', 'STRONG', 'I', 'EM', 'U', 'A', 'UL', 'OL', 'LI', 'BLOCKQUOTE', 'SPAN']);
const HARMLESS = new Set(['rel', 'target', 'dir']);
const LINK = /^(https?:|mailto:)/i;

const parse = (html: string) => new DOMParser().parseFromString(html, 'text/html').body;

/** Nothing of it would be lost in the plain editor. */
export const isSimple = (html: string): boolean => [...parse(html).querySelectorAll('*')].every(isKnown);

function isKnown(element: Element): boolean {
  const attributes = [...element.attributes].filter(({ name }) => !HARMLESS.has(name));
  if (element.tagName === 'A') return attributes.every(({ name, value }) => name === 'href' && LINK.test(value));
  return TAGS.has(element.tagName) && attributes.length === 0;
}

/** The same, made anew of nothing but known elements: fit for a page of ours, wherever it came from. */
export function cleaned(html: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  copyInto(fragment, parse(html));
  return fragment;
}

function copyInto(to: Node, from: Node): void {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) to.appendChild(document.createTextNode(node.textContent ?? ''));
    else if (node instanceof Element) copyElement(to, node);
  }
}

const SILENT = new Set(['SCRIPT', 'STYLE', 'TEMPLATE', 'NOSCRIPT', 'IFRAME', 'OBJECT']);

function copyElement(to: Node, element: Element): void {
  if (SILENT.has(element.tagName)) return;
  if (!TAGS.has(element.tagName)) {
    copyInto(to, element);
    return;
  }
  const copy = document.createElement(element.tagName);
  const href = element.getAttribute('href') ?? '';
  if (element.tagName === 'A' && LINK.test(href)) copy.setAttribute('href', href);
  copyInto(copy, element);
  to.appendChild(copy);
}

export function cleanedHtml(html: string): string {
  const box = document.createElement('div');
  box.append(cleaned(html));
  return box.textContent?.trim() ? box.innerHTML : '';
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A blank line parts paragraphs. */
export function textToHtml(text: string): string {
  if (text.trim() === '') return '';
  const paragraphs = text.trim().split(/\n{2,}/);
  return paragraphs.map((one) => `<p>${escaped(one).replaceAll('\n', '<br>')}</p>`).join('');
}
