/** The mail's text as Gmail's editor holds it. */
import type { Tracking } from '../../shared/protocol.ts';

const GMAIL_HOST = 'mail.google.com';
/** Pictures of ours: of a try before, or quoted from a mail that was tracked. Gmail may have dropped our mark. */
const PICTURES = 'img[data-mailwarden], img[width="1"][height="1"][src*="/t/o/"]';

/** A copy is read: nothing in the draft is touched. */
export function bodyHtml(body: HTMLElement): string {
  const copy = body.cloneNode(true) as HTMLElement;
  for (const element of copy.querySelectorAll(`script, style, [data-mailwarden], ${PICTURES}`)) element.remove();
  return copy.innerHTML.trim();
}

export const bodyText = (body: HTMLElement): string => (body.innerText ?? body.textContent ?? '').trim();

/** Pictures that were put into the draft lie at Gmail; only those with an address of the open web can be sent by others. */
export function hasPictures(body: HTMLElement): boolean {
  return [...body.querySelectorAll('img:not([data-mailwarden])')].some((picture) => {
    const source = picture.getAttribute('src') ?? '';
    const open = /^https?:\/\//i.test(source) && URL.canParse(source) && new URL(source).hostname !== GMAIL_HOST;
    return !open;
  });
}

/** Only links with exactly the address that was registered are changed. Calling the result puts all back. */
export function rewriteBody(body: HTMLElement, tracking: Tracking): () => void {
  const undo: (() => void)[] = [];
  for (const anchor of body.querySelectorAll('a[href]')) {
    const before = anchor.getAttribute('href') ?? '';
    const link = tracking.links.find((one) => one.from === before);
    if (!link) continue;
    anchor.setAttribute('href', link.to);
    undo.push(() => anchor.setAttribute('href', before));
  }
  if (tracking.pixel !== null) undo.push(append(body, tracking.pixel));
  tell(body);
  return () => {
    for (const one of undo) one();
    tell(body);
  };
}

/** A picture of an earlier try, which Gmail saved with the draft, goes. */
function append(body: HTMLElement, source: string): () => void {
  for (const picture of body.querySelectorAll(PICTURES)) picture.remove();
  const pixel = document.createElement('img');
  for (const [name, value] of Object.entries({ width: '1', height: '1', alt: '', 'data-mailwarden': 'open' })) {
    pixel.setAttribute(name, value);
  }
  pixel.src = source;
  body.append(pixel);
  return () => pixel.remove();
}

/** So that Gmail saves the draft as it is now. */
const tell = (body: HTMLElement): boolean => body.dispatchEvent(new InputEvent('input', { bubbles: true }));
