// SPDX-License-Identifier: EUPL-1.2
// A relay on loopback between an IMAP client and its server that sees each command, and stops at the one it is told to: before
// the server has it, or once the server has obeyed and before the client hears so. Without TLS.
//
//   const relay = await startImapRelay(mail.imapPort);
//   const stopped = relay.stopAt((text, nth) => nth === 7, 'before');     // 'after': obeyed, not heard
//   await stopped                                  // 'UID FETCH 12 (…)': the command; from here on nothing passes
//   relay.said                                     // the commands since stopAt, over all connections, without their tags
//   relay.release();                               // the connections are cut; those to come pass, unless stopAt is called again
//   await relay.close();
//
// A command is a line of the client's: that which ends an idling counts, and so does each step of a sign-in.
import net from 'node:net';

class Connection {
  constructor(relay, client, server) {
    Object.assign(this, { relay, client, server, unread: '', answer: '', tag: '' });
    client.on('data', (piece) => this.read(piece));
    server.on('data', (piece) => this.reply(piece));
    client.on('close', () => server.destroy());
    server.on('close', () => { if (!relay.isStopped) client.destroy(); });
    for (const socket of [client, server]) socket.on('error', () => {}); // being killed is the purpose
  }

  read(piece) {
    this.unread += piece.toString('latin1');
    for (let end; !this.relay.isStopped && (end = this.unread.indexOf('\r\n')) >= 0; this.unread = this.unread.slice(end + 2))
      this.obey(this.unread.slice(0, end));
  }

  obey(line) {
    const [, tag, text] = /^([A-Z]+\d+) (.*)$/.exec(line) ?? [line, this.tag, line];
    this.tag = tag;
    const when = this.relay.hear(text);
    if (when === 'before') return this.relay.stop(text);
    if (when === 'after') this.awaited = text;
    return this.server.write(`${line}\r\n`, 'latin1');
  }

  // The answer is over when a line bears the tag, or asks for more.
  reply(piece) {
    if (!this.awaited) {
      if (!this.relay.isStopped) this.client.write(piece);
      return;
    }
    this.answer += piece.toString('latin1');
    if (new RegExp(`^(?:${this.tag} |\\+)[^\\r]*\\r\\n`, 'm').test(this.answer)) this.relay.stop(this.awaited);
  }
}

class Relay {
  constructor() {
    this.connections = new Set();
    this.release();
  }

  accept(client, port) {
    if (this.isStopped) return client.destroy();
    const connection = new Connection(this, client, net.connect(port, '127.0.0.1'));
    this.connections.add(connection);
    return client.on('close', () => this.connections.delete(connection));
  }

  // Which stop this command is, if any.
  hear(text) {
    this.said.push(text);
    return this.isIt(text, this.said.length) ? this.when : null;
  }

  stop(text) {
    this.isStopped = true;
    this.tell(text);
  }

  stopAt(isIt, when) {
    Object.assign(this, { isIt, when, said: [] });
    return new Promise((done) => { this.tell = done; });
  }

  release() {
    for (const { client, server } of this.connections ?? []) [client, server].forEach((socket) => socket.destroy());
    Object.assign(this, { isStopped: false, isIt: () => false, said: [] });
  }
}

export async function startImapRelay(port) {
  const relay = new Relay();
  const server = net.createServer((client) => relay.accept(client, port));
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  relay.port = server.address().port;
  relay.close = async () => {
    relay.release();
    await new Promise((done) => { server.close(done); });
  };
  return relay;
}
