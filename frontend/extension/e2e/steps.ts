/** What a person does in Gmail's compose window. */
import type { BrowserContext, Locator, Page } from 'playwright-core';

export class Compose {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** `people`: Gmail's buttons do nothing for scripts, as if its page had changed. */
  static async open(context: BrowserContext, address: string, people = false): Promise<Compose> {
    const page = await context.newPage();
    const asked = new URLSearchParams({ as: address, ...(people ? { people: 'only' } : {}) });
    await page.goto(`https://mail.google.com/mail/u/0/?${asked}`);
    return new Compose(page);
  }

  get window(): Locator {
    return this.page.getByRole('dialog', { name: /^Compose/ });
  }

  get toggle(): Locator {
    return this.window.getByRole('button', { name: /^Mailwarden/ });
  }

  get panel(): Locator {
    return this.page.getByRole('dialog', { name: 'Mailwarden', exact: true });
  }

  button(name: string): Locator {
    return this.panel.getByRole('button', { name, exact: true });
  }

  /** Whatever an earlier test left open is put away first. */
  async write(to: string, subject: string, text: string): Promise<void> {
    while ((await this.window.count()) > 0) await this.discard();
    await this.page.getByRole('button', { name: 'Compose', exact: true }).click();
    await this.window.getByLabel('To recipients').fill(to);
    await this.window.getByLabel('To recipients').press('Enter');
    await this.window.getByLabel('Subject').fill(subject);
    await this.body.fill(text);
  }

  private async discard(): Promise<void> {
    const before = await this.window.count();
    await this.window
      .first()
      .getByRole('button', { name: /^Discard draft/ })
      .click();
    await this.page.waitForFunction(
      (count) => document.querySelectorAll('[role=dialog][aria-label^=Compose]').length < count,
      before,
    );
  }

  get body(): Locator {
    return this.window.getByLabel('Message Body');
  }

  async draft(): Promise<{ subject: string; text: string | null; to: number }> {
    const subject = await this.window.getByLabel('Subject').inputValue();
    const to = await this.window.locator('[name=to] [role=option]').count();
    return { subject, text: await this.body.textContent(), to };
  }

  /** It asks for the status anew. */
  async openPanel(): Promise<void> {
    if (!(await this.panel.isVisible())) await this.toggle.click();
    await this.panel.waitFor();
  }

  async lookAgain(): Promise<void> {
    if (await this.panel.isVisible()) await this.button('Close').click();
    await this.openPanel();
  }

  /** The words on the button, which is what warns before anything is opened. */
  async says(words: string, within = 60_000): Promise<void> {
    await this.window
      .getByRole('button', { name: words === '' ? 'Mailwarden' : `Mailwarden: ${words}`, exact: true })
      .waitFor({ timeout: within });
  }
}
