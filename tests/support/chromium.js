// SPDX-License-Identifier: EUPL-1.2
// A real Chromium, Debian's, for what only a browser can show: pages that are looked at, accessibility, a story by hand.
//
//   const chromium = await openChromium(t, { language: 'it', theme: 'dark', width: 1440 });
//   await chromium.page.goto(`http://127.0.0.1:${filo.port}/sign-in`);
//   await chromium.axe('sign in');        // no serious violation, or the test fails and says which
//   await chromium.signIn(filo);
//   await chromium.shot('sign-in');       // FILO_ARTIFACTS/screens/sign-in-1440-dark.png
//
// The sandbox of Chromium needs user namespaces that a container may refuse, so it is off: it opens our pages only.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { chromium as playwright } from 'playwright-core';
import { ADMIN } from './filo.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const HEIGHT = { 375: 812 };
const SCREENS = path.join(process.env.FILO_ARTIFACTS ?? '/tmp', 'screens');

export const WIDTHS = [1440, 1024, 375];
export const THEMES = ['light', 'dark'];

export async function openChromium(t, { language = 'it', theme = 'light', width = 1440, javaScript = true, bypassCSP = true, args = [] } = {}) {
  const program = await playwright.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', ...args] });
  t.after(() => program.close());
  const context = await program.newContext({ viewport: { width, height: HEIGHT[width] ?? 900 }, colorScheme: theme,
    locale: language === 'it' ? 'it-IT' : 'en-GB', timezoneId: 'Europe/Rome', javaScriptEnabled: javaScript, bypassCSP });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`));
  page.on('response', (response) => { if (response.status() >= 500) faults.push(`${response.url()}: ${response.status()}`); });
  return {
    page,
    context,
    language,
    async signIn(filo) {
      await page.goto(`${filo.url}/sign-in`);
      await page.fill('input[name="email"]', ADMIN.login);
      await page.fill('input[name="password"]', ADMIN.password);
      await page.click('button[type="submit"]');
      await page.waitForURL(/\/tickets/);
    },
    faults, // what went wrong in scripts or on the server; a story ends by looking here
    async shot(name) {
      mkdirSync(SCREENS, { recursive: true });
      await page.screenshot({ path: path.join(SCREENS, `${name}-${width}-${theme}.png`), fullPage: true, animations: 'disabled' });
    },
    // Nothing is cut off at the side.
    async fits(name) {
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(over <= 0, `${name} is ${over} px wider than ${width}`);
    },
    async axe(name) {
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
      const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      assert.deepEqual(grave.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(' | ')}`), [],
        `${name} (${language}, ${theme}, ${width})`);
    },
  };
}
