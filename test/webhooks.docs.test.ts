import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generateSecret, signatureHeaders, toSigningKey } from '#features/webhooks/signature.ts';
import { tempDir } from './support/tempDir.ts';

const DOCUMENT = readFileSync(new URL('../docs/webhooks.md', import.meta.url), 'utf8');
const secret = generateSecret();
const body = Buffer.from('{"event_type":"ResourceUpdated","data":{"name":"Zürich ✓"}}');

/** What a receiver gets `ageSeconds` ago, from a sender that rotates its secret. */
function request(ageSeconds = 0): Record<string, string> {
  const keys = [generateSecret(), secret].map(toSigningKey);
  const timestamp = Math.floor(Date.now() / 1000) - ageSeconds;
  return signatureHeaders(keys, { id: 'dlv_1', timestamp, body });
}

/** The code that the document shows in a language. */
function snippet(language: string): string {
  const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(DOCUMENT)?.[1];
  if (!found) throw new Error(`the document shows nothing in ${language}`);
  return found;
}

const hasPython = spawnSync('python3', ['--version']).status === 0;

describe('the snippets of the document', () => {
  it.runIf(hasPython)('in Python accept what is ours and recent, and nothing else', () => {
    const file = join(tempDir(), 'receiver.py');
    const main = [
      'import json, sys',
      'cases = json.loads(sys.stdin.read())',
      'print(json.dumps([verify(c["secret"], c["headers"], c["body"].encode()) for c in cases]))',
    ];
    writeFileSync(file, `${snippet('python')}\n${main.join('\n')}\n`);
    const text = body.toString();
    const cases = [
      { secret, headers: request(), body: text },
      { secret: generateSecret(), headers: request(), body: text },
      { secret, headers: request(), body: `${text} ` },
      { secret, headers: request(600), body: text },
      { secret, headers: request(-600), body: text },
      { secret, headers: { ...request(), 'webhook-timestamp': 'now' }, body: text },
    ];

    const output = execFileSync('python3', [file], { input: JSON.stringify(cases), encoding: 'utf8' });

    expect(JSON.parse(output)).toEqual([true, false, false, false, false, false]);
  });

  it('in JavaScript answer 204 to what is ours, and throw at the rest', () => {
    const file = join(tempDir(), 'receiver.mjs');
    // Stands for express: calls the handler once for each case, with the body as `express.raw` leaves it.
    const express = `
const answers = [];
const express = { raw: () => undefined };
const app = { post: (path, raw, handle) => {
  for (const { headers, body } of JSON.parse(process.env.CASES)) {
    try { handle({ headers, body: Buffer.from(body) }, { sendStatus: (status) => answers.push(status) }); }
    catch (error) { answers.push(error.message); }
  }
} };`;
    const library = import.meta.resolve('standardwebhooks');
    const shown = snippet('js').replace("'standardwebhooks'", `'${library}'`);
    writeFileSync(file, `${express}\n${shown}\nprocess.stdout.write(JSON.stringify(answers));\n`);
    const lower = (headers: Record<string, string>) =>
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const cases = [
      { headers: lower(request()), body: body.toString() },
      { headers: lower(request()), body: `${body.toString()} ` },
      { headers: lower(request(600)), body: body.toString() },
    ];

    const output = execFileSync(process.execPath, [file], {
      env: { ...process.env, SECRET: secret, CASES: JSON.stringify(cases) },
      encoding: 'utf8',
    });

    expect(JSON.parse(output)).toEqual([204, 'No matching signature found', 'Message timestamp too old']);
  });
});
