/** Elements without markup: nothing that came from elsewhere is ever read as HTML. */
type Options = { text?: string; on?: Record<string, (event: Event) => void> } & Record<string, unknown>;

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  options: Options = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  const { text, on, ...attributes } = options;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const [name, listener] of Object.entries(on ?? {})) element.addEventListener(name, listener);
  if (text !== undefined) element.textContent = text;
  element.append(...children);
  return element;
}

/** Only what a person did counts: a page's script can press a button, too. */
export const byPerson =
  (work: () => void) =>
  (event: Event): void => {
    if (event.isTrusted) work();
  };

export const say = (element: HTMLElement, text: string): void => {
  if (element.textContent !== text) element.textContent = text;
};
