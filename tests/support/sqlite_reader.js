// SPDX-License-Identifier: EUPL-1.2
// Reads an SQLite file beside the process that writes it: read-only, a connection for each question, never a checkpoint.
//
//   const reader = new SqliteReader('/tmp/x/filo.db');
//   await reader.rows('SELECT count(*) AS n FROM ticket');     // [{n: 3}]
//   reader.close();
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

// Python has SQLite built in and is there wherever Filo is built; started once, because starting it takes longer than asking.
const PROGRAM = `
import json, sqlite3, sys
for line in sys.stdin:
    try:
        db = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True, timeout=10)
        db.row_factory = sqlite3.Row
        answer = {"rows": [dict(row) for row in db.execute(json.loads(line))]}
        db.close()
    except sqlite3.Error as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
`;

export class SqliteReader {
  constructor(file) {
    this.child = spawn('python3', ['-c', PROGRAM, file], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.unref();
    this.waiting = [];
    createInterface({ input: this.child.stdout }).on('line', (line) => this.waiting.shift()(JSON.parse(line)));
    this.child.on('exit', () => this.waiting.splice(0).forEach((done) => done({ error: 'the reader ended' })));
  }

  async rows(sql) {
    const answer = await new Promise((done) => {
      this.waiting.push(done);
      this.child.stdin.write(`${JSON.stringify(sql)}\n`);
    });
    if (answer.error) throw new Error(`${answer.error}: ${sql}`);
    return answer.rows;
  }

  close() {
    this.child.kill();
  }
}
