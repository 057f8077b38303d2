/** The browser as far as the extension uses it, in memory. It stands in for Chrome, and for nothing of ours. */
import { vi } from 'vitest';

type Values = Record<string, unknown>;
type Listener = (...given: never[]) => unknown;

export const ID = 'olcoaanmgdabogfbcdegjbihbkldphkm';

class Area {
  values: Values = {};
  level = '';
  /** Fails the next write, as a full disk would. */
  async get(name: string): Promise<Values> {
    return name in this.values ? { [name]: structuredClone(this.values[name]) } : {};
  }
  async set(values: Values): Promise<void> {
    Object.assign(this.values, structuredClone(values));
  }
  async remove(names: string | string[]): Promise<void> {
    for (const name of [names].flat()) delete this.values[name];
  }
  async setAccessLevel({ accessLevel }: { accessLevel: string }): Promise<void> {
    this.level = accessLevel;
  }
}

class Happening {
  listeners: Listener[] = [];
  addListener(listener: Listener): void {
    this.listeners.push(listener);
  }
}

export type Browser = ReturnType<typeof installBrowser>;

/** `consent` answers the address of the authorization page with where the browser landed. */
export function installBrowser() {
  const browser = {
    local: new Area(),
    session: new Area(),
    allowed: true,
    consent: async (_url: string): Promise<string | undefined> => undefined,
    opened: [] as { url: string; openerTabId?: number }[],
    focused: [] as number[],
    told: [] as number[],
    gmailTabs: [{ id: 7 }],
    options: 0,
    rules: [] as unknown[],
    runtime: { onMessage: new Happening(), onUpdated: new Happening(), onRemoved: new Happening() },
  };
  vi.stubGlobal('chrome', chromeOf(browser));
  return browser;
}

function chromeOf(browser: {
  local: Area;
  session: Area;
  allowed: boolean;
  consent: (url: string) => Promise<string | undefined>;
  opened: { url: string; openerTabId?: number }[];
  focused: number[];
  told: number[];
  gmailTabs: { id: number }[];
  options: number;
  rules: unknown[];
  runtime: { onMessage: Happening; onUpdated: Happening; onRemoved: Happening };
}) {
  return {
    storage: { local: browser.local, session: browser.session },
    declarativeNetRequest: {
      updateSessionRules: async ({ addRules }: { addRules: unknown[] }) => {
        browser.rules = addRules;
      },
    },
    permissions: { contains: async () => browser.allowed },
    identity: {
      getRedirectURL: (path: string) => `https://${ID}.chromiumapp.org/${path}`,
      launchWebAuthFlow: ({ url }: { url: string }) => browser.consent(url),
    },
    runtime: {
      id: ID,
      getManifest: () => ({ version: '0.1.0' }),
      onMessage: browser.runtime.onMessage,
      openOptionsPage: async () => {
        browser.options += 1;
      },
    },
    tabs: {
      onUpdated: browser.runtime.onUpdated,
      onRemoved: browser.runtime.onRemoved,
      query: async () => browser.gmailTabs,
      sendMessage: async (tab: number) => browser.told.push(tab),
      create: async (given: { url: string; openerTabId?: number }) => {
        browser.opened.push(given);
        return { id: 100 + browser.opened.length };
      },
      update: async (tab: number) => browser.focused.push(tab),
    },
  };
}
