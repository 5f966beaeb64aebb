// SPDX-License-Identifier: EUPL-1.2
// A mail server's side of LMTP, by hand: says exactly the bytes it is given.
//
//   const mx = await LmtpClient.open(filo.lmtpPort);     // the greeting has been read
//   await mx.say('LHLO mx.test');                        // '250-…\r\n250 SIZE …', its lines joined
//   await mx.begin({ from, to: ['a@filo.test'] });       // MAIL, RCPTs: [reply, …]
//   await mx.deliver({ from, to, data });                // the replies to the dot, one a recipient
//   mx.write('any bytes'); await mx.reply();
//   await mx.close();
import net from 'node:net';

// As it stands on the wire: CRLF, dots doubled, ended.
export function onTheWire(data) {
  const text = Buffer.isBuffer(data) ? data.toString('latin1') : Buffer.from(data).toString('latin1');
  const lines = text.replace(/\r?\n/g, '\r\n').replace(/(^|\r\n)\./g, '$1..');
  return Buffer.from(`${lines}${lines.endsWith('\r\n') || !lines ? '' : '\r\n'}.\r\n`, 'latin1');
}

export class LmtpClient {
  constructor(port) {
    this.heard = '';
    this.replies = [];
    this.waiting = [];
    this.over = false;
    this.socket = net.connect(port, '127.0.0.1');
    this.socket.setNoDelay(true);
    this.socket.on('data', (piece) => this.hear(piece.toString('latin1')));
    this.socket.on('error', () => {});
    this.ended = new Promise((done) => {
      this.socket.on('close', () => { this.over = true; this.answer(); done(); });
    });
  }

  static async open(port) {
    const client = new LmtpClient(port);
    client.greeting = await client.reply();
    return client;
  }

  hear(text) {
    this.heard += text;
    for (let whole; (whole = /^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/.exec(this.heard)); this.heard = this.heard.slice(whole[0].length))
      this.replies.push(whole[0].trimEnd());
    this.answer();
  }

  answer() {
    while (this.waiting.length && (this.replies.length || this.over)) {
      const { done, fail } = this.waiting.shift();
      if (this.replies.length) done(this.replies.shift());
      else fail(new Error('the connection ended without an answer'));
    }
  }

  reply() {
    return new Promise((done, fail) => { this.waiting.push({ done, fail }); this.answer(); });
  }

  write(bytes) {
    this.socket.write(bytes);
  }

  say(line) {
    this.write(`${line}\r\n`);
    return this.reply();
  }

  async begin({ from = 'luca@bar.test', to = ['assistenza@filo.test'], more = '' } = {}) {
    this.write(`MAIL FROM:<${from}>${more}\r\n${to.map((address) => `RCPT TO:<${address}>\r\n`).join('')}`);
    const replies = [];
    for (let left = 1 + to.length; left > 0; left -= 1) replies.push(await this.reply());
    return replies;
  }

  // LHLO must have been said. Gives one reply for each accepted recipient; rejects when there is none or the end comes first.
  async deliver({ from, to, data }) {
    const replies = await this.begin({ from, to });
    const accepted = replies.slice(1).filter((reply) => reply.startsWith('250'));
    if (!accepted.length) throw new Error(replies.join('\n'));
    const begun = await this.say('DATA');
    if (!begun.startsWith('354')) throw new Error(begun);
    this.write(onTheWire(data));
    const told = [];
    for (let left = accepted.length; left > 0; left -= 1) told.push(await this.reply());
    return told;
  }

  async close() {
    this.socket.end('QUIT\r\n');
    await this.ended;
  }

  destroy() {
    this.socket.destroy();
  }
}
