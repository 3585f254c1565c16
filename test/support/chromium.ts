import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { register } from './actors.js';
import { chromiumPath } from './requires.js';

// No sandbox: CI runs as root, where Chromium refuses to have one. The others keep it from
// talking to anything but the page under test.
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * A headless browser with a profile of its own, that is, a new user to every page. Closed, and
 * its profile removed, after the last test of the file.
 */
export async function startChromium(
  options: { viewport?: { width: number; height: number } } = {},
): Promise<BrowserContext> {
  if (chromiumPath === null) throw new Error('chromium is not installed');
  const profile = await mkdtemp(path.join(tmpdir(), 'carillon-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath,
    headless: true,
    args: flags,
    viewport: options.viewport ?? { width: 1280, height: 800 },
  });
  register({
    name: 'chromium',
    end: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  });
  return context;
}
