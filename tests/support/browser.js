// SPDX-License-Identifier: EUPL-1.2
// An HTTP client that behaves as a browser does towards Filo: keeps cookies, says where it comes from, sends forms. Not a
// browser: no JavaScript. Each request is a connection of its own, so a killed server costs exactly what was in flight.
//
//   const browser = new Browser(() => filo.port);
//   const answer = await browser.get('/tickets/10001');      // {status, headers, text}
//   await browser.post('/sign-in', { login: 'sara', password: '…' });
//   await browser.submit(answer.text, /\/reply$/, { text: 'Arriviamo' });
//
// A request rejects (ECONNRESET, …) when the connection ends before the whole answer: then nothing was acknowledged.
import http from 'node:http';
import { findForm } from './page.js';

export class Browser {
  constructor(portOf) {
    this.portOf = portOf;
    this.cookies = new Map();
  }

  keepCookies(lines = []) {
    for (const line of lines) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (/max-age=0\b/i.test(line) || value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }

  request(method, path, { body = null, headers = {}, timeoutMs = 30_000 } = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const options = { host: '127.0.0.1', port: this.portOf(), method, path, agent: false, timeout: timeoutMs,
      headers: { 'Sec-Fetch-Site': 'same-origin', ...(cookie && { Cookie: cookie }),
        ...(body !== null && { 'Content-Length': Buffer.byteLength(body) }), ...headers } };
    return new Promise((done, fail) => {
      const request = http.request(options, (response) => {
        const pieces = [];
        response.on('data', (piece) => pieces.push(piece));
        response.on('error', fail);
        response.on('close', () => fail(new Error(`${method} ${path}: cut short`))); // no effect once it is done
        response.on('end', () => {
          if (!response.complete) return;
          this.keepCookies(response.headers['set-cookie']);
          done({ status: response.statusCode, headers: response.headers, text: Buffer.concat(pieces).toString('utf8') });
        });
      });
      request.on('timeout', () => request.destroy(new Error(`${method} ${path}: no answer in ${timeoutMs} ms`)));
      request.on('error', fail);
      request.end(body ?? undefined);
    });
  }

  get(path, options) {
    return this.request('GET', path, options);
  }

  post(path, fields, { headers = {}, ...options } = {}) {
    const body = new URLSearchParams(fields).toString();
    return this.request('POST', path,
      { ...options, body, headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers } });
  }

  postMultipart(path, fields, options = {}) {
    const boundary = `----filo${Math.random().toString(36).slice(2)}`;
    const parts = Object.entries(fields).map(([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
    return this.request('POST', path, { ...options, body: `${parts.join('')}--${boundary}--\r\n`,
      headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` } });
  }

  // The same with files, all in the field "files": {name, type, body}.
  postFiles(path, fields, files) {
    const boundary = '----filoform';
    const part = (head, body) => Buffer.concat([Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`),
      Buffer.from(body), Buffer.from('\r\n')]);
    const parts = [...Object.entries(fields).map(([name, value]) => part(`name="${name}"`, value)),
      ...files.map(({ name, type, body }) => part(`name="files"; filename="${name}"\r\nContent-Type: ${type}`, body))];
    return this.request('POST', path, { body: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
      headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` } });
  }

  // Sends the page's form whose action matches, with these fields over what the page put in it.
  submit(html, action, fields = {}, options = {}) {
    const form = findForm(html, action);
    const all = { ...form.fields, ...fields };
    return form.enctype === 'multipart/form-data' ? this.postMultipart(form.action, all, options)
      : this.post(form.action, all, options);
  }

  // The page a redirect leads to, or the answer itself.
  follow(answer) {
    return answer.status >= 300 && answer.status < 400 && answer.headers.location
      ? this.get(new URL(answer.headers.location, 'http://filo').pathname) : answer;
  }
}
