import { tanstackRouter } from '@tanstack/router-plugin/vite';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const api = process.env['API_URL'] ?? 'http://127.0.0.1:8000';
const proxied = { target: api, changeOrigin: false }; // same origin in development, so cookies and event streams work

/** The server answers pages for people who are not signed in with the light one; the development server does the same. */
const LIGHT = /^\/(sign-in|sign-up|forgot-password|reset-password|confirm-email|invitation|contact)(\?|$)/;

const lightEntry: Plugin = {
  name: 'light-entry',
  configureServer(server) {
    server.middlewares.use((request, _response, next) => {
      if (LIGHT.test(request.url ?? '')) request.url = '/sign-in.html';
      next();
    });
  },
};

const SHARED = /node_modules[\\/](react|react-dom|scheduler|clsx|use-sync-external-store)[\\/]/;

/** Loaded with the shell; every other feature comes when somebody goes there. */
const IN_ENTRY = /features\/(shell|alerts)\//;
const CLIENT = /api-client\/src\/(index\.ts|generated\/(index|sdk\.gen|@tanstack\/react-query\.gen)\.ts)$/;
const COPY = '?copy=';

/**
 * A bundler splits between modules, never inside one, so that the entry would carry the functions of all routes that any
 * feature calls. Each lazy feature gets a copy of those modules instead, shaken to what it uses; all share one client.
 */
const clientPerFeature: Plugin = {
  name: 'client-per-feature',
  apply: 'build',
  enforce: 'pre',
  async resolveId(source, importer, options) {
    const feature = /features\/(\w+)\/api\.ts$/.exec(importer ?? '')?.[1];
    const own = feature && !IN_ENTRY.test(importer ?? '') ? feature : importer?.split(COPY)[1];
    if (!own) return null;
    const found = await this.resolve(source, importer?.split(COPY)[0], { ...options, skipSelf: true });
    return found && CLIENT.test(found.id) ? { ...found, id: found.id + COPY + own } : found;
  },
};

export default defineConfig({
  plugins: [
    clientPerFeature,
    tanstackRouter({ target: 'react', autoCodeSplitting: true, routeFileIgnorePattern: '\\.test\\.' }),
    react(),
    lightEntry,
  ],
  server: {
    host: '127.0.0.1',
    port: 5173,
    strictPort: true,
    proxy: { '/v1': proxied, '/.well-known': proxied, '/oauth': proxied, '/hooks': proxied, '/t/': proxied },
  },
  build: {
    target: 'baseline-widely-available',
    // all of them know light-dark(); lowered, it would follow the system and not the person's choice
    cssTarget: ['chrome123', 'edge123', 'firefox121', 'safari17.5'],
    sourcemap: 'hidden',
    manifest: true,
    rolldownOptions: {
      input: ['index.html', 'sign-in.html'],
      output: {
        codeSplitting: {
          minSize: 20_000,
          // with what libraries of the entry share with those that come later, else it would be cut into crumbs
          groups: [{ name: 'react', test: SHARED, priority: 30 }],
        },
      },
    },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: './src/test/setup.ts',
    css: false,
    restoreMocks: true,
    pool: 'threads',
    maxWorkers: 2,
  },
});
