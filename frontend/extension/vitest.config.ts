import { defineConfig } from 'vitest/config';

export default defineConfig({
  define: { __SERVER__: JSON.stringify('http://127.0.0.1:8000') },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'],
    restoreMocks: true,
    unstubGlobals: true,
    pool: 'threads',
    maxWorkers: 2,
  },
});
