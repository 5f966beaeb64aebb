// SPDX-License-Identifier: EUPL-1.2
// timeout: 900
// Every page of the demo company in Chromium: at three sizes, in two themes, in Italian and in English. Nothing is cut off
// at the side, no serious accessibility violation, no script fails; the pictures are left in FILO_ARTIFACTS/screens for
// somebody to look at.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openChromium, THEMES, WIDTHS } from './support/chromium.js';
import { startFilo } from './support/filo.js';

const PEOPLE = { operator: 'Sara', owner: 'Roberto' };

// What each page is called in the pictures, who opens it, and how. A function finds its address on the page before.
const PAGES = [
  ['queue', 'operator', '/tickets'],
  ['queue-filter', 'operator', '/tickets?view=open&turn=us&order=newest'],
  ['ticket', 'operator', (page) => page.locator('.row-link').first().getAttribute('href')],
  ['ticket-closing', 'operator', async (page) => page.url(), async (page) => {
    if (await page.locator('#closing > summary').count()) await page.locator('#closing > summary').click();
  }],
  ['ticket-new', 'operator', '/tickets/new'],
  ['search', 'operator', '/search?q=valvola'],
  ['search-none', 'operator', '/search?q=zyzzyva'],
  ['customers', 'operator', '/parties'],
  ['customer', 'operator', (page) => page.locator('main .lines a[href^="/parties/"]').first().getAttribute('href')],
  ['customer-edit', 'operator', (page) => page.locator('main a[href$="/edit"]').first().getAttribute('href')],
  ['customer-new', 'operator', '/parties/new'],
  ['products', 'operator', '/products'],
  ['product', 'operator', (page) => page.locator('main .lines a[href^="/products/"]').first().getAttribute('href')],
  ['product-older', 'operator', (page) => page.locator('main a[rel="next"]').first().getAttribute('href')],
  ['item', 'operator', (page) => page.locator('main a[href^="/items/"]').first().getAttribute('href')],
  ['item-new', 'operator', '/items/new'],
  ['queue-owner', 'owner', '/tickets'],
  ['solutions', 'operator', '/solutions'],
  ['solution', 'operator', (page) => page.locator('main .lines a[href^="/solutions/"]').first().getAttribute('href')],
  ['solution-edit', 'operator', (page) => page.locator('main a[href$="/edit"]').first().getAttribute('href')],
  ['settings', 'owner', '/settings'],
  ['settings-demo', 'owner', '/settings/demo'],
  ['reports', 'owner', '/reports'],
  ...['times', 'backlog', 'reopen', 'repeat', 'bounce', 'volume', 'completeness', 'cost'].map(
    (name) => [`report-${name}`, 'owner', `/reports/${name}`]),
  ['missing', 'operator', '/tickets/99999999'],
  ['account', 'operator', '/account'],
  ['settings', 'owner', '/settings'],
  ...['company', 'staff', 'staff/new', 'staff/1', 'teams', 'teams/1', 'mailboxes', 'mailboxes/1', 'calendar', 'codes', 'codes/2', 'tariffs'].map(
    (name) => [`settings-${name.replace('/', '-')}`, 'owner', `/settings/${name}`]),
  ['public-form', null, '/help'],
  ['sign-in', null, '/sign-in'],
];

let filo;
before(async () => { filo = await startFilo({ demo: true }); });
after(() => filo.remove());

// A person of the demo, in the language chosen in their menu: it is theirs, whatever the browser speaks.
async function signInAs(chromium, who) {
  const { page, context, language } = chromium;
  await context.clearCookies();
  if (!who) return;
  await page.goto(`${filo.url}/sign-in`);
  await page.locator('button', { hasText: PEOPLE[who] }).first().click();
  await page.waitForURL(/\/tickets/);
  await page.evaluate((body) => fetch('/preferences', { method: 'POST', body: new URLSearchParams(body) }),
    { lang: language, return_to: '/tickets' });
}

async function walk(chromium, look) {
  const { page } = chromium;
  let who = undefined;
  for (const [name, asked, where, prepare] of PAGES) {
    if (asked !== who) await signInAs(chromium, asked);
    who = asked;
    const target = typeof where === 'string' ? where : await where(page);
    await page.goto(new URL(target, filo.url).href);
    await prepare?.(page);
    await look(name);
  }
  assert.deepEqual(chromium.faults, []);
}

for (const theme of THEMES)
  for (const width of WIDTHS)
    test(`pages at ${width} px, ${theme}, in Italian`, async (t) => {
      const chromium = await openChromium(t, { theme, width });
      await walk(chromium, async (name) => {
        await chromium.fits(name);
        await chromium.axe(name);
        await chromium.shot(name);
      });
    });

test('pages in English', async (t) => {
  const chromium = await openChromium(t, { language: 'en' });
  await walk(chromium, async (name) => {
    assert.equal(await chromium.page.locator('html').getAttribute('lang'), 'en', name);
    await chromium.axe(name);
    await chromium.shot(`${name}-en`);
  });
});
