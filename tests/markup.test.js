// SPDX-License-Identifier: EUPL-1.2
// Security A17-A20: mail HTML that wants to run, load, send or leave its place, through the real parser and into a real
// browser. Three fences, each tried without the others: what the parser writes, the policy of the sheet, the frame. And a
// trial without any, to know that the corpus bites. Then the mail of honest people, which must stay readable.
// timeout: 180
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HONEST } from './markup/honest.js';
import { HOSTILE } from './markup/hostile.js';
import { openChromium } from './support/chromium.js';
import { startFilo, ADDRESS } from './support/filo.js';
import { htmlLetter, png } from './support/html_letter.js';
import { LmtpClient } from './support/lmtp_client.js';
import { startSink } from './support/smtp_sink.js';

const MARK = 770_000; // what a case logs when it runs: MARK + its number

// A digit where the address ends keeps each case's own: what was asked for names it.
const armed = (html, i) => html.replaceAll('HIT', `console.log(${MARK + i})`).replaceAll('NET', `http://evil.test/${i}`);

// Elements that lay out text and attributes that dress it: written down from the HTML standard, not from the program.
const ELEMENTS = new Set(('html head meta style title body a abbr address article b big blockquote br caption center cite code col '
  + 'colgroup dd del dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li mark ol p pre q s samp '
  + 'section small span strike strong sub sup table tbody td tfoot th thead tr tt u ul var wbr').split(' '));
const ATTRIBUTES = new Set(('style title dir lang align valign width height bgcolor color size face border cellpadding cellspacing colspan '
  + 'rowspan span start type alt href rel target src class').split(' '));

async function deliverAll(filo, letters) {
  const mx = await LmtpClient.open(filo.lmtpPort);
  await mx.say('LHLO mx.test');
  for (const [i, data] of letters.entries()) {
    const [kept] = await mx.deliver({ from: `c${i}@bar.test`, to: [ADDRESS], data });
    assert.match(kept, /^250 /);
  }
  await mx.close();
  await filo.until(async () => await filo.count("FROM message WHERE direction = 'in'") === letters.length, 'every message on a ticket');
}

// Where the sheet of each letter is, by its subject's number.
async function sheetsOf(filo) {
  const rows = await filo.rows("SELECT ticket_id, message_id, subject FROM message WHERE direction = 'in' ORDER BY message_id");
  const sheets = [];
  for (const row of rows) sheets[Number(row.subject)] = `/tickets/${row.ticket_id}/messages/${row.message_id}/sheet`;
  return sheets;
}

// All the names under .test, as Chromium is made to find them (what it asks by itself goes nowhere): writes down who is
// asked for what, and who is merely
// connected to. It also serves the pages the frames stand in, without a policy, and the mail as it came, under a policy.
async function startWorld(t, raw) {
  const world = { asked: new Set(), met: 0, policy: null };
  const server = http.createServer((request, response) => {
    const number = /^\/raw\/(\d+)$/.exec(request.url)?.[1];
    if (request.headers.host !== world.host) world.asked.add(`${request.headers.host}${request.url}`);
    const headers = { 'Content-Type': 'text/html; charset=utf-8', ...(number && world.policy && { 'Content-Security-Policy': world.policy }) };
    response.writeHead(200, headers).end(number ? raw[Number(number)] : '<!doctype html><body>');
  });
  const strangers = http.createServer((request, response) => {
    world.asked.add(`${request.headers.host}${request.url}`);
    response.writeHead(200).end();
  });
  strangers.on('connection', () => { world.met += 1; });
  for (const one of [server, strangers]) {
    await new Promise((done) => { one.listen(0, '127.0.0.1', done); });
    t.after(() => { one.closeAllConnections(); one.close(); });
  }
  world.host = `127.0.0.1:${server.address().port}`;
  world.url = `http://${world.host}`;
  // a process for each sandboxed frame would cost more than all else; what a frame may do is the same
  world.args = ['--disable-features=IsolateSandboxedIframes,Translate,OptimizationHints,MediaRouter',
    `--host-resolver-rules=MAP *.test 127.0.0.1:${strangers.address().port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`];
  return world;
}

// What ran and what was asked for, in any frame; clear() before each trial.
function watch({ context }, world) {
  const ran = new Set(), faults = [];
  context.on('console', (message) => {
    const number = Number(message.text());
    if (number >= MARK) ran.add(number - MARK);
  });
  context.on('dialog', (dialog) => { faults.push(`dialog ${dialog.message()}`); dialog.dismiss(); });
  context.on('page', (page) => faults.push(`a window at ${page.url()}`));
  return {
    ran,
    clear() { ran.clear(); faults.length = 0; world.asked.clear(); world.met = 0; },
    assertNothing(met = 0) {
      assert.deepEqual({ ran: [...ran], asked: [...world.asked], faults }, { ran: [], asked: [], faults: [] });
      assert.ok(world.met <= met, `${world.met} connections`);
    },
  };
}

// Frames in that page; resolves when all have loaded, and what they start late has started.
async function frame({ page }, url, documents) {
  await page.goto(url);
  await page.evaluate(async (list) => {
    await Promise.all(list.map((attributes) => new Promise((done) => {
      const one = document.createElement('iframe');
      one.onload = done;
      setTimeout(done, 8000); // a frame that never loads is found by what is asserted of it
      Object.assign(one, attributes);
      document.body.append(one);
    })));
    await new Promise((done) => { setTimeout(done, 200); });
  }, documents);
}

// What stands in each frame of the page, judged by the browser's own tree.
function judge(page, elements, attributes) {
  return page.evaluate(([names, attrs]) => {
    const wrong = [];
    [...document.querySelectorAll('iframe')].forEach((one, i) => {
      const inside = one.contentDocument;
      for (const element of inside.querySelectorAll('*')) {
        const tag = element.localName;
        const say = (what) => wrong.push(`${i}: <${tag}> ${what}`);
        if (!names.includes(tag) || element.namespaceURI !== 'http://www.w3.org/1999/xhtml') say('stands there');
        if (element.ownerDocument.body?.contains(element)) {
          for (const { name } of element.attributes) if (!attrs.includes(name)) say(`has ${name}`);
          if (tag === 'style' || tag === 'meta' || tag === 'title') say('is in the body');
          if (element.hasAttribute('class') && !['off', 'goes'].includes(element.className)) say('has a class');
          const { position, backgroundImage, transform } = getComputedStyle(element);
          if (position !== 'static' || backgroundImage !== 'none' || transform !== 'none') say(`is ${position} ${backgroundImage} ${transform}`);
        }
        if (tag === 'a' && element.hasAttribute('href')) {
          if (!['http:', 'https:', 'mailto:', 'tel:'].includes(element.protocol)) say(`goes to ${element.href}`);
          if (element.target !== '_blank' || !/noopener/.test(element.rel) || !/noreferrer/.test(element.rel)) say('does not open apart');
        }
        if (tag === 'img' && !element.src.startsWith('data:image/')) say(`loads ${element.src}`);
      }
    });
    return wrong;
  }, [[...elements], [...attributes]]);
}

async function startDesk(t, letters) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ sink, lmtp: '127.0.0.1:0' });
  t.after(() => filo.remove());
  await deliverAll(filo, letters);
  return { filo, sheets: await sheetsOf(filo) };
}

test('hostile mail runs nothing, asks for nothing, stays in its place', async (t) => {
  assert.ok(HOSTILE.length >= 150);
  const cases = HOSTILE.map(armed);
  const { filo, sheets } = await startDesk(t, cases.map((html, i) => htmlLetter({ from: `c${i}@bar.test`, subject: `${i}`, html })));
  assert.equal(sheets.filter(Boolean).length, cases.length);
  const desk = await filo.signIn();
  const answers = [];
  for (const at of sheets) answers.push(await desk.get(at));
  const policy = answers[0].headers['content-security-policy'];
  for (const answer of answers) {
    assert.equal(answer.status, 200, `sheet ${answers.indexOf(answer)}: ${cases[answers.indexOf(answer)]}`);
    assert.equal(answer.headers['content-security-policy'], policy);
  }
  const world = await startWorld(t, cases);
  const chromium = await openChromium(t, { bypassCSP: false, args: world.args });
  await chromium.signIn(filo);
  const seen = watch(chromium, world);
  const { page } = chromium;

  await t.test('by what the parser writes alone: no policy, no sandbox', async () => {
    seen.clear();
    await frame(chromium, world.url, answers.map(({ text }) => ({ srcdoc: text })));
    seen.assertNothing();
    assert.deepEqual(await judge(page, ELEMENTS, ATTRIBUTES), []);
  });

  await t.test('by the policy of the sheet alone: the mail as it came, not cleaned', async () => {
    seen.clear();
    world.policy = policy;
    await frame(chromium, world.url, cases.map((_, i) => ({ src: `/raw/${i}` })));
    seen.assertNothing(1); // <link rel=preconnect> connects and asks nothing: no policy can forbid it, the parser drops it
  });

  await t.test('as it is: cleaned, under its policy, in a page of the desk, signed in', async () => {
    const loaded = [];
    await page.goto(`${filo.url}/account`);
    page.on('request', (request) => { if (request.frame() !== page.mainFrame()) loaded.push(request.url()); });
    seen.clear();
    await frame(chromium, `${filo.url}/account#frames`, sheets.map((src) => ({ src })));
    seen.assertNothing();
    assert.deepEqual(loaded.filter((url) => !url.startsWith('data:')).sort(), sheets.map((at) => filo.url + at).sort()); // nothing of ours either
    const reached = await page.evaluate(() => [...document.querySelectorAll('iframe')].filter((one) => one.contentDocument).length);
    assert.equal(reached, 0); // each is an origin of its own: neither the page nor its cookie can be had from inside
  });

  await t.test('and without any fence the corpus bites', async () => {
    seen.clear();
    await frame(chromium, `${world.url}/again`, cases.map((html) => ({ srcdoc: html })));
    assert.ok(seen.ran.size >= 60, `${seen.ran.size} cases ran`);
    assert.ok(world.asked.size >= 30, `${world.asked.size} addresses were asked for`);
    t.diagnostic(`${seen.ran.size} of ${cases.length} cases ran, ${world.asked.size} addresses were asked for, ${world.met} connections`);
  });
});

// Security A22, A24: the same as text, as a name, as a subject, as a file's name: wherever a message shows without its HTML.
test('markup in words, names and subjects is only words, on every page and in every mail', async (t) => {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ sink });
  t.after(() => filo.remove());
  const bites = ['<script>HIT</script>', '"><img src=NET onerror=HIT>', "'><svg onload=HIT>", '</title><script>HIT</script>',
    '</textarea><img src=NET>', '<!--><img src=x onerror=HIT>', '{{constructor}}${HIT}', '&lt;img src=x onerror=HIT&gt;'].map(armed);
  const quoted = `"${bites.join('').replace(/["\\]/g, '\\$&')}"`;
  const taken = await filo.mailIn(['To: assistenza@filo.test', `From: ${quoted} <luca@bar.test>`, `Subject: ${bites.join('')}`, 'Message-ID: <a@bar.test>',
    'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=x', '', '--x', 'Content-Type: text/plain', '', HOSTILE.map(armed).join('\n').slice(0, 19_000),
    '--x', `Content-Type: text/plain; name=${quoted}`, `Content-Disposition: attachment; filename=${quoted}`, '', ...bites, '--x--', ''].join('\r\n'));
  await filo.until(() => sink.messages.length === 1, 'the acknowledgement');
  const notice = sink.messages[0].data.toString();
  const track = /\/track\/[a-z2-7]{32}/.exec(notice.replace(/=\r\n/g, ''))[0];
  assert.ok(!/^Content-Type: text\/html/im.test(notice), 'a mail in HTML: this test must learn to open it');
  const world = await startWorld(t, []);
  const chromium = await openChromium(t, { args: world.args }); // without the policy of the page: what is written alone
  await chromium.signIn(filo);
  const seen = watch(chromium, world);
  seen.clear();
  for (const at of ['/tickets', `/tickets/${taken.out.ticket}`, '/search?q=luca', '/parties', track]) {
    assert.equal((await chromium.page.goto(filo.url + at)).status(), 200, at);
    assert.ok(await chromium.page.locator('body').innerText(), at);
    await chromium.page.waitForLoadState('load');
    seen.assertNothing();
  }
  await chromium.page.goto(`${filo.url}/tickets/${taken.out.ticket}`);
  assert.match(await chromium.page.locator('.message-body').first().innerText(), /<svg\/onload=console\.log/);
});

// The HTML standard's own cases for tokenisers, by others: each shape a browser can be asked to read.
const TOKENISERS = path.join(process.env.FILO_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url)), 'html/tokenizer');
const absent = existsSync(TOKENISERS) ? false : 'no $FILO_DATA/html here';

function soups() {
  const inputs = readdirSync(TOKENISERS).filter((name) => name.endsWith('.test')).sort()
    .flatMap((name) => JSON.parse(readFileSync(path.join(TOKENISERS, name))).tests ?? [])
    .map(({ input }) => input).filter((input) => input.length > 1 && !/^&#?\w+;?$/.test(input));
  const list = [];
  for (let i = 0; i < inputs.length; i += 40) list.push(inputs.slice(i, i + 40).map((input) => `<p>${input}</p>`).join('\n'));
  return list;
}

test('whatever a tokeniser is tried with comes out as text laid out', { skip: absent }, async (t) => {
  const list = soups();
  assert.ok(list.length >= 10, `${list.length}`);
  const { filo, sheets } = await startDesk(t, list.map((html, i) => htmlLetter({ from: `c${i}@bar.test`, subject: `${i}`, html })));
  const desk = await filo.signIn();
  const documents = [];
  for (const at of sheets) documents.push({ srcdoc: (await desk.get(at)).text });
  const world = await startWorld(t, []);
  const chromium = await openChromium(t, { args: world.args });
  const seen = watch(chromium, world);
  await frame(chromium, world.url, documents);
  seen.assertNothing();
  assert.deepEqual(await judge(chromium.page, ELEMENTS, ATTRIBUTES), []);
});

async function assertReads(page, one, width) {
  const seen = (await page.locator('body').innerText()).replace(/\s+/g, ' ');
  let at = 0;
  for (const words of one.reads) {
    const found = seen.indexOf(words.replace(/\s+/g, ' '), at);
    assert.ok(found >= 0, `${one.name} at ${width}: ${words} in ${seen}`);
    at = found;
  }
  for (const words of one.hides) assert.ok(!seen.includes(words), `${one.name}: ${words}`);
  assert.equal(await page.locator('img').count(), one.pictures ?? 0, one.name);
  assert.equal(await page.locator('.off').count(), one.remote ?? 0, one.name);
  assert.deepEqual((await page.locator('.goes').allInnerTexts()).map((text) => text.split(' ').pop()), one.betrayed ?? [], one.name);
}

test('the mail of honest people stays readable', async (t) => {
  const photo = { name: 'foto.jpeg', type: 'image/jpeg', cid: 'foto@icloud.test', body: png(320, 160) };
  const { filo, sheets } = await startDesk(t,
    HONEST.map(({ html, pictures }, i) => htmlLetter({ subject: `${i}`, html, files: pictures ? [photo] : [] })));
  for (const width of [1024, 375]) {
    const chromium = await openChromium(t, { width, theme: width === 375 ? 'dark' : 'light', bypassCSP: false });
    await chromium.signIn(filo);
    for (const [i, one] of HONEST.entries()) {
      await chromium.page.goto(`${filo.url}${sheets[i]}`);
      await assertReads(chromium.page, one, width);
      assert.equal(await chromium.page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
      await chromium.shot(`sheet-${one.name}`);
    }
  }
});
