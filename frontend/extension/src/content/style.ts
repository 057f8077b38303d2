/** Inside a shadow root, so that neither Gmail's styles nor ours reach the other. */
const CSS = `
:host { all: initial; display: inline-block; color-scheme: light dark; font: 14px/1.45 system-ui, sans-serif;
  --ink: light-dark(#1c1d22, #f0f1f5); --dim: light-dark(#4d5058, #b9bdc9); --paper: light-dark(#fff, #23252d);
  --edge: light-dark(#767a85, #8a8f9d); --brand: light-dark(#4338ca, #4f46e5); --bad: light-dark(#a1260d, #ffb4a3);
  --bad-paper: light-dark(#fdeeea, #3b221c); --good: light-dark(#14613f, #8fdcb6); }
* { box-sizing: border-box; } [hidden] { display: none !important; }
button, select { font: inherit; color: inherit; }
button { cursor: pointer; border-radius: 8px; border: 1px solid var(--edge); background: var(--paper); color: var(--ink);
  padding: 6px 12px; min-height: 32px; }
button:disabled { cursor: default; opacity: .65; }
button:focus-visible, select:focus-visible { outline: 2px solid var(--brand); outline-offset: 2px; }
button.main { background: var(--brand); border-color: var(--brand); color: #fff; }
button.open { margin: 0 8px; white-space: nowrap; max-width: 260px; overflow: hidden; text-overflow: ellipsis; }
button.open.bad { color: var(--bad); border-color: var(--bad); background: var(--bad-paper); }
.panel, .toast { position: fixed; margin: 0; inset: auto; width: 340px; max-width: calc(100vw - 24px); padding: 14px 16px;
  max-height: calc(100vh - 24px); overflow: auto; color: var(--ink); background: var(--paper);
  border: 1px solid var(--edge); border-radius: 12px; box-shadow: 0 8px 28px rgb(0 0 0 / .28); }
.toast { right: 24px; bottom: 24px; }
header, .row { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; }
header { justify-content: space-between; flex-wrap: nowrap; } h2 { font-size: 16px; margin: 0; }
.row { margin-top: 12px; } p { margin: 6px 0 0; } .dim { color: var(--dim); font-size: 13px; }
.good { color: var(--good); } strong { font-weight: 600; }
.box { margin-top: 10px; padding: 10px 12px; border-radius: 8px; color: var(--bad); background: var(--bad-paper); }
.box.calm { color: var(--ink); background: light-dark(#eef0f7, #2f323d); }
.box button { margin: 8px 8px 0 0; } label { display: block; margin-top: 10px; font-weight: 600; }
select { width: 100%; margin-top: 4px; font-weight: 400; padding: 6px; min-height: 32px; border-radius: 8px; border: 1px solid var(--edge);
  background: var(--paper); color: var(--ink); }
`;

/** A place for our elements; keys that are pressed in it are no shortcuts of Gmail's. */
export function shadowHost(): { host: HTMLElement; root: ShadowRoot } {
  const host = document.createElement('span');
  host.dataset['mailwarden'] = 'part';
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  root.adoptedStyleSheets = [sheet];
  for (const kind of ['keydown', 'keypress', 'keyup']) host.addEventListener(kind, (event) => event.stopPropagation());
  return { host, root };
}
