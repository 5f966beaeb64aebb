// SPDX-License-Identifier: EUPL-1.2
// A message read as it was written: on request, on white paper, with its own pictures; those of other servers only when
// somebody asks, and then fetched by the server, which is never led inside the house; files judged by their bytes.
// Security A17, A20, A22, A23, A26, A27, A28, A30, A60.
// timeout: 180
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import http from 'node:http';
import net from 'node:net';
import { test } from 'node:test';
import { openChromium } from './support/chromium.js';
import { eachEngine, startFilo } from './support/filo.js';
import { htmlLetter, png } from './support/html_letter.js';
import { textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>';
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'); // 1x1

// A web server of somebody else's, which writes down all it is asked.
async function startPictures(t, house) {
  const asked = [], held = [];
  const server = http.createServer((request, response) => {
    asked.push({ url: request.url, headers: request.headers });
    const [, kind] = request.url.split('/');
    if (kind === 'away') response.writeHead(302, { Location: `http://127.0.0.1:${house()}/x.png` }).end();
    else if (kind === 'round') response.writeHead(302, { Location: '/png/round' }).end();
    else if (kind === 'ever') response.writeHead(302, { Location: '/ever' }).end();
    else if (kind === 'tarpit') {
      response.writeHead(200, { 'Content-Type': 'image/png' }).write('\x89PNG');
      held.push(response);
    } else if (kind === 'png') response.writeHead(200, { 'Content-Type': 'image/png', 'Set-Cookie': 'who=me' }).end(png(40, 20));
    else if (kind === 'lie') response.writeHead(200, { 'Content-Type': 'image/png' }).end(SVG);
    else if (kind === 'huge') response.writeHead(200, { 'Content-Type': 'image/png' }).end(Buffer.concat([png(8, 8), Buffer.alloc(6 << 20)]));
    else if (kind === 'wide') response.writeHead(200, { 'Content-Type': 'image/png' }).end(Buffer.from(png(8, 8)).fill(0x7f, 16, 24));
    else response.writeHead(404).end();
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  t.after(() => { server.closeAllConnections(); server.close(); });
  return { asked, release: () => held.splice(0).forEach((response) => response.end()), port: server.address().port, url: `http://127.0.0.1:${server.address().port}` };
}

// A port of the house: nobody may so much as knock.
async function startHouse(t) {
  const knocks = [];
  const server = net.createServer((socket) => { knocks.push(1); socket.destroy(); });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  t.after(() => server.close());
  return { knocks, port: server.address().port };
}

async function startDesk(t, options) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ sink, ...options });
  t.after(() => filo.remove());
  return filo;
}

const sources = (html) => [...html.matchAll(/<img[^>]* src="([^"]*)"/g)].map(([, src]) => src);

eachEngine('a message as it was written, with its own pictures, and those of others when somebody asks', async (t, engine) => {
  const house = await startHouse(t);
  const pictures = await startPictures(t, () => house.port);
  const filo = await startDesk(t, { engine, env: { FILO_TEST_PICTURES: `127.0.0.1:${pictures.port}` } });
  const img = (url) => `<img src="${url}" alt="x">`;
  const remote = ['/png/1', '/round', '/ever', '/away', '/lie', '/huge', '/wide', '/none'].map((at) => pictures.url + at);
  const inside = [`http://127.0.0.1:${house.port}/x.png`, `http://localhost:${house.port}/x.png`, `http://0x7f.1:${house.port}/x.png`,
    `http://[::1]:${house.port}/x.png`, `http://me:pw@127.0.0.1:${pictures.port}/png/2`, 'http://169.254.169.254/latest/meta-data/'];
  const html = `<h2>Offerta</h2><p><img src="cid:logo@x" width="40"><img src="cid:vector@x" alt="disegno"><img src="cid:gone@x"></p>
    ${[...remote, ...inside].map(img).join('')}<img src="${pictures.url}/png/pixel" width="1" height="1">
    <p><a href="https://evil.test/x">https://www.banca.test</a></p>`;
  const files = [{ name: 'logo.png', type: 'image/png', cid: 'logo@x', body: png(40, 40) },
    { name: 'vector.png', type: 'image/png', cid: 'vector@x', body: SVG }, { name: 'altro.pdf', type: 'application/pdf', body: '%PDF-1.4 x' }];
  const taken = await filo.mailIn(htmlLetter({ html, text: 'Offerta, solo testo', files }));
  const desk = await filo.signIn();

  const ticket = (await desk.get(`/tickets/${taken.out.ticket}`)).text;
  assert.match(textOf(ticket), /Offerta, solo testo/); // text first
  assert.ok(!ticket.includes('<h2>Offerta'));
  const [, at] = /href="(\/tickets\/\d+\/messages\/\d+)"/.exec(ticket);
  const page = await desk.get(at);
  assert.equal(page.status, 200);
  assert.match(textOf(page.text), /14 immagini stanno su 127\.0\.0\.1, localhost, 0x7f\.1 … e si caricano solo a richiesta\./);
  assert.match(page.text, /<iframe class="sheet" name="sheet" src="[^"]*\/sheet"[^>]* sandbox="allow-popups allow-popups-to-escape-sandbox"/);
  assert.match(page.headers['content-security-policy'], /frame-src 'self'/);

  const sheet = await desk.get(`${at}/sheet`);
  assert.equal(sheet.headers['content-security-policy'], "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    + "style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'");
  assert.equal(sheet.headers['referrer-policy'], 'no-referrer');
  assert.equal(sheet.headers['x-content-type-options'], 'nosniff');
  assert.equal(sheet.headers['cache-control'], 'no-store');
  assert.match(sheet.text, /<h2>Offerta<\/h2>/);
  assert.deepEqual(sources(sheet.text), [`data:image/png;base64,${png(40, 40).toString('base64')}`]);
  assert.match(sheet.text, /<span class="off">disegno<\/span>/); // called a png, is none
  assert.match(sheet.text, /target="_blank">https:\/\/www\.banca\.test<\/a><span class="goes">porta a evil\.test<\/span>/);
  assert.equal(pictures.asked.length, 0, 'opening a message asked somebody else');

  const shown = await desk.post(`${at}/sheet`, {});
  assert.equal(shown.status, 200);
  assert.equal(shown.headers['content-security-policy'], sheet.headers['content-security-policy']);
  assert.deepEqual(sources(shown.text).slice(1), Array(2).fill(`data:image/png;base64,${png(40, 20).toString('base64')}`)); // /png/1 and /round
  assert.equal(house.knocks.length, 0, 'a message made the server knock at a door of the house');
  const urls = pictures.asked.map(({ url }) => url).sort();
  assert.deepEqual([...new Set(urls)], ['/away', '/ever', '/huge', '/lie', '/none', '/png/1', '/png/round', '/round', '/wide']);
  assert.equal(urls.filter((url) => url === '/ever').length, 4); // and three redirects
  for (const { headers } of pictures.asked)
    assert.deepEqual(Object.keys(headers).sort(), ['accept', 'host', 'user-agent']); // no cookie, no referrer, nothing of ours

  assert.equal((await desk.post(`${at}/sheet`, {}, { headers: { 'Sec-Fetch-Site': 'cross-site' } })).status, 403);
  const elsewhere = await filo.mailIn(htmlLetter({ from: 'Anna <anna@altro.test>', html: '<p>altro</p>' }));
  const [, message] = /messages\/(\d+)$/.exec(at);
  for (const wrong of [`/tickets/${elsewhere.out.ticket}/messages/${message}`, `/tickets/${taken.out.ticket}/messages/999`,
    `/tickets/${elsewhere.out.ticket}/messages/${message}/sheet`]) assert.equal((await desk.get(wrong)).status, 404, wrong);
  const plain = await filo.rows(`SELECT message_id FROM message WHERE direction = 'out' OR html_sha256 IS NULL`);
  for (const { message_id: id } of plain) assert.equal((await desk.get(`/tickets/${taken.out.ticket}/messages/${id}`)).status, 404);
});

// Two slow workers there are: one message of a server that never ends must not hold both.
test('a server that never ends holds nobody up', async (t) => {
  const pictures = await startPictures(t, () => 0);
  const filo = await startDesk(t, { env: { FILO_TEST_PICTURES: `127.0.0.1:${pictures.port}` } });
  const taken = await filo.mailIn(htmlLetter({ html: `<p>ecco</p><img src="${pictures.url}/tarpit"><img src="${pictures.url}/png/1">`,
    files: [{ name: 'a.txt', type: 'text/plain', body: 'contenuto' }] }));
  const desk = await filo.signIn();
  const at = /href="(\/tickets\/\d+\/messages\/\d+)"/.exec((await desk.get(`/tickets/${taken.out.ticket}`)).text)[1];
  const slow = desk.post(`${at}/sheet`, {});
  await filo.until(() => pictures.asked.length === 2, 'both pictures asked for');
  const second = await desk.post(`${at}/sheet`, {});
  assert.equal(second.status, 503);
  assert.match(second.headers['content-security-policy'], /frame-ancestors 'self'/); // said in the frame
  assert.match((await desk.get('/attachments/1')).text, /contenuto/); // the other worker serves
  assert.match((await desk.get(`${at}/sheet`)).text, /<p>ecco<\/p>/);
  pictures.release(); // how long it may hold at most: src/net/download_test.c
  const { status, text } = await slow;
  assert.equal(status, 200);
  assert.deepEqual(sources(text).length, 1);
});

// The policy of today's program holds for what lies in the store, whoever wrote it there.
eachEngine('stored HTML is cleaned again when it is shown', async (t, engine) => {
  const filo = await startDesk(t, { engine });
  const taken = await filo.mailIn(htmlLetter({ html: '<p>prima</p>' }));
  await filo.stop();
  const planted = Buffer.from('<p onclick="alert(1)">dopo</p><script>alert(1)</script><img src="http://t.test/x"><iframe src="//t.test"></iframe>');
  const sha = createHash('sha256').update(planted).digest('hex');
  const bytes = engine === 'sqlite' ? `x'${planted.toString('hex')}'` : `'\\x${planted.toString('hex')}'`;
  await filo.execute(`INSERT INTO blob (sha256, size, content, added_at) VALUES ('${sha}', ${planted.length}, ${bytes}, 1);
    UPDATE message SET html_sha256 = '${sha}' WHERE direction = 'in';`);
  await filo.start();
  const desk = await filo.signIn();
  const at = /href="(\/tickets\/\d+\/messages\/\d+)"/.exec((await desk.get(`/tickets/${taken.out.ticket}`)).text)[1];
  const { text } = await desk.get(`${at}/sheet`);
  assert.match(text, /<body>\n<p>dopo<\/p><span class="off">immagine<\/span>\n<\/body>/);
});

const FILES = [
  { name: 'foto.jpg', type: 'application/octet-stream', body: png(30, 20), sent: 'image/png', shown: true },
  { name: 'punto.gif', type: 'text/html', body: GIF, sent: 'image/gif', shown: true },
  { name: 'finta.png', type: 'image/png', body: '<script>alert(1)</script>', sent: 'text/plain; charset=utf-8', shown: true },
  { name: 'enorme.png', type: 'image/png', body: Buffer.from(png(8, 8)).fill(0x7f, 16, 24), sent: 'image/png', shown: false },
  { name: 'disegno.svg', type: 'image/svg+xml', body: SVG, sent: 'text/plain; charset=utf-8', risky: true },
  { name: 'pagina.html', type: 'text/html', body: '<script>alert(1)</script>', sent: 'text/plain; charset=utf-8', risky: true },
  { name: 'nota.txt', type: 'text/plain', body: Buffer.from('perch\xe9', 'latin1'), sent: 'text/plain; charset=windows-1252', shown: true },
  { name: 'manuale.pdf', type: 'application/pdf', body: '%PDF-1.7\n\x01', sent: 'application/pdf', shown: false },
  { name: 'fattura.pdf.exe', type: 'application/pdf', body: 'MZ\x90\x00\x03', sent: 'application/octet-stream', shown: false, risky: true },
  { name: '..\\..\\CON.txt', type: 'text/plain', body: 'x', sent: 'text/plain; charset=utf-8', saved: '_CON.txt', shown: true },
  { name: 'foto\u202egpj.exe', type: 'image/jpeg', body: 'MZ\x00', sent: 'application/octet-stream', saved: 'fotogpj.exe', shown: false, risky: true },
  { name: '"><img src=x onerror=alert(1)>.zip', type: 'application/zip', body: 'PK\x03\x04\x00', sent: 'application/octet-stream',
    saved: '___img src=x onerror=alert(1)_.zip', shown: false },
  { name: `${'è'.repeat(200)}.pdf`, type: 'application/pdf', body: '%PDF-1.4', sent: 'application/pdf', saved: `${'è'.repeat(88)}.pdf`, shown: false },
];

eachEngine('a file is what its bytes say, whatever its name and its sender say', async (t, engine) => {
  const filo = await startDesk(t, { engine });
  const taken = await filo.mailIn(htmlLetter({ html: '<p>file</p>', files: FILES }));
  const desk = await filo.signIn();
  const rows = await filo.rows('SELECT attachment_id AS id FROM attachment ORDER BY attachment_id');
  const page = (await desk.get(`/tickets/${taken.out.ticket}`)).text;
  assert.ok(!page.includes('<img src=x'));
  assert.equal(rows.length, FILES.length);
  for (const [i, file] of FILES.entries()) {
    const at = `/attachments/${rows[i].id}`;
    const saved = file.saved ?? file.name;
    for (const [path, disposition] of [[at, 'attachment'], [`${at}/view`, file.shown ?? file.sent.startsWith('text/plain') ? 'inline' : 'attachment']]) {
      const { status, headers } = await desk.get(path);
      assert.equal(status, 200, path);
      assert.equal(headers['content-type'], file.sent, `${path} ${saved}`);
      const [, kind, name] = /^(\w+); filename\*=UTF-8''(\S+)$/.exec(headers['content-disposition']);
      assert.deepEqual([kind, decodeURIComponent(name)], [disposition, saved], path);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.match(headers['content-security-policy'], /^sandbox; default-src 'none'/);
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
    }
    const line = new RegExp(`<a class="file" href="${at}">[^]*?(?=<span class="file-line">|</li>)`).exec(page)[0];
    assert.equal(line.includes('file-risk'), Boolean(file.risky), saved);
    assert.equal((await filo.browser().get(`${at}/view`)).status, 303, 'a stranger is asked to sign in');
  }
});

test('in a browser: both themes, narrow and wide, links that open apart, pictures on request', async (t) => {
  const house = await startHouse(t);
  const pictures = await startPictures(t, () => house.port);
  const filo = await startDesk(t, { env: { FILO_TEST_PICTURES: `127.0.0.1:${pictures.port}` } });
  const html = `<table width="600" cellpadding="16" style="background:#eef1f4"><tr><td><img src="cid:logo@x" alt="Logo" width="120">
    <h2>Rapporto di visita</h2><p>La caldaia <b>perde</b> dal raccordo.</p><p><img src="${pictures.url}/png/1" alt="Schema del raccordo"></p>
    <p>Il conto su <a href="${filo.url}/help">https://www.banca.test</a></p></td></tr></table>`;
  const files = [{ name: 'logo.png', type: 'image/png', cid: 'logo@x', body: png(240, 80) }, { name: 'foto.png', type: 'image/png', body: png(300, 200, [179, 38, 30]) },
    { name: 'letture.txt', type: 'text/plain', body: 'pressione 9 bar\n' }, { name: 'aggiorna.exe', type: 'application/octet-stream', body: 'MZ\x00' }];
  const taken = await filo.mailIn(htmlLetter({ subject: 'La caldaia perde', html, files }));
  for (const [width, theme] of [[1440, 'light'], [375, 'dark'], [1024, 'dark']]) {
    const chromium = await openChromium(t, { width, theme, bypassCSP: false, javaScript: width !== 375 });
    const { page, context } = chromium;
    await chromium.signIn(filo);
    await page.goto(`${filo.url}/tickets/${taken.out.ticket}`);
    await chromium.shot('reading-ticket');
    await page.getByRole('link', { name: 'com’era scritto' }).click();
    await page.waitForURL(/\/messages\/\d+$/);
    const sheet = page.frameLocator('iframe[name="sheet"]');
    await sheet.getByText('Rapporto di visita').waitFor();
    const before = pictures.asked.length;
    assert.equal(await sheet.locator('img').count(), 1);
    await chromium.shot('reading-before');
    await page.getByRole('button', { name: 'Mostra le immagini' }).click();
    await sheet.getByAltText('Schema del raccordo').waitFor();
    assert.equal(pictures.asked.length, before + 1);
    await page.locator('.thumb img').last().scrollIntoViewIfNeeded();
    if (width !== 375) // as drawn, not merely there
      await page.waitForFunction(() => [...document.querySelectorAll('.thumb img')].every((one) => one.naturalWidth > 0));
    await chromium.fits('the page of a message');
    if (width !== 375) await chromium.axe('the page of a message');
    await chromium.shot('reading-after');
    if (width === 1440) {
      const [opened] = await Promise.all([context.waitForEvent('page'), sheet.getByRole('link').click()]);
      await opened.waitForLoadState();
      assert.equal(await opened.evaluate(() => `${window.opener} ${document.referrer}|`), 'null |');
      await opened.goto(`${filo.url}${await page.getByRole('link', { name: 'tutta pagina' }).getAttribute('href')}`); // on its own
      assert.match(await opened.locator('body').innerText(), /Rapporto di visita/);
      await opened.goto(`${filo.url}${await page.locator('.thumb').last().getAttribute('href')}`);
      assert.equal(await opened.evaluate(() => document.images[0]?.naturalWidth), 300);
      await opened.close();
    }
    assert.deepEqual(chromium.faults, []);
  }
  assert.equal(house.knocks.length, 0);
});
