/**
 * Where things are on Gmail's page, the surest way first. Nothing here depends on the language that a person has set.
 * `e2e/fixtures` holds a page of each version that these were made for.
 */
export const VERSION = 1;

export const BODY =
  '[g_editable="true"][contenteditable="true"], [role="textbox"][contenteditable="true"][aria-multiline="true"]';
export const WINDOW = '[role="dialog"]';
export const INLINE = 'table.iN, .M9, form';
export const SUBJECT = 'input[name="subjectbox"], input[name="subject"]';
export const FROM = 'input[name="from"]';
export const DRAFT = 'input[name="draft"]';
export const ANSWERED = 'input[name="rm"], input[name="inreplyto"]';
export const SEND = ['[role="button"].aoO', '[role="button"][data-tooltip*="Enter"]'];
export const SEND_CELL = 'td, .J-J5-Ji';
export const DISCARD = ['[role="button"].oh', '[role="button"].og', '[role="button"][data-tooltip*="Shift-D"]'];
export const FILES = 'input[name="attach"], [download_url], a[href*="view=att"], .dL, .dO';
export const UPLOADS = '[role="progressbar"]';
export const ACCOUNT = 'a[href*="accounts.google.com"][aria-label*="@"]';
export const CHIP = '[data-hovercard-id*="@"], [email*="@"]';
/** Fields of recipients by their name, and what is typed there but not taken over yet. */
export const recipients = (kind: 'to' | 'cc' | 'bcc') => `[name="${kind}"]`;
export const TYPED = 'input[role="combobox"], input[type="text"], textarea';
