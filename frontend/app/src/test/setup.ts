import '@testing-library/jest-dom/vitest';
import { notifications } from '@mantine/notifications';
import { cleanup, configure } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { configureClient } from '../lib/http.ts';
import { server } from './server.ts';

// what Mantine asks of a browser and jsdom lacks
Object.defineProperty(window, 'matchMedia', {
  value: (media: string) => ({
    matches: false,
    media,
    addEventListener: () => {},
    removeEventListener: () => {},
    addListener: () => {},
    removeListener: () => {},
  }),
});
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
Element.prototype.scrollIntoView ??= () => Promise.resolve(); // as browsers do by now, so an effect must not return it
Object.defineProperty(document, 'fonts', { value: new EventTarget() }); // a text area that grows asks when they are there
window.scrollTo = () => {};
// charts draw nothing where there is no room
const measured = Element.prototype.getBoundingClientRect;
Element.prototype.getBoundingClientRect = function () {
  const drawn = this.classList.contains('recharts-responsive-container');
  return drawn ? new DOMRect(0, 0, 640, 270) : measured.call(this);
};

// a machine that is busy loads a page's lazy parts slowly; what never comes still fails
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 60_000 });

configureClient('http://localhost:3000');
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(() => {
  notifications.clean(); // they live outside of any component
  cleanup();
  server.resetHandlers();
});
afterAll(() => server.close());
