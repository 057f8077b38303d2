/** What the browser is told about the extension. Every permission has its reason in docs/extension.md. */
import { patternOf } from '../src/shared/server.ts';

export type Build = { version: string; server: string; store: boolean };

/**
 * Gives packages that do not come from the Web Store the id olcoaanmgdabogfbcdegjbihbkldphkm, wherever they are loaded.
 * A public key; nobody holds the private one, and the Web Store uses a key of its own.
 */
export const KEY = [
  'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA6lFBGYyBpDwZCHI7zq8nXWJWCX2b0r68epBAt2oP0IVjFF4vLXo7UxN5',
  'f9lhfxBEdq4CkQL1gcxmV5diiQ/GPcUiSk7Oc3AVsFgM/5IVlOJYxbDjmJCIr9CH5CLFqdyN3Pt3bNPoNpw5YlDmTGopDX5yCju4',
  'g0AhdBGBot05XBSpJEhzfS1f2TqmiwCuMhLoCB+Wd8s8T+bmAx/rbCEDY5PGovDz9vrkyPqDiSnlw/U2G7Hgb13fjrpsqAL8C5dg',
  'YIdowYLCAv4gIoDYkF6/fk8Xqh0VZ0fgsWzbC7SmPP1DmmG+lg4jx26rqXe2BszhjtuFJAF+WE2wWJUDk7rU8QIDAQAB',
].join('');
export const PERMISSIONS = ['identity', 'storage', 'declarativeNetRequestWithHostAccess'];
export const GMAIL = 'https://mail.google.com/*';
export const OWN_SERVERS = ['https://*/*', 'http://127.0.0.1/*', 'http://localhost/*'];

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  'connect-src https: http://127.0.0.1:* http://localhost:*',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const ICONS = { 16: 'icons/16.png', 32: 'icons/32.png', 48: 'icons/48.png', 128: 'icons/128.png' };

export function manifestFor({ version, server, store }: Build): Record<string, unknown> {
  return {
    manifest_version: 3,
    name: 'Mailwarden for Gmail',
    version,
    description: 'Send and track mail from Gmail’s compose window through your Mailwarden server.',
    minimum_chrome_version: '123',
    ...(store ? {} : { key: KEY }),
    icons: ICONS,
    action: { default_popup: 'popup.html', default_icon: ICONS, default_title: 'Mailwarden' },
    options_ui: { page: 'options.html', open_in_tab: true },
    background: { service_worker: 'background.js', type: 'module' },
    content_scripts: [{ matches: [GMAIL], js: ['content.js'], run_at: 'document_idle', all_frames: false }],
    permissions: PERMISSIONS,
    host_permissions: [GMAIL, patternOf(server)],
    optional_host_permissions: OWN_SERVERS,
    content_security_policy: { extension_pages: POLICY },
  };
}
